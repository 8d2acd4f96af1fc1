/* restore: the steps of a start that read the ledger (see start.h, steps 3 to 8).
 *
 * Called in the order they stand here, each once. */
#ifndef TALLY_SHELL_RESTORE_H
#define TALLY_SHELL_RESTORE_H

#include "ledger/scan.h"
#include "shell/start.h"

struct restore {
	struct start *start;
	unsigned threads_count; /* that hash the tree, or read ahead */
	struct scan scan;
	bool torn;
	uint64_t *checksums; /* of every batch, in order */
	size_t checksums_capacity;
	uint64_t *batch_ends;    /* index behind every batch */
	uint32_t beyond_segment; /* first batch beyond the remembered checkpoint, */
	uint64_t beyond_offset;  /* 0: there is none */
	uint64_t from;           /* replay starts at this index */
	bool text_missing;
};

/* Step 3. */
MUST_USE int
restore_scan(struct restore *restore);

/* Step 4, but for the key. */
MUST_USE int
restore_manifest(struct restore *restore);

/* Step 5. What is beyond is content as before, written again. */
MUST_USE int
restore_tail(struct restore *restore);

/* Step 6: fills poll book and station if the home is believed; opens the treefile. */
MUST_USE int
restore_home(struct restore *restore);

/* Poll book, station and tree without entries, to be made anew; the home is removed. */
MUST_USE int
restore_nothing(struct restore *restore);

/* Step 7, and the comparison of step 8. */
MUST_USE int
restore_replay(struct restore *restore);

/* Clears a torn tail to zeros. */
MUST_USE int
restore_cut(struct restore *restore);

/* Step 8; hands over to committer and station.
 *
 * What was replayed is not read and hashed once more to be signed (L5): the replay's reading is
 * one from the archive, entry by entry, and of everything beyond the remembered size it came after
 * restore_tail had written and synced those bytes (L3). Up to the remembered size its root was
 * compared with what was signed. So the desk's frontier is the replay's, and the signer begins
 * behind it. */
MUST_USE int
restore_sign(struct restore *restore);

void
restore_end(struct restore *restore);

#endif
