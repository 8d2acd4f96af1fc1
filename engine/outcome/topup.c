#include "outcome/topup.h"

#include <stdlib.h>

#include "outcome/lineup.h"
#include "outcome/order.h"

/* The steps at which each pool's candidate was passed over; NULL: it has none. */
static void
find_candidates(const struct election_result *result, const struct election_step **candidates)
{
	for (size_t i = 0; i < result->steps_count; i++) {
		const struct election_step *step = &result->steps[i];

		if (candidates[step->pool] == NULL &&
		    (step->act == ELECTION_TOO_DEAR || step->act == ELECTION_STOPPED))
			candidates[step->pool] = step;
	}
}

static bool
is_possible(const struct manifest_outcome *outcome, struct election_result *result,
	    const struct election_step *step, int64_t left)
{
	const struct manifest_top_up *rule = &outcome->top_up;

	/* 100 * MANIFEST_MONEY_MAX is far below INT64_MAX. */
	return (rule->gap_max < 0 || step->cost - left <= rule->gap_max) &&
	       left * 100 >= step->cost * rule->percent &&
	       lineup_excluder(outcome, result, step->option) == ELECTION_NOBODY;
}

struct topup {
	const struct election *election;
	struct election_result *result;
	int64_t *left;
	int64_t money;
	size_t count; /* candidates that were possible when all pools were done */
	uint16_t *options;
	const struct election_step *candidates[pools_max]; /* of each pool */
};

static void
collect(struct topup *topup)
{
	const struct manifest_outcome *outcome = &topup->election->contest->outcome;

	find_candidates(topup->result, topup->candidates);
	topup->money = outcome->top_up.reserve;
	for (size_t pool = 0; pool < outcome->pools_count; pool++) {
		const struct election_step *step = topup->candidates[pool];

		if (step == NULL && outcome->top_up.leftovers)
			topup->money += topup->left[pool];
		if (step != NULL &&
		    is_possible(outcome, topup->result, step, topup->left[pool]))
			topup->options[topup->count++] = step->option;
	}
}

static uint16_t
pool_of(const struct manifest_outcome *outcome, uint16_t option)
{
	uint16_t pool = 0;

	while (outcome->pools[pool].options[option] == 0)
		pool++;
	return pool;
}

static void
consider(struct topup *topup, size_t at)
{
	const struct manifest_contest *contest = topup->election->contest;
	const int64_t *strength = topup->election->strength;
	uint16_t option = topup->options[at];
	uint16_t pool = pool_of(&contest->outcome, option);
	uint16_t next = at + 1 < topup->count ? topup->options[at + 1] : ELECTION_NOBODY;
	int64_t gap = contest->options[option].cost - topup->left[pool];
	struct election_step step = {
	    .act = ELECTION_TOPPED_UP,
	    .pool = pool,
	    .option = option,
	    .other = next,
	    .tie = (next != ELECTION_NOBODY && strength[next] == strength[option]) ||
		   (at > 0 && strength[topup->options[at - 1]] == strength[option]),
	    .strength = strength[option],
	    .other_strength = next == ELECTION_NOBODY ? -1 : strength[next],
	    .cost = contest->options[option].cost,
	    .money = gap,
	};

	if (gap > topup->money ||
	    lineup_excluder(&contest->outcome, topup->result, option) != ELECTION_NOBODY)
		return;
	topup->money -= gap;
	topup->left[pool] = 0;
	election_win(topup->result, option);
	election_step(topup->result, &step);
}

bool
topup_decide(const struct election *election, struct election_result *result, int64_t *left,
	     int64_t *reserve)
{
	struct topup topup = {.election = election, .result = result, .left = left};
	bool sorted;

	topup.options = malloc(election->contest->outcome.pools_count * sizeof *topup.options);
	if (topup.options == NULL)
		return false;
	collect(&topup);
	sorted = order_sort(topup.options, topup.count, election->strength, election->order);
	for (size_t i = 0; sorted && i < topup.count; i++)
		consider(&topup, i);
	*reserve = topup.money;
	free(topup.options);
	return sorted && !result->failed;
}
