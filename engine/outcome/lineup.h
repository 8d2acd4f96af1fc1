/* lineup: a pool's options in the order in which greedy rules and plain counts look at them: the
 * strongest first, equal ones by the tie order. Those that cannot win stand in it too, so that the
 * trace says so.
 *
 * Thread: one at a time. Allocates; lineup_free gives it back. */
#ifndef TALLY_OUTCOME_LINEUP_H
#define TALLY_OUTCOME_LINEUP_H

#include "outcome/election.h"

struct lineup {
	size_t count;
	uint16_t *options;
};

/* False: no memory. lineup_free is due all the same. */
MUST_USE bool
lineup_make(const struct election *election, struct lineup *lineup);

void
lineup_free(struct lineup *lineup);

/* A step about the option at `at`: its strength, its cost, the next one that can win (`other`),
 * and whether another that can win is equal (`tie`). No money: `left` -1. */
struct election_step
lineup_step(const struct election *election, const struct lineup *lineup, size_t at,
	    enum election_act act);

/* May the option of this step win, all else allowing? If not, the step's act says why:
 * ELECTION_WITHDRAWN, ELECTION_BELOW_THRESHOLD or ELECTION_EXCLUDED (`other` is who of its
 * exclusive options has won, in this pool or another). */
bool
lineup_admits(const struct election *election, struct election_result *result,
	      struct election_step *step);

/* A winner that excludes the option; ELECTION_NOBODY. */
uint16_t
lineup_excluder(const struct manifest_outcome *outcome, struct election_result *result,
		uint16_t option);

#endif
