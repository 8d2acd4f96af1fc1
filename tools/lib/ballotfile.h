/* ballotfile: ballots one after the other: u16 size (big-endian), ballot, repeated.
 *
 * Only the framing is looked at: what is inside is for the receiver to judge. */
#ifndef TALLY_TOOLS_BALLOTFILE_H
#define TALLY_TOOLS_BALLOTFILE_H

#include "base/bytes.h"
#include "base/check.h"
#include "tally/status.h"
#include "tools/lib/wholefile.h"

struct ballotfile {
	struct wholefile file;
	size_t count;
	struct bytes *ballots; /* views into file */
};

/* `path` may be "-". A cut-off end is TALLY_EXIT_USAGE, its offset complained about. */
MUST_USE enum tally_exit
ballotfile_read(const char *path, struct ballotfile *out);

/* The same of a file that is already in out->file, all else being zero. */
MUST_USE enum tally_exit
ballotfile_parse(const char *path, struct ballotfile *out);

void
ballotfile_free(struct ballotfile *file);

/* Memory that ballots are collected in, to be written in one piece. Zero is empty. */
struct ballotfile_maker {
	uint8_t *data;
	size_t size;
	size_t capacity;
};

/* Appends one ballot of at most 65,535 bytes. */
void
ballotfile_append(struct ballotfile_maker *maker, struct bytes ballot);

/* Appends bytes as they are. */
void
ballotfile_put(struct ballotfile_maker *maker, struct bytes bytes);

struct bytes
ballotfile_view(const struct ballotfile_maker *maker);

#endif
