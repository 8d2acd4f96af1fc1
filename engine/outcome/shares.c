#include "outcome/shares.h"

#include <stdlib.h>
#include <string.h>

#include "limits.h"

bool
shares_make(struct shares *shares, const struct election *election)
{
	const struct manifest_outcome *rule = &election->contest->outcome;
	size_t count = election->contest->options_count + 1;

	*shares = (struct shares){.election = election, .rule = rule};
	mpz_init(shares->total);
	shares->ranking = calloc(count, sizeof *shares->ranking);
	shares->taken = calloc(count, sizeof *shares->taken);
	shares->winners.options = calloc(count, sizeof *shares->winners.options);
	shares->greedy.options = calloc(count, sizeof *shares->greedy.options);
	if (!shares->ranking || !shares->taken || !shares->winners.options ||
	    !shares->greedy.options ||
	    !shares_round_make(&shares->round, election,
			       rule->add1 == MANIFEST_ADD1_PABULIB ? rule->add1_step : 1)) {
		shares_free(shares);
		return false;
	}
	return true;
}

void
shares_free(struct shares *shares)
{
	shares_round_free(&shares->round);
	free(shares->ranking);
	free(shares->taken);
	free(shares->winners.options);
	free(shares->greedy.options);
	mpz_clear(shares->total);
	*shares = (struct shares){0};
}

void
shares_total(const struct shares *shares, uint16_t number, mpz_t out)
{
	uint64_t budget = (uint64_t)shares->election->budget;
	uint64_t step = (uint64_t)shares->rule->add1_step;
	uint64_t ballots = shares->election->ballots;

	CHECK(number >= 1);
	if (shares->rule->add1 == MANIFEST_ADD1_PABULIB && number > 1)
		budget = budget / step / ballots * ballots * step;
	else if (shares->rule->add1 == MANIFEST_ADD1_PABULIB)
		budget -= budget % step;
	mpz_set_ui(out, step);
	mpz_mul_ui(out, out, number - 1U);
	mpz_mul_ui(out, out, ballots);
	mpz_add_ui(out, out, budget);
}

static void
run_round(struct shares *shares, uint16_t number)
{
	shares_total(shares, number, shares->total);
	shares_round_run(&shares->round, shares->total);
}

static void
mark_taken(struct shares *shares)
{
	memset(shares->taken, 0, shares->election->contest->options_count);
	for (size_t k = 0; k < shares->round.picks_count; k++)
		shares->taken[shares->round.picks[k].option] = 1;
}

/* No option with support is left, or (pabutools) none that fits. */
static bool
nothing_left(struct shares *shares)
{
	const struct manifest_contest *contest = shares->election->contest;
	bool fits_only = shares->rule->add1 == MANIFEST_ADD1_PABUTOOLS;

	mark_taken(shares);
	for (size_t k = 0; k < contest->options_count; k++) {
		if (shares->round.purses.support.total[k] == 0 || shares->taken[k])
			continue;
		if (!fits_only || contest->options[k].cost <= shares->round.left)
			return false;
	}
	return true;
}

static void
run_rounds(struct shares *shares)
{
	uint16_t number = 0;
	bool last = shares->rule->add1 == MANIFEST_ADD1_NONE;

	do {
		run_round(shares, ++number);
		if (shares->round.broke != ELECTION_NOBODY)
			break;
		shares->accepted = number;
	} while (!last && !nothing_left(shares) && number < shares_rounds_max);
	shares->stopped = number;
	shares->broke = shares->round.broke;
	shares->broke_left = shares->round.left;
	if (shares->accepted > 0 && shares->accepted != number)
		run_round(shares, shares->accepted);
	CHECK(!last || shares->broke == ELECTION_NOBODY);
}

static bool
ranks_before(const struct shares *shares, uint16_t a, uint16_t b)
{
	const uint64_t *votes = shares->election->votes;

	if (votes[a] != votes[b])
		return votes[a] > votes[b];
	return shares->round.order[a] < shares->round.order[b];
}

static void
rank(struct shares *shares)
{
	for (uint16_t k = 0; k < shares->election->contest->options_count; k++) {
		uint16_t place = k;

		while (place > 0 && ranks_before(shares, k, shares->ranking[place - 1])) {
			shares->ranking[place] = shares->ranking[place - 1];
			place--;
		}
		shares->ranking[place] = k;
	}
}

/* Everything that fits, by votes, behind what is taken. */
static void
complete(struct shares *shares, struct shares_list *list, int64_t left)
{
	const struct manifest_contest *contest = shares->election->contest;

	for (size_t k = 0; k < contest->options_count; k++) {
		uint16_t option = shares->ranking[k];

		if (!shares->election->running[option] || shares->taken[option] ||
		    contest->options[option].cost > left)
			continue;
		left -= contest->options[option].cost;
		list->options[list->count++] = option;
	}
}

static void
mark(struct shares *shares, const struct shares_list *list, uint8_t bit)
{
	for (size_t k = 0; k < list->count; k++)
		shares->taken[list->options[k]] |= bit;
}

static size_t
named(const struct shares *shares, const struct profile_row *row, uint8_t bit)
{
	const struct profile *profile = shares->election->profile;
	size_t count = 0;

	for (size_t k = row->first; k < row->first + row->count; k++)
		count += (shares->taken[profile->choices[k].option] & bit) != 0;
	return count;
}

static void
compare(struct shares *shares)
{
	const struct profile *profile = shares->election->profile;

	memset(shares->taken, 0, shares->election->contest->options_count);
	complete(shares, &shares->greedy, shares->election->budget);
	mark(shares, &shares->winners, 1);
	mark(shares, &shares->greedy, 2);
	for (size_t k = 0; k < profile->rows_count; k++) {
		size_t of_shares = named(shares, &profile->rows[k], 1);
		size_t of_greedy = named(shares, &profile->rows[k], 2);

		if (of_shares > of_greedy)
			shares->prefer_shares += profile->rows[k].weight;
		else if (of_greedy > of_shares)
			shares->prefer_greedy += profile->rows[k].weight;
	}
}

void
shares_finish(struct shares *shares, const uint16_t *order)
{
	shares->round.order = order;
	shares->winners.count = shares->greedy.count = 0;
	shares->prefer_shares = shares->prefer_greedy = 0;
	for (size_t k = 0; k < shares->round.picks_count; k++)
		shares->winners.options[shares->winners.count++] =
		    shares->round.picks[k].option;
	rank(shares);
	mark_taken(shares);
	if (shares->rule->utilitarian)
		complete(shares, &shares->winners, shares->round.left);
	if (shares->rule->comparison)
		compare(shares);
}

void
shares_run(struct shares *shares, const uint16_t *order)
{
	size_t options_count = shares->election->contest->options_count;

	shares->round.order = order;
	memset(shares->round.met, 0, options_count);
	shares->accepted = shares->stopped = 0;
	shares->broke = ELECTION_NOBODY;
	if (shares->election->ballots > 0)
		run_rounds(shares);
	if (shares->accepted == 0) {
		shares->round.picks_count = 0;
		shares->round.left = shares->election->budget;
	}
	shares_finish(shares, order);
}

const struct shares_list *
shares_winners(const struct shares *shares)
{
	return shares->prefer_greedy > shares->prefer_shares ? &shares->greedy
							     : &shares->winners;
}
