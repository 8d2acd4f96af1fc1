/* wholefile: files read or written in one piece.
 *
 * What goes wrong is complained about here; the answer is the exit code it deserves. */
#ifndef TALLY_TOOLS_WHOLEFILE_H
#define TALLY_TOOLS_WHOLEFILE_H

#include <sys/types.h>

#include "base/bytes.h"
#include "base/check.h"
#include "tally/status.h"

struct wholefile {
	uint8_t *data; /* malloc'ed, a NUL after its end; the caller frees it */
	size_t size;
	mode_t mode;
};

/* `path` may be "-" for stdin. More than `size_max` bytes: TALLY_EXIT_USAGE. On failure *out is
 * zero. */
MUST_USE enum tally_exit
wholefile_read(const char *path, size_t size_max, struct wholefile *out);

/* Creates `path`, which must not exist, with exactly `mode`, and syncs it. A half-written file
 * is taken away again. */
MUST_USE enum tally_exit
wholefile_create(const char *path, mode_t mode, struct bytes bytes);

/* Creates or overwrites `path` (mode 0644, less umask); "-" is stdout. */
MUST_USE enum tally_exit
wholefile_write(const char *path, struct bytes bytes);

#endif
