/* audit_state: what the parts of an audit share while it runs; for audit*.c alone.
 *
 * `lock` guards the report and `limit` during the parallel pass; everything else is written by
 * one thread, or at places that belong to one bundle. */
#ifndef TALLY_TOOLS_AUDIT_STATE_H
#define TALLY_TOOLS_AUDIT_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "tools/lib/audit.h"
#include "tools/lib/inventory.h"
#include "tree/proof.h"

/* What the auditor has counted beside the replay, up to where that stands. */
struct audit_tallied {
	uint64_t ballots;
	uint64_t voters;
	uint64_t since_tally; /* ballots */
	uint64_t last_ballot;
	uint64_t closed_at; /* index of the last PHASE entry that closed */
};

struct audit_state {
	const struct publiclog *log;
	const struct audit_options *options;
	struct audit *audit;
	struct scroll scroll;
	struct inventory inventory;
	struct lineage lineage; /* zero without a manifest */
	struct checkpoint old;
	bool old_valid;
	struct checkpoint verified; /* by an earlier step; size 0: none */
	struct audit_tallied tallied;

	pthread_mutex_t lock;
	uint64_t limit; /* the replay may go up to here */
	bool holes;     /* some bundle could not be read: the tree is unknown */
	_Atomic uint64_t done;

	/* Hashes of the full tiles: level[l][i] as level l + 1's tiles hold them; level[0] is
	 * unused. The leaves of the two bundles that sizes may end in are kept whole. */
	struct tree_hash *level[TILE_LEVELS_MAX];
	struct tree_hash last[TALLY_TILE_WIDTH];
	struct tree_hash old_last[TALLY_TILE_WIDTH];
};

/* Remembers a finding; one about an entry's content also ends the replay before it. Any thread.
 */
void
audit_found(struct audit_state *state, enum audit_check check, const struct trouble *trouble);

/* audit_entries.c: the parallel pass: AUDIT_BUNDLES, LEAVES, level 0 of TILES, RULES,
 * SIGNATURES, the signatures of NOTICES; fills lineage, level[1], last, old_last. */
void
audit_entries(struct audit_state *state);

/* audit_tree.c: AUDIT_FILES before and after, TILES above level 0, ROOT, OLD. */
void
audit_inventory(struct audit_state *state);

void
audit_tree(struct audit_state *state);

void
audit_settle(struct audit_state *state);

/* Compares one file of hashes with `expected`; a file that is gone by now is no finding. */
void
audit_tile_file(struct audit_state *state, const struct tile *tile,
		const struct tree_hash *expected);

/* True if the file has been taken away since it was listed, as a partial is when its tile is
 * full. */
bool
audit_gone(const struct audit_state *state, const char *path);

/* audit_replay.c: VOTES and KEYS, then the replay: ENTRIES to CLASSES. */
void
audit_replay(struct audit_state *state);

#endif
