#include "outcome/shares_round.h"

#include <stdlib.h>

static void
set_costs(struct shares_round *round, int64_t unit)
{
	const struct manifest_contest *contest = round->election->contest;

	mpz_set_ui(round->most, 1);
	for (size_t k = 0; k < contest->options_count; k++) {
		int64_t cost = contest->options[k].cost;

		round->cost[k] = cost - cost % unit;
		mpz_add_ui(round->most, round->most, (unsigned long)cost);
	}
	mpz_mul_ui(round->most, round->most, round->election->ballots);
}

bool
shares_round_make(struct shares_round *round, const struct election *election, int64_t unit)
{
	enum manifest_utility utility = election->contest->outcome.utility;
	size_t options_count = election->contest->options_count;
	bool by_value =
	    utility == MANIFEST_UTILITY_SCORE || utility == MANIFEST_UTILITY_SCORE_COST;

	CHECK(unit >= 1);
	*round = (struct shares_round){.election = election, .order = election->order};
	if (!purses_make(&round->purses, election, by_value))
		return false;
	round->costs_count =
	    utility == MANIFEST_UTILITY_COST || utility == MANIFEST_UTILITY_SCORE_COST;
	mpz_inits(round->most, round->share, round->best.number, round->trial.number, NULL);
	round->cost = calloc(options_count + 1, sizeof *round->cost);
	round->picks = calloc(options_count + 1, sizeof *round->picks);
	round->met = calloc(options_count + 1, sizeof *round->met);
	round->candidates = calloc(options_count + 1, sizeof *round->candidates);
	if (!round->cost || !round->picks || !round->met || !round->candidates) {
		shares_round_free(round);
		return false;
	}
	set_costs(round, unit);
	return true;
}

void
shares_round_free(struct shares_round *round)
{
	purses_free(&round->purses);
	free(round->cost);
	free(round->picks);
	free(round->met);
	free(round->candidates);
	mpz_clears(round->most, round->share, round->best.number, round->trial.number, NULL);
	*round = (struct shares_round){0};
}

/* An option's utility, for value 1. */
static uint64_t
utility(const struct shares_round *round, uint16_t option)
{
	return round->costs_count ? (uint64_t)round->cost[option] : 1;
}

/* Is price a of option `first`, per utility, above price b of `second`? */
static bool
dearer(const struct shares_round *round, uint16_t first, uint64_t a, uint16_t second,
       uint64_t b)
{
	return (purses_wide)a * utility(round, second) > (purses_wide)b * utility(round, first);
}

static uint64_t
at_most(purses_wide number)
{
	return number < PURSES_MONEY_MAX ? (uint64_t)number : PURSES_MONEY_MAX;
}

/* Can the supporters pay it, by the exact sums? */
static bool
affordable(struct shares_round *round, uint16_t option)
{
	mpz_t *money = &round->trial.number;

	purses_money(&round->purses, option, *money);
	mpz_submul_ui(*money, round->purses.prices.denominator,
		      (unsigned long)round->cost[option]);
	return mpz_sgn(*money) >= 0;
}

static purses_wide
scaled_cost(const struct shares_round *round, uint16_t option)
{
	return (purses_wide)(uint64_t)round->cost[option] << round->purses.scale;
}

/* Is it sure from a split that [low, high] has its ends? Else candidate->guess is above `price`:
 * whatever the split, poor + price * paying is at least what all can pay at that price. */
static bool
narrow(struct shares_round *round, uint16_t option, const struct purses_split *split,
       uint64_t price)
{
	struct shares_candidate *candidate = &round->candidates[option];
	purses_wide target = scaled_cost(round, option);
	purses_wide slack = (purses_wide)round->purses.error * split->weight;

	if (target > split->poor + slack) {
		uint64_t low = at_most((target - split->poor - slack) / split->paying);

		if (low > candidate->low)
			candidate->low = low;
	}
	if (split->poor + (purses_wide)price * split->paying >= target + slack) {
		candidate->guess = candidate->high = price;
		return true;
	}
	candidate->guess = at_most((target + slack - split->poor) / split->paying + 1);
	return false;
}

/* Narrows an option's price, or finds that its supporters have not enough; true if it costs at
 * most candidate->high. Stops as soon as it is dearer than `best` (or NOBODY). */
static bool
examine(struct shares_round *round, uint16_t option, uint16_t best)
{
	struct shares_candidate *candidate = &round->candidates[option];

	candidate->examined = true;
	for (;;) {
		struct purses_split split =
		    purses_split(&round->purses, option, candidate->guess);
		purses_wide slack = (purses_wide)round->purses.error * split.weight;

		if (split.paying == 0) {
			candidate->running = split.poor + slack >= scaled_cost(round, option) &&
					     affordable(round, option);
			candidate->high = PURSES_MONEY_MAX;
			return candidate->running;
		}
		if (narrow(round, option, &split, candidate->guess))
			return true;
		if (best != ELECTION_NOBODY &&
		    dearer(round, option, candidate->low, best, round->candidates[best].high))
			return false;
	}
}

/* The running option, not yet examined, that can cost least; NOBODY if all cost more than `best`
 * at most. */
static uint16_t
next_to_examine(const struct shares_round *round, uint16_t best)
{
	uint16_t next = ELECTION_NOBODY;

	for (uint16_t k = 0; k < round->election->contest->options_count; k++) {
		const struct shares_candidate *candidate = &round->candidates[k];

		if (!candidate->running || candidate->examined)
			continue;
		if (next == ELECTION_NOBODY ||
		    dearer(round, next, round->candidates[next].low, k, candidate->low))
			next = k;
	}
	if (next != ELECTION_NOBODY && best != ELECTION_NOBODY &&
	    dearer(round, next, round->candidates[next].low, best,
		   round->candidates[best].high))
		return ELECTION_NOBODY;
	return next;
}

/* The option that certainly costs least at most; NOBODY: none can be paid. All others that might
 * cost as little have been examined as well. */
static uint16_t
find_best(struct shares_round *round)
{
	uint16_t best = ELECTION_NOBODY;
	uint16_t option;

	for (size_t k = 0; k < round->election->contest->options_count; k++)
		round->candidates[k].examined = false;
	while ((option = next_to_examine(round, best)) != ELECTION_NOBODY) {
		if (!examine(round, option, best))
			continue;
		if (best == ELECTION_NOBODY || dearer(round, best, round->candidates[best].high,
						      option, round->candidates[option].high))
			best = option;
	}
	return best;
}

/* Exactly: the price `trial` of `first` per utility against `best` of `second`. */
static int
compare(struct shares_round *round, uint16_t first, uint16_t second)
{
	mpz_t left, right;
	int sign;

	mpz_inits(left, right, NULL);
	mpz_mul_ui(left, round->trial.number, round->best.parts);
	mpz_mul_ui(left, left, utility(round, second));
	mpz_mul_ui(right, round->best.number, round->trial.parts);
	mpz_mul_ui(right, right, utility(round, first));
	sign = mpz_cmp(left, right);
	mpz_clears(left, right, NULL);
	return sign;
}

/* One more option with the same price per utility. */
static struct shares_pick
among_equals(const struct shares_round *round, struct shares_pick pick, uint16_t option)
{
	if (round->order[option] < round->order[pick.option])
		return (struct shares_pick){option, pick.option, 0};
	if (pick.tied == ELECTION_NOBODY || round->order[option] < round->order[pick.tied])
		pick.tied = option;
	return pick;
}

/* The one to take, its price in round->best, and the next in tie order of those with the same. */
static struct shares_pick
choose(struct shares_round *round, uint16_t best)
{
	struct shares_pick pick = {ELECTION_NOBODY, ELECTION_NOBODY, 0};
	uint64_t high = round->candidates[best].high;

	for (uint16_t k = 0; k < round->election->contest->options_count; k++) {
		int sign;

		if (!round->candidates[k].running ||
		    dearer(round, k, round->candidates[k].low, best, high))
			continue;
		purses_price(&round->purses, k, round->cost[k], round->candidates[k].low,
			     round->candidates[k].high, &round->trial);
		sign = pick.option == ELECTION_NOBODY ? -1 : compare(round, k, pick.option);
		if (sign > 0)
			continue;
		if (sign < 0) {
			pick = (struct shares_pick){k, ELECTION_NOBODY, 0};
		} else {
			round->met[k] = round->met[pick.option] = 1;
			pick = among_equals(round, pick, k);
		}
		if (pick.option == k) {
			mpz_swap(round->best.number, round->trial.number);
			round->best.parts = round->trial.parts;
		}
	}
	return pick;
}

/* False, and `broke` set, if the budget has not so much. */
static bool
take(struct shares_round *round, struct shares_pick pick)
{
	int64_t cost = round->election->contest->options[pick.option].cost;

	if (cost > round->left) {
		round->broke = pick.option;
		return false;
	}
	round->left -= cost;
	pick.left = round->left;
	round->picks[round->picks_count++] = pick;
	round->candidates[pick.option].running = false;
	return true;
}

/* Everybody's price at first is cost / support, and only what `total` can pay is running. */
static void
begin(struct shares_round *round, const mpz_t total)
{
	const struct support *support = &round->purses.support;

	for (uint16_t k = 0; k < round->election->contest->options_count; k++) {
		struct shares_candidate *candidate = &round->candidates[k];

		*candidate = (struct shares_candidate){0};
		if (support->total[k] == 0)
			continue;
		if (mpz_cmp_ui(total, (unsigned long)round->cost[k]) < 0)
			continue;
		candidate->running = true;
		candidate->low = at_most(scaled_cost(round, k) / support->total[k]);
		candidate->guess =
		    at_most((purses_wide)candidate->low + round->purses.error + 2);
	}
	round->picks_count = 0;
	round->broke = ELECTION_NOBODY;
	round->left = round->election->budget;
}

static bool
take_free(struct shares_round *round)
{
	for (;;) {
		uint16_t next = ELECTION_NOBODY;

		for (uint16_t k = 0; k < round->election->contest->options_count; k++) {
			if (round->candidates[k].running && round->cost[k] == 0 &&
			    (next == ELECTION_NOBODY || round->order[k] < round->order[next]))
				next = k;
		}
		if (next == ELECTION_NOBODY)
			return true;
		if (!take(round, (struct shares_pick){next, ELECTION_NOBODY, 0}))
			return false;
	}
}

/* Nobody ever pays more than the costs of all options: beyond that an endowment changes nothing. */
void
shares_round_run(struct shares_round *round, const mpz_t total)
{
	uint16_t best;

	mpz_set(round->share, mpz_cmp(total, round->most) < 0 ? total : round->most);
	purses_begin(&round->purses, round->share);
	begin(round, round->share);
	if (!take_free(round))
		return;
	while ((best = find_best(round)) != ELECTION_NOBODY) {
		struct shares_pick pick = choose(round, best);

		if (!take(round, pick))
			return;
		purses_pay(&round->purses, pick.option, round->cost[pick.option], &round->best);
	}
}

char *
shares_round_figure(const struct shares_round *round, uint16_t option)
{
	const struct prices *prices = &round->purses.prices;
	uint16_t price = round->purses.price_of[option];
	mpz_t zero;
	char *text;

	if (price != ELECTION_NOBODY)
		return prices_text(prices, prices->price[price], utility(round, option));
	mpz_init(zero);
	text = prices_text(prices, zero, 1);
	mpz_clear(zero);
	return text;
}

int64_t
shares_round_money(struct shares_round *round, uint16_t option, char **figure)
{
	mpz_t *money = &round->trial.number;
	mpz_t *whole = &round->best.number;

	purses_money(&round->purses, option, *money);
	*figure = prices_text(&round->purses.prices, *money, 1);
	mpz_fdiv_q(*whole, *money, round->purses.prices.denominator);
	CHECK(mpz_fits_slong_p(*whole));
	return mpz_get_si(*whole);
}
