/* lastgood: the newest checkpoint that was found good, kept in a file from one run to the next.
 *
 *   FILE         the signed checkpoint, verbatim; replaced at once, and synced
 *   FILE.lock    held while open: two programs never share one memory
 */
#ifndef TALLY_TOOLS_LASTGOOD_H
#define TALLY_TOOLS_LASTGOOD_H

#include "base/bytes.h"
#include "base/check.h"
#include "tally/formats.h"
#include "tools/lib/trouble.h"

struct lastgood {
	const char *path;
	int lock;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	size_t size; /* 0: there is none yet */
};

/* Holds `path` until lastgood_close. A file that is not there yet is fine. */
MUST_USE enum tally_exit
lastgood_open(struct lastgood *last, const char *path, struct trouble *trouble);

/* On TALLY_EXIT_FINE the note is on the disk. */
MUST_USE enum tally_exit
lastgood_store(struct lastgood *last, struct bytes note, struct trouble *trouble);

void
lastgood_close(struct lastgood *last);

#endif
