/* outcome: who wins a contest, by the rule that its manifest names.
 *
 * A function of what stands in the log and of nothing else: the manifest, the counts and the law
 * at one index, and for rules over ballots the counted ballots themselves. Whoever reads the same
 * entries gets the same winners in the same order by the same steps. Rules are in include/README.md
 * ("Outcome rules"), word by word.
 *
 * Thread: one at a time. Allocates; outcome_free gives it back. */
#ifndef TALLY_OUTCOME_OUTCOME_H
#define TALLY_OUTCOME_OUTCOME_H

#include "campaign/law.h"
#include "outcome/election.h"
#include "tally/counts.h"

enum outcome_status {
	OUTCOME_DECIDED,
	OUTCOME_NO_RULE,       /* the contest's rule is none */
	OUTCOME_NEEDS_PROFILE, /* outcome_needs_profile, and none was given */
	OUTCOME_NEEDS_DRAW,    /* ties are drawn, and no notice has drawn yet */
	OUTCOME_NO_MEMORY,
};

/* All at the same index of the log; read interest for the call. */
struct outcome_given {
	const struct manifest *manifest;
	const struct counts *counts;
	const struct law *law; /* options withdrawn, the draw; NULL: nothing has happened */
	/* Which ties mattered is not asked: no step says so. That is most of the work. */
	bool winners_only;
};

/* Valid with OUTCOME_DECIDED; empty with every other status. */
struct outcome {
	struct election_result result;
	size_t pools_count; /* 0: the rule has no money */
	int64_t *left;      /* per pool, behind the last step; minor units */
	int64_t reserve;    /* what is left of the top-up's money; -1: there is no top-up */
};

/* True if the contest's rule reads ballots: shares, phragmen, runoff. */
bool
outcome_needs_profile(const struct manifest_contest *contest);

/* Decides contest number `contest` (its place in the manifest). `profile` is settled and of that
 * contest; NULL where the rule needs none. Whatever the status, outcome_free is due. */
MUST_USE enum outcome_status
outcome_decide(const struct outcome_given *given, size_t contest, const struct profile *profile,
	       struct outcome *outcome);

void
outcome_free(struct outcome *outcome);

#endif
