/* recount: law and counts of a public log, derived from nothing but its entries.
 *
 * recount_run reads every bundle, proves that the entries are the ones the checkpoint signs
 * (the root is computed again), finds by sorting which ballot replaces which and which ones
 * every void takes out, checks every ballot's shape and choices, and replays all entries with
 * replay_step. It does not check the ballots' signatures: that is the audit's work
 * (tools/lib/audit.h). One thread; allocates. */
#ifndef TALLY_TOOLS_RECOUNT_H
#define TALLY_TOOLS_RECOUNT_H

#include "campaign/manifest.h"
#include "replay/replay.h"
#include "tools/lib/lineage.h"
#include "tools/lib/ousted.h"
#include "tools/lib/publiclog.h"
#include "tools/lib/scroll.h"
#include "tools/lib/trouble.h"
#include "tree/note.h"

/* Called after each entry has been replayed: `state` is the state behind it. May be NULL.
 * Anything but TALLY_EXIT_FINE stops the replay and is returned; *trouble is then the
 * visitor's. */
typedef enum tally_exit
recount_visitor(void *context, uint64_t index, struct bytes entry, const struct replay *state,
		struct trouble *trouble);

struct recount {
	struct checkpoint checkpoint;
	struct manifest *manifest;
	struct replay replay;    /* state behind the last entry: replay.index = checkpoint.size,
				    replay.counts and replay.law are what is in force */
	void *memory;            /* of replay */
	struct scroll scroll;    /* recount_run's: what was read, to be read again */
	struct ousted ousted;    /* ballots below replay.index that count no longer */
	struct ousted voided;    /* those of them that a void took out */
	enum replay_fault fault; /* the rule that stopped the replay, if one did */
};

/* `key` is the log's key; NULL takes the one the log's own manifest states, which proves only
 * that the log agrees with itself. On TALLY_EXIT_FINE *out is filled, holds `log`, and recount_free
 * is due.
 * Else nothing is due: TALLY_EXIT_FAILED with the index of the first entry that breaks a rule,
 * or TALLY_EXIT_WORLD. */
MUST_USE enum tally_exit
recount_run(const struct publiclog *log, const struct note_key *key, struct recount *out,
	    struct trouble *trouble);

void
recount_free(struct recount *recount);

/* Steps of recount_run that the audit takes by itself. */

/* Puts the manifest together from the entries of bundle 0 and parses it. */
MUST_USE enum tally_exit
recount_manifest(const struct bundle *first, struct manifest **out, struct trouble *trouble);

/* Enters a BALLOT entry into the lineage if it has the shape and the choices that the campaign
 * allows, else TALLY_EXIT_FAILED; a NOTICE entry if it has the shape. What else there is, the
 * replay judges. */
MUST_USE enum tally_exit
recount_enter(struct lineage *lineage, uint64_t index, struct bytes bytes,
	      struct trouble *trouble);

/* Replays entries [0, end) into out->replay, which is made; where out->memory is not NULL it goes
 * on from where it stands. out->manifest is given. Ballots
 * below `end` are known to keep the rules of their choices, and `lineage` is linked up to
 * there. After trouble out->replay is the state before the entry that made it. */
MUST_USE enum tally_exit
recount_replay(const struct scroll *scroll, uint64_t end, const struct lineage *lineage,
	       recount_visitor *visitor, void *context, struct recount *out,
	       struct trouble *trouble);

#endif
