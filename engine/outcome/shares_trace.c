/* shares_decide: the whole rule, and what happened as steps a person can follow. */
#include "outcome/shares.h"

#include <stdlib.h>
#include <string.h>

static struct election_step
step_of(const struct shares *shares, enum election_act act, uint16_t option, int64_t left)
{
	struct election_step step = {.act = act,
				     .pool = shares->election->pool,
				     .option = option,
				     .other = ELECTION_NOBODY,
				     .strength = -1,
				     .other_strength = -1,
				     .left = left};

	if (option != ELECTION_NOBODY)
		step.cost = shares->election->contest->options[option].cost;
	if (shares->rule->add1 != MANIFEST_ADD1_NONE)
		step.round = shares->accepted;
	return step;
}

/* What each voter has in that round. */
static bool
endowment(struct shares *shares, uint16_t number, char **text)
{
	struct prices prices;

	if (!prices_init(&prices, 0))
		return false;
	shares_total(shares, number, shares->total);
	prices_begin(&prices, shares->total, shares->election->ballots);
	*text = prices_text(&prices, prices.endowment, 1);
	prices_free(&prices);
	return *text != NULL;
}

static void
tell_withdrawn(const struct shares *shares, struct election_result *result)
{
	const struct manifest_contest *contest = shares->election->contest;
	const uint8_t *pool = contest->outcome.pools[shares->election->pool].options;

	for (uint16_t k = 0; k < contest->options_count; k++) {
		struct election_step step =
		    step_of(shares, ELECTION_WITHDRAWN, k, shares->election->budget);

		if (!pool[k] || shares->election->running[k])
			continue;
		step.strength = shares->election->strength[k];
		election_step(result, &step);
	}
}

static bool
tell_picks(struct shares *shares, struct election_result *result)
{
	for (size_t k = 0; k < shares->round.picks_count; k++) {
		const struct shares_pick *pick = &shares->round.picks[k];
		struct election_step step =
		    step_of(shares, ELECTION_TAKEN, pick->option, pick->left);

		step.other = pick->tied;
		step.tie = pick->tied != ELECTION_NOBODY;
		step.figure = shares_round_figure(&shares->round, pick->option);
		if (!step.figure)
			return false;
		election_step(result, &step);
	}
	return true;
}

static void
mark_picked(struct shares *shares)
{
	memset(shares->taken, 0, shares->election->contest->options_count);
	for (size_t k = 0; k < shares->round.picks_count; k++)
		shares->taken[shares->round.picks[k].option] = 1;
}

/* As the options are listed: those whose supporters have too little, then those without any. */
static bool
tell_others(struct shares *shares, struct election_result *result)
{
	const uint64_t *support = shares->round.purses.support.total;
	size_t count = shares->election->contest->options_count;

	mark_picked(shares);
	for (size_t k = 0; k < 2 * count; k++) {
		uint16_t option = (uint16_t)(k % count);
		bool poor = k < count;
		struct election_step step =
		    step_of(shares, poor ? ELECTION_UNAFFORDABLE : ELECTION_NO_SUPPORT, option,
			    shares->round.left);

		if (shares->taken[option] || !shares->election->running[option] ||
		    poor != (support[option] > 0))
			continue;
		if (poor && shares->accepted == 0)
			continue;
		if (poor)
			step.money = shares_round_money(&shares->round, option, &step.figure);
		if (poor && !step.figure)
			return false;
		election_step(result, &step);
	}
	return true;
}

static bool
tell_rounds(struct shares *shares, struct election_result *result)
{
	bool add1 = shares->rule->add1 != MANIFEST_ADD1_NONE;
	struct election_step step;

	if (add1 && shares->accepted > 0) {
		step = step_of(shares, ELECTION_ENDOWMENT, ELECTION_NOBODY,
			       shares->election->budget);
		if (!endowment(shares, shares->accepted, &step.figure))
			return false;
		election_step(result, &step);
	}
	if (!tell_picks(shares, result))
		return false;
	if (!tell_others(shares, result))
		return false;
	if (!add1 || shares->stopped == 0)
		return true;
	step = step_of(shares, ELECTION_STOPPED, shares->broke, shares->broke_left);
	step.round = shares->stopped;
	if (!endowment(shares, shares->stopped, &step.figure))
		return false;
	election_step(result, &step);
	return true;
}

/* The options by votes, behind those in shares->taken; `act` for those that fit. */
static void
tell_by_votes(const struct shares *shares, struct election_result *result,
	      enum election_act act, int64_t left)
{
	const struct election *election = shares->election;
	struct election_step *last = NULL;

	for (size_t k = 0; k < election->contest->options_count; k++) {
		uint16_t option = shares->ranking[k];
		int64_t cost = election->contest->options[option].cost;
		struct election_step step =
		    step_of(shares, cost <= left ? act : ELECTION_TOO_DEAR, option, left);

		if (!election->running[option] || shares->taken[option])
			continue;
		step.strength = (int64_t)election->votes[option];
		if (cost <= left)
			step.left = left -= cost;
		if (last) {
			last->other = option;
			last->other_strength = step.strength;
			last->tie = last->strength == step.strength;
		}
		election_step(result, &step);
		last = result->failed ? NULL : &result->steps[result->steps_count - 1];
	}
}

static void
tell_comparison(struct shares *shares, struct election_result *result)
{
	struct election_step step =
	    step_of(shares, ELECTION_PREFERRED, ELECTION_NOBODY, shares->round.left);

	step.strength = (int64_t)shares->prefer_shares;
	step.other_strength = (int64_t)shares->prefer_greedy;
	election_step(result, &step);
	if (shares_winners(shares) != &shares->greedy)
		return;
	memset(shares->taken, 0, shares->election->contest->options_count);
	tell_by_votes(shares, result, ELECTION_TAKEN, shares->election->budget);
}

static bool
tell(struct shares *shares, struct election_result *result)
{
	tell_withdrawn(shares, result);
	if (!tell_rounds(shares, result))
		return false;
	if (shares->rule->utilitarian) {
		mark_picked(shares);
		tell_by_votes(shares, result, ELECTION_COMPLETED, shares->round.left);
	}
	if (shares->rule->comparison)
		tell_comparison(shares, result);
	for (size_t k = 0; k < shares_winners(shares)->count; k++)
		election_win(result, shares_winners(shares)->options[k]);
	return !result->failed;
}

/* Would others win with the option before, or behind, all others in the tie order? */
static bool
matters(struct shares *shares, uint16_t option, const struct election_result *result,
	size_t first_winner, uint16_t *order)
{
	size_t count = shares->election->contest->options_count;
	bool met = shares->round.met[option] != 0;
	const struct shares_list *list;
	bool mattered = false;

	memcpy(order, shares->election->order, count * sizeof *order);
	for (int back = 0; back < 2 && !mattered; back++) {
		order[option] = back ? UINT16_MAX : 0;
		if (met)
			shares_run(shares, order);
		else
			shares_finish(shares, order);
		list = shares_winners(shares);
		mattered = !election_same_options(list->options, list->count,
						  result->winners + first_winner,
						  result->winners_count - first_winner);
	}
	return mattered;
}

/* First the options for which the rounds need not be run again, as long as they are there. */
static bool
weigh_ties(struct shares *shares, struct election_result *result, size_t first_step,
	   size_t first_winner)
{
	size_t count = shares->election->contest->options_count;
	uint16_t *order = calloc(count + 1, sizeof *order);
	uint8_t *met = calloc(count + 1, 1);
	bool done = order && met;

	if (done)
		memcpy(met, shares->round.met, count);
	for (size_t k = 0; done && k < 2 * result->steps_count; k++) {
		struct election_step *step = &result->steps[k % result->steps_count];
		bool again = k >= result->steps_count;

		if (k % result->steps_count < first_step || !step->tie ||
		    (met[step->option] != 0) != again)
			continue;
		shares->round.met[step->option] = met[step->option];
		step->tie_mattered = matters(shares, step->option, result, first_winner, order);
	}
	free(order);
	free(met);
	return done;
}

bool
shares_decide(const struct election *election, struct election_result *result)
{
	struct shares shares;
	size_t first_step = result->steps_count;
	size_t first_winner = result->winners_count;
	bool done;

	if (!shares_make(&shares, election))
		return false;
	shares_run(&shares, election->order);
	done = tell(&shares, result);
	if (done && !election->winners_only)
		done = weigh_ties(&shares, result, first_step, first_winner);
	shares_free(&shares);
	return done;
}
