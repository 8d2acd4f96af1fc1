/* winners: the outcome of every contest of a replayed log.
 *
 * Rules over counts need what the replay left; for the others the counted ballots are read once
 * more, bundle by bundle, into profiles. One thread; allocates. */
#ifndef TALLY_TOOLS_WINNERS_H
#define TALLY_TOOLS_WINNERS_H

#include "outcome/outcome.h"
#include "tools/lib/recount.h"

struct winners_contest {
	enum outcome_status status;
	struct outcome outcome; /* filled if the status is OUTCOME_DECIDED */
};

struct winners {
	size_t contests_count;
	struct winners_contest *contests; /* in the manifest's order */
};

/* Decides all contests at recount->replay.index, by the entries below it. The statuses are
 * OUTCOME_DECIDED, OUTCOME_NO_RULE and OUTCOME_NEEDS_DRAW. On TALLY_EXIT_FINE winners_free is
 * due. */
MUST_USE enum tally_exit
winners_decide(const struct scroll *scroll, const struct recount *recount, struct winners *out,
	       struct trouble *trouble);

void
winners_free(struct winners *winners);

/* The profile of contest number `contest`, whatever its rule, settled; profile_free is due,
 * whatever comes back. */
MUST_USE enum tally_exit
winners_profile(const struct scroll *scroll, const struct recount *recount, size_t contest,
		struct profile *profile, struct trouble *trouble);

/* One profile for every contest whose rule needs one, settled; the others stay empty. `profiles`
 * has an element for each contest and is zeroed; each is to be freed, whatever comes back. */
MUST_USE enum tally_exit
winners_profiles(const struct scroll *scroll, const struct recount *recount,
		 struct profile *profiles, struct trouble *trouble);

#endif
