/* replica: a complete copy of a log in a folder, proven from its entries.
 *
 * Entries come in order, from the folder itself first and then from elsewhere. What is in the
 * folder is proven by what they hash to: the root that a checkpoint signs, every tile, and the
 * root of the checkpoint that the folder had before. A replica that writes makes the files; one
 * that does not compares those that somebody else has put there (tools/lib/mirror.h).
 *
 *   checkpoint           the newest that is proven, put there last, when all else is synced
 *   checkpoint.conflict  one that cannot be of the same log: an alarm
 *   tile/... tally/...   as in a public log; partials only of the newest size
 *
 * What stands below the checkpoint of the folder is evidence: entries from elsewhere write none of
 * its files before they have met its root. Where that has kept files from being mended,
 * replica_prove takes nothing in, and all entries are to be taken once more.
 *
 * One program at a time: the folder is locked. */
#ifndef TALLY_TOOLS_REPLICA_H
#define TALLY_TOOLS_REPLICA_H

#include "tools/lib/layout.h"
#include "tools/lib/totals.h"
#include "tree/note.h"

struct replica {
	const struct publiclog *log; /* the folder */
	struct note_key key;         /* of the log */
	struct deposit deposit;
	bool writes;
	bool suspicious;          /* nothing is taken from the folder */
	bool passed;              /* older's root was met: files below it may be written */
	bool held;                /* some were not, before it was */
	bool sealed;              /* hashes were taken, not entries */
	bool spoiled;             /* a file could not be written: replica_recover is due */
	bool lawless;             /* an entry broke a rule: no texts are made any more */
	struct checkpoint older;  /* must be passed with its root; size 0: none */
	struct checkpoint newest; /* proven; size 0: none yet */
	struct layout layout;
	struct totals totals;
};

/* `log` is held. The folder's checkpoint, if it has one, must be the key's. TALLY_EXIT_USAGE if it
 * is another log's or in use. After TALLY_EXIT_FINE replica_close is due. */
MUST_USE enum tally_exit
replica_open(struct replica *replica, const struct publiclog *log, const struct note_key *key,
	     bool writes, struct trouble *trouble);

void
replica_close(struct replica *replica);

/* Entries that have been taken. */
uint64_t
replica_size(const struct replica *replica);

/* Takes entries from the folder's bundles, as far as they can be had in a tree of `size`
 * and, where it writes, fit the tiles beside them. TALLY_EXIT_FAILED only where it does not
 * write. */
MUST_USE enum tally_exit
replica_reuse(struct replica *replica, uint64_t size, struct trouble *trouble);

/* Takes hashes from the folder's tiles, of a public log whose entries are sealed. They are proven
 * like entries; once there are bundles, replica_reuse begins anew. */
MUST_USE enum tally_exit
replica_reuse_hashes(struct replica *replica, uint64_t size, struct trouble *trouble);

/* Takes the next one. TALLY_EXIT_FAILED: `older` is not passed, or a file is another. */
MUST_USE enum tally_exit
replica_entry(struct replica *replica, struct bytes entry, struct trouble *trouble);

/* All entries of that checkpoint are taken: is it their root? Then it is proven, with tiles and
 * texts, and where it writes it is put there: replica->newest. Or not yet: then replica_size is 0,
 * and all entries are to be taken from elsewhere. TALLY_EXIT_FAILED if it is not their root. */
MUST_USE enum tally_exit
replica_prove(struct replica *replica, const struct checkpoint *checkpoint, struct bytes note,
	      struct trouble *trouble);

/* A checkpoint of the log beside the newest one here: TALLY_EXIT_FAILED, and it is kept as
 * checkpoint.conflict, if it is smaller or of the same size with another root. */
MUST_USE enum tally_exit
replica_compare(const struct replica *replica, const struct checkpoint *checkpoint,
		struct bytes note, struct trouble *trouble);

/* Keeps it as checkpoint.conflict. */
void
replica_conflict(const struct replica *replica, struct bytes note);

/* After TALLY_EXIT_WORLD, before what comes next: what was taken then may lack files, so all of it
 * is forgotten, to be taken again. Else nothing. */
MUST_USE enum tally_exit
replica_recover(struct replica *replica, struct trouble *trouble);

/* Forgets all entries, to take them again; suspicious from now on. */
MUST_USE enum tally_exit
replica_again(struct replica *replica, struct trouble *trouble);

#endif
