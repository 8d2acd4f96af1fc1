/* vetting: is a copy of the log what this log's tallyd would have written, entry by entry?
 *
 * Everything a start checks, and what a start may take from its own disk: the root that the
 * checkpoint signs, shape and law of every entry, the poll book's decision on every ballot (V1),
 * every total (replay/), every voter on the roster or enrolled, and every signature of ballots,
 * notices and sheets (P1, on several threads).
 * Nothing is written. Poll book and station are made for it as a start makes them.
 *
 * What is wrong is DISK_DAMAGED with the entry's index or the file in disk_error(). */
#ifndef TALLY_SHELL_VETTING_H
#define TALLY_SHELL_VETTING_H

#include "shell/copy.h"
#include "shell/start.h"

/* A checkpoint that somebody kept: the copy must contain it (L5). */
struct vetting_known {
	struct checkpoint checkpoint;
	const char *from; /* for sentences */
};

enum {
	VETTING_KNOWN_MAX = 6
};

struct vetting {
	const struct copy *copy;
	const struct vetting_known *known;
	size_t known_count;
	unsigned workers_count;
	enum verifier_path verify; /* one that is available */
	struct start
	    start; /* manifest, poll book, station: what the entries have made; registry:
			     * opened by the caller, where there is a roster, before the run */
};

/* Puts the manifest together from the first bundle; it must be one that this release runs.
 * vetting_end is due in any case. */
MUST_USE int
vetting_begin(struct vetting *vetting);

/* All entries. */
MUST_USE int
vetting_run(struct vetting *vetting);

void
vetting_end(struct vetting *vetting);

#endif
