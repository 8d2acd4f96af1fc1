#include "outcome/lineup.h"

#include <stdlib.h>

#include "outcome/order.h"

static bool
is_in_pool(const struct election *election, size_t option)
{
	const struct manifest_outcome *outcome = &election->contest->outcome;

	return outcome->pools_count == 0 || outcome->pools[election->pool].options[option] != 0;
}

bool
lineup_make(const struct election *election, struct lineup *lineup)
{
	size_t options_count = election->contest->options_count;

	lineup->count = 0;
	lineup->options = malloc(options_count * sizeof *lineup->options);
	if (lineup->options == NULL)
		return false;
	for (size_t i = 0; i < options_count; i++) {
		if (is_in_pool(election, i))
			lineup->options[lineup->count++] = (uint16_t)i;
	}
	return order_sort(lineup->options, lineup->count, election->strength, election->order);
}

void
lineup_free(struct lineup *lineup)
{
	free(lineup->options);
	*lineup = (struct lineup){0};
}

/* The next option behind `at` that can win. */
static uint16_t
next_of(const struct election *election, const struct lineup *lineup, size_t at)
{
	for (size_t i = at + 1; i < lineup->count; i++) {
		if (election->running[lineup->options[i]] != 0)
			return lineup->options[i];
	}
	return ELECTION_NOBODY;
}

static uint16_t
previous_of(const struct election *election, const struct lineup *lineup, size_t at)
{
	for (size_t i = at; i > 0; i--) {
		if (election->running[lineup->options[i - 1]] != 0)
			return lineup->options[i - 1];
	}
	return ELECTION_NOBODY;
}

static bool
equal_to(const struct election *election, uint16_t option, uint16_t other)
{
	return other != ELECTION_NOBODY &&
	       election->strength[option] == election->strength[other];
}

struct election_step
lineup_step(const struct election *election, const struct lineup *lineup, size_t at,
	    enum election_act act)
{
	uint16_t option = lineup->options[at];
	uint16_t next = next_of(election, lineup, at);

	return (struct election_step){
	    .act = act,
	    .pool = election->pool,
	    .option = option,
	    .other = next,
	    .tie = election->running[option] != 0 &&
		   (equal_to(election, option, next) ||
		    equal_to(election, option, previous_of(election, lineup, at))),
	    .strength = election->strength[option],
	    .other_strength = next == ELECTION_NOBODY ? -1 : election->strength[next],
	    .cost = election->contest->options[option].cost,
	    .left = -1,
	};
}

/* Each winner is looked at once: thousands of options may stand in all exclusions. */
static void
winners_exclude(const struct manifest_outcome *outcome, struct election_result *result)
{
	for (; result->excluding_count < result->winners_count; result->excluding_count++) {
		uint16_t winner = result->winners[result->excluding_count];

		for (size_t i = 0; i < outcome->exclusions_count; i++) {
			uint16_t *excluder = &result->excluders[i];

			if (result->excluding_count == 0)
				*excluder = ELECTION_NOBODY;
			if (*excluder == ELECTION_NOBODY &&
			    outcome->exclusions[i].options[winner] != 0)
				*excluder = winner;
		}
	}
}

uint16_t
lineup_excluder(const struct manifest_outcome *outcome, struct election_result *result,
		uint16_t option)
{
	winners_exclude(outcome, result);
	for (size_t i = 0; result->winners_count > 0 && i < outcome->exclusions_count; i++) {
		if (outcome->exclusions[i].options[option] != 0 &&
		    result->excluders[i] != ELECTION_NOBODY)
			return result->excluders[i];
	}
	return ELECTION_NOBODY;
}

static bool
is_below_threshold(const struct election *election, int64_t strength)
{
	const struct manifest_outcome *outcome = &election->contest->outcome;
	uint64_t hundredths = outcome->threshold_percent * election->ballots;

	if (outcome->threshold > 0 && strength < outcome->threshold)
		return true;
	return outcome->threshold_percent > 0 && strength < (int64_t)((hundredths + 99) / 100);
}

bool
lineup_admits(const struct election *election, struct election_result *result,
	      struct election_step *step)
{
	uint16_t excluder = lineup_excluder(&election->contest->outcome, result, step->option);

	if (election->running[step->option] == 0)
		step->act = ELECTION_WITHDRAWN;
	else if (is_below_threshold(election, step->strength))
		step->act = ELECTION_BELOW_THRESHOLD;
	else if (excluder != ELECTION_NOBODY)
		step->act = ELECTION_EXCLUDED;
	else
		return true;
	if (step->act != ELECTION_EXCLUDED) {
		step->tie = false;
		return false;
	}
	step->other = excluder;
	step->other_strength = election->strength[excluder];
	return false;
}
