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
#include "tools/lib/lawbook.h"
#include "tools/lib/spotcheck.h"
#include "tree/proof.h"

/* What the auditor has counted beside the replay, up to where that stands. */
struct audit_tallied {
	uint64_t ballots;
	uint64_t voters;
	uint64_t since_tally; /* ballots */
	uint64_t last_ballot;
	uint64_t closed_at; /* index of the last PHASE entry that closed */
	uint64_t enrolled;  /* tags, by notices */
};

/* Leaves of one level-0 tile below the last, as they were proven. */
struct audit_shelf {
	bool filled;
	uint64_t number;
	struct tree_hash leaves[TALLY_TILE_WIDTH];
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

	/* Sealed campaigns; audit_law_open says what holds at this checkpoint. */
	bool has_book;
	struct lawbook book;
	bool walked;     /* the book's law was replayed, and broke no rule */
	bool unsealed;   /* by the book, results are public */
	bool unsealing;  /* by entries beyond the checkpoint they will be */
	bool sealed;     /* entries are not public, and the law is all there is to read */
	bool was_sealed; /* when `verified` was */

	bool
	    roster_read; /* the file is the manifest's; where entries are open, in the lineage */

	bool waits; /* there is a signed checkpoint.next: */
	struct checkpoint waiting;

	bool has_spotcheck;
	struct spotcheck spotcheck; /* while entries are read */

	pthread_mutex_t lock;
	uint64_t limit; /* the replay may go up to here */
	bool holes;     /* some bundle could not be read: the tree is unknown */
	_Atomic uint64_t done;

	/* Hashes of the full tiles: level[l][i] as level l + 1's tiles hold them; level[0] is
	 * unused. The leaves of the two bundles that sizes may end in are kept whole. */
	struct tree_hash *level[TILE_LEVELS_MAX];
	struct tree_hash last[TALLY_TILE_WIDTH];
	struct tree_hash old_last[TALLY_TILE_WIDTH];
	struct audit_shelf shelf;
};

/* Remembers a finding; one about an entry's content also ends the replay before it. Any thread.
 */
void
audit_found(struct audit_state *state, enum audit_check check, const struct trouble *trouble);

/* audit_manifest.c: MANIFEST, CAMPAIGN, LOG_KEY, from the first bundle or the law book; and which
 * checks the campaign gives no occasion for. */
void
audit_manifest(struct audit_state *state);

/* audit_roster.c: the file of AUDIT_ROSTER, into the lineage unless entries are sealed; linking
 * does the rest. Before audit_entries. */
void
audit_roster(struct audit_state *state);

/* Who has voted of those who may: the remark of AUDIT_ROSTER, after the replay. */
void
audit_turnout(struct audit_state *state);

/* audit_entries.c: the parallel pass: AUDIT_BUNDLES, LEAVES, level 0 of TILES, RULES,
 * SIGNATURES, the signatures of NOTICES; fills lineage, level[1], last, old_last. */
void
audit_entries(struct audit_state *state);

/* The signature of a NOTICE entry's body: true if it is genuine, and *notice filled. */
bool
audit_notice(struct audit_state *state, uint64_t index, struct bytes body,
	     struct notice *notice);

/* Every file of level-0 tile `number` holds these leaves. */
void
audit_tile_files(struct audit_state *state, uint64_t number, const struct tree_hash *leaves);

/* What the tree needs of the `count` leaves of that tile. */
void
audit_keep_hashes(struct audit_state *state, uint64_t number, unsigned count,
		  const struct tree_hash leaves[TALLY_TILE_WIDTH]);

/* audit_sealed.c: in place of audit_entries and audit_replay: the tree from its leaf hashes up,
 * level 0 of TILES; NOTICES and PHASES as the law book has them. */
void
audit_sealed(struct audit_state *state);

/* audit_law.c: reads the law book if there is one, and decides whether entries are sealed: then
 * recount.manifest is the book's, and its law has been replayed. */
void
audit_law_open(struct audit_state *state);

/* The entry is one of the law: the book must have it. */
void
audit_law_entry(struct audit_state *state, uint64_t index);

/* AUDIT_PROOFS, after the tree and the replay. */
void
audit_law_check(struct audit_state *state);

/* audit_seal.c: AUDIT_SEAL. */
void
audit_seal(struct audit_state *state);

/* audit_witnesses.c: AUDIT_WITNESSES, after the tree. */
void
audit_witnesses(struct audit_state *state);

/* audit_receipts.c: AUDIT_RECEIPTS, after the tree. */
void
audit_receipts(struct audit_state *state);

/* audit_past.c: asks the hashes kept about smaller trees. `last` are the leaves of the tile that
 * the checkpoint's size ends in. */
bool
audit_root_is(const struct audit_state *state, const struct checkpoint *checkpoint,
	      const struct tree_hash *last);

/* Is this the checkpoint of the tree's first entries? Its size is at most the tree's. */
MUST_USE enum tally_exit
audit_contains(struct audit_state *state, const struct checkpoint *checkpoint, bool *contains,
	       struct trouble *trouble);

/* The leaf hash of that entry, which the tree has. */
MUST_USE enum tally_exit
audit_leaf(struct audit_state *state, uint64_t index, struct tree_hash *leaf,
	   struct trouble *trouble);

/* audit_tree.c: AUDIT_FILES: the folders, what is missing in them, and at the end what is too
 * much; TILES above level 0, ROOT, OLD. */
void
audit_inventory(struct audit_state *state);

/* Is a bundle that the checkpoint needs not there? */
bool
audit_lacks_bundles(const struct audit_state *state);

/* Is any bundle there? */
bool
audit_has_bundles(const struct audit_state *state);

/* What the checkpoint needs and nobody sees. */
void
audit_missing(struct audit_state *state);

void
audit_tree(struct audit_state *state);

/* Files beyond the checkpoint: a running tallyd may be about to publish their checkpoint. */
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

/* audit_journals.c: JOURNALS, after the replay. */
void
audit_journals(struct audit_state *state);

/* No ballot comes any more, unless voting is opened again; false where that is not known. */
bool
audit_closed(const struct audit_state *state);

/* audit_replay.c: what linking decides (VOTES, KEYS, VOIDS, ROSTER), then the replay: ENTRIES to
 * CLASSES. */
void
audit_replay(struct audit_state *state);

/* audit_outcome.c: OUTCOME, after the replay: audit->winners, and what `results` says of them. */
void
audit_outcome(struct audit_state *state);

/* The check that such a fault belongs to. */
enum audit_check
audit_check_of(enum replay_fault fault);

#endif
