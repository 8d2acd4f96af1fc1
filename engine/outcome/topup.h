/* topup: money from outside for the options that a greedy rule could nearly pay (a city's reserve).
 *
 * Begins when all pools are done. A pool's candidate is the first option in its order that was
 * passed over, or stopped at, for its cost; its gap is the cost minus what the pool has left. It is
 * possible if the gap is at most gap_max, left * 100 >= percent * cost, and no option has won that
 * excludes it. Possible candidates of all pools, the strongest first, equal ones by the tie order:
 * each is taken if its gap is at most the money that is left, which is the reserve and (leftovers)
 * what the pools without a candidate have left. A taken one's gap is paid from that money; its pool
 * has nothing left.
 *
 * Thread: one at a time. Allocates while it runs. */
#ifndef TALLY_OUTCOME_TOPUP_H
#define TALLY_OUTCOME_TOPUP_H

#include "outcome/election.h"

/* `left` per pool is changed; *reserve becomes what is left of the money. `election` is that of
 * any pool: its strength and order are the contest's. False: no memory. */
MUST_USE bool
topup_decide(const struct election *election, struct election_result *result, int64_t *left,
	     int64_t *reserve);

#endif
