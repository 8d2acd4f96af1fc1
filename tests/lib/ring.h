/* ring: a contest in which a few options meet, for tests of who wins it.
 *
 * Options are "a", "b", ...: a test names them by these letters. Made without a log: the counts are
 * what the test says, the profile what ballots it throws in. */
#ifndef TALLY_TESTS_RING_H
#define TALLY_TESTS_RING_H

#include "outcome/outcome.h"
#include "tests/lib/test.h"

enum {
	ring_options_max = 26,
	ring_pools_max = 4,
	ring_text_max = 4096
};

struct ring {
	struct manifest manifest;
	struct manifest_contest contest;
	struct manifest_option options[ring_options_max];
	struct manifest_pool pools[ring_pools_max];
	uint8_t pool_options[ring_pools_max][ring_options_max];
	struct manifest_exclusion exclusion;
	uint8_t exclusive[ring_options_max];
	uint8_t left_out[ring_options_max];
	uint16_t ties_given[ring_options_max];
	struct law law;
	struct counts counts;
	struct counts_contest counts_contest;
	struct counts_option counts_options[ring_options_max];
	uint64_t above[ring_options_max * ring_options_max];
	struct profile profile;
	struct outcome outcome;
	char text[ring_text_max];
};

/* Options with these costs and votes (score alike), as many as `votes` is long; one pool with that
 * budget; ties as listed. It points into itself: not to be moved. */
void
ring_make(struct ring *ring, enum manifest_rule rule, size_t count, const int64_t *costs,
	  const uint64_t *votes, int64_t budget);

void
ring_free(struct ring *ring);

/* One more pool, which pays for these; the first call replaces the pool of all. */
void
ring_pool(struct ring *ring, const char *options, int64_t budget);

/* At most one of these wins. */
void
ring_exclusive(struct ring *ring, const char *options);

/* Sets the tie order. */
void
ring_ties(struct ring *ring, const char *options);

void
ring_withdraw(struct ring *ring, char option);

/* So many ballots that rank these, the best first: into the profile, the counts and the pairs. */
void
ring_ballots(struct ring *ring, const char *ranking, uint64_t weight);

/* Decides; the winners in order: "acb". Into ring->text; ring->outcome stays until the next. */
const char *
ring_winners(struct ring *ring);

/* The steps of the last decision: an option, then + taken, ^ topped up, $ too dear, | stopped,
 * . not reached, _ below the threshold, 0 withdrawn, x excluded, - lost, % eliminated, : standing;
 * then = for a tie, and ! if it mattered. "a+ b$=! c+=!" */
const char *
ring_steps(struct ring *ring);

#endif
