#include "outcome/outcome.h"

#include <stdlib.h>
#include <string.h>

#include "outcome/order.h"
#include "outcome/topup.h"

/* One contest's lists, one element per option. */
struct hall {
	const struct manifest_contest *contest;
	const struct profile *profile;
	uint64_t ballots; /* with a choice in the contest */
	uint64_t *votes;
	int64_t *strength;
	uint16_t *order;
	uint8_t *standing; /* neither withdrawn nor left out */
	uint8_t *running;  /* of those the ones in the pool at hand */
	uint64_t *pairs;   /* for the rule over pairs, else NULL */
	bool winners_only;
};

static bool
reads_pairs(const struct manifest_contest *contest)
{
	return contest->outcome.rule == MANIFEST_RULE_SCHULZE;
}

static bool
hall_take(struct hall *hall, const struct manifest_contest *contest)
{
	size_t count = contest->options_count;

	*hall = (struct hall){.contest = contest,
			      .votes = malloc(count * sizeof *hall->votes),
			      .strength = malloc(count * sizeof *hall->strength),
			      .order = malloc(count * sizeof *hall->order),
			      .standing = malloc(count),
			      .running = malloc(count)};
	if (reads_pairs(contest))
		hall->pairs = malloc(count * count * sizeof *hall->pairs);
	return hall->votes != NULL && (hall->pairs != NULL || !reads_pairs(contest)) &&
	       hall->strength != NULL && hall->order != NULL && hall->standing != NULL &&
	       hall->running != NULL;
}

static void
hall_free(struct hall *hall)
{
	free(hall->votes);
	free(hall->strength);
	free(hall->order);
	free(hall->standing);
	free(hall->running);
	free(hall->pairs);
}

/* What the rule orders options by. */
static int64_t
strength_of(const struct manifest_outcome *outcome, const struct counts_option *counts)
{
	if (outcome->rule == MANIFEST_RULE_BORDA)
		return counts->score - (outcome->last_is_zero ? (int64_t)counts->votes : 0);
	return outcome->by_score ? counts->score : (int64_t)counts->votes;
}

static void
pairs_fill(struct hall *hall, const struct counts *counts)
{
	size_t count = hall->contest->options_count;

	for (size_t i = 0; i < count * count; i++)
		hall->pairs[i] = counts_pair(counts, hall->contest, i / count, i % count);
}

static void
hall_fill(struct hall *hall, const struct outcome_given *given, size_t place)
{
	const struct manifest_contest *contest = hall->contest;

	hall->winners_only = given->winners_only;
	hall->ballots = given->counts->contests[place].ballots;
	if (contest->outcome.sheets)
		hall->ballots += given->counts->paper_contests[place].ballots;
	for (size_t i = 0; i < contest->options_count; i++) {
		size_t at = contest->options_first + i;
		struct counts_option sum = given->counts->options[at];

		if (contest->outcome.sheets) {
			sum.votes += given->counts->paper_options[at].votes;
			sum.score += given->counts->paper_options[at].score;
		}
		hall->votes[i] = sum.votes;
		hall->strength[i] = strength_of(&contest->outcome, &sum);
		hall->standing[i] =
		    contest->outcome.left_out[i] == 0 &&
		    (given->law == NULL || !law_option_withdrawn(given->law, at));
	}
	if (hall->pairs != NULL)
		pairs_fill(hall, given->counts);
}

/* Ballots that name an option of the pool, withdrawn ones too: no withdrawal changes anybody's
 * share. */
static uint64_t
ballots_of(const struct profile *profile, const struct manifest_pool *pool)
{
	uint64_t ballots = 0;

	for (size_t i = 0; i < profile->rows_count; i++) {
		const struct profile_row *row = &profile->rows[i];
		bool named = false;

		for (size_t j = row->first; j < row->first + row->count && !named; j++)
			named = pool->options[profile->choices[j].option] != 0;
		ballots += named ? row->weight : 0;
	}
	return ballots;
}

static struct election
election_of(struct hall *hall, size_t place)
{
	const struct manifest_outcome *outcome = &hall->contest->outcome;
	const struct manifest_pool *pool =
	    outcome->pools_count > 0 ? &outcome->pools[place] : NULL;
	struct election election = {
	    .contest = hall->contest,
	    .pool = (uint16_t)place,
	    .running = hall->running,
	    .budget = pool == NULL ? -1 : pool->budget,
	    .order = hall->order,
	    .strength = hall->strength,
	    .votes = hall->votes,
	    .ballots = hall->ballots,
	    .profile = hall->profile,
	    .pairs = hall->pairs,
	    .winners_only = hall->winners_only,
	};

	for (size_t i = 0; i < hall->contest->options_count; i++)
		hall->running[i] =
		    hall->standing[i] != 0 && (pool == NULL || pool->options[i] != 0);
	if (pool != NULL && hall->profile != NULL && outcome_needs_profile(hall->contest))
		election.ballots = ballots_of(hall->profile, pool);
	return election;
}

static bool
rule_decide(const struct election *election, struct election_result *result)
{
	switch (election->contest->outcome.rule) {
	case MANIFEST_RULE_COUNT:
	case MANIFEST_RULE_BORDA:
		return seats_decide(election, result);
	case MANIFEST_RULE_GREEDY_SKIP:
	case MANIFEST_RULE_GREEDY_STOP:
		return greedy_decide(election, result);
	case MANIFEST_RULE_RUNOFF:
		return runoff_decide(election, result);
	case MANIFEST_RULE_SCHULZE:
		return schulze_decide(election, result);
	case MANIFEST_RULE_SHARES:
		return shares_decide(election, result);
	case MANIFEST_RULE_PHRAGMEN:
		return phragmen_decide(election, result);
	case MANIFEST_RULE_NONE:
		break;
	}
	check_failed(__FILE__, __LINE__, "the rule is one of those above");
}

static int64_t
left_of(const struct election *election, const struct election_result *result, size_t winners)
{
	int64_t left = election->budget;

	for (size_t i = winners; i < result->winners_count; i++)
		left -= election->contest->options[result->winners[i]].cost;
	return left;
}

/* All pools in their order, then the top-up. */
static bool
pools_decide(struct hall *hall, struct outcome *outcome)
{
	struct election election = election_of(hall, 0);
	bool done = true;

	for (size_t i = 0; i < outcome->pools_count && done; i++) {
		size_t winners = outcome->result.winners_count;

		election = election_of(hall, i);
		done = rule_decide(&election, &outcome->result);
		outcome->left[i] = left_of(&election, &outcome->result, winners);
	}
	if (outcome->pools_count == 0)
		done = rule_decide(&election, &outcome->result);
	if (done && hall->contest->outcome.top_up.given)
		done =
		    topup_decide(&election, &outcome->result, outcome->left, &outcome->reserve);
	return done;
}

static bool
outcome_take(struct outcome *outcome, const struct manifest_contest *contest)
{
	*outcome = (struct outcome){.reserve = -1, .pools_count = contest->outcome.pools_count};
	election_result_init(&outcome->result);
	if (outcome->pools_count == 0)
		return true;
	outcome->left = calloc(outcome->pools_count, sizeof *outcome->left);
	return outcome->left != NULL;
}

/* Decides once more with one option's place in the tie order changed: *differs if others win. */
static bool
decide_again(struct hall *hall, uint16_t option, uint16_t place,
	     const struct election_result *first, bool *differs)
{
	uint16_t kept = hall->order[option];
	struct outcome again;
	bool done = outcome_take(&again, hall->contest);

	hall->order[option] = place;
	done = done && pools_decide(hall, &again);
	hall->order[option] = kept;
	if (done)
		*differs =
		    !election_same_options(first->winners, first->winners_count,
					   again.result.winners, again.result.winners_count);
	outcome_free(&again);
	return done;
}

/* Rules over counts are quick: they are asked again for every tie. The others look themselves. */
static bool
ties_mark(struct hall *hall, struct election_result *result)
{
	bool done = true;

	for (size_t i = 0; i < result->steps_count && done; i++) {
		struct election_step *step = &result->steps[i];
		bool *mattered = &step->tie_mattered;

		if (step->tie)
			done = decide_again(hall, step->option, ORDER_FRONT, result, mattered);
		if (done && step->tie && !*mattered)
			done = decide_again(hall, step->option, ORDER_BACK, result, mattered);
	}
	return done;
}

static bool
marks_its_ties(enum manifest_rule rule)
{
	return rule == MANIFEST_RULE_SHARES || rule == MANIFEST_RULE_PHRAGMEN ||
	       rule == MANIFEST_RULE_RUNOFF || rule == MANIFEST_RULE_SCHULZE;
}

bool
outcome_needs_profile(const struct manifest_contest *contest)
{
	enum manifest_rule rule = contest->outcome.rule;

	return rule == MANIFEST_RULE_SHARES || rule == MANIFEST_RULE_PHRAGMEN ||
	       rule == MANIFEST_RULE_RUNOFF;
}

static enum outcome_status
decide(const struct outcome_given *given, size_t place, struct hall *hall,
       struct outcome *outcome)
{
	if (!order_make(given->manifest, place, given->law, hall->order))
		return OUTCOME_NEEDS_DRAW;
	hall_fill(hall, given, place);
	if (!pools_decide(hall, outcome))
		return OUTCOME_NO_MEMORY;
	if (given->winners_only || marks_its_ties(hall->contest->outcome.rule))
		return OUTCOME_DECIDED;
	return ties_mark(hall, &outcome->result) ? OUTCOME_DECIDED : OUTCOME_NO_MEMORY;
}

enum outcome_status
outcome_decide(const struct outcome_given *given, size_t place, const struct profile *profile,
	       struct outcome *outcome)
{
	const struct manifest_contest *contest = &given->manifest->contests[place];
	enum outcome_status status = OUTCOME_NO_MEMORY;
	struct hall hall;

	*outcome = (struct outcome){.reserve = -1};
	if (contest->outcome.rule == MANIFEST_RULE_NONE)
		return OUTCOME_NO_RULE;
	if (outcome_needs_profile(contest) && profile == NULL)
		return OUTCOME_NEEDS_PROFILE;
	if (hall_take(&hall, contest) && outcome_take(outcome, contest)) {
		hall.profile = profile;
		status = decide(given, place, &hall, outcome);
	}
	hall_free(&hall);
	if (status != OUTCOME_DECIDED)
		outcome_free(outcome);
	return status;
}

void
outcome_free(struct outcome *outcome)
{
	election_result_free(&outcome->result);
	free(outcome->left);
	*outcome = (struct outcome){.reserve = -1};
}
