#include <stdlib.h>
#include <string.h>

#include "outcome/election.h"
#include "outcome/order.h"

/* A count in rounds. Each row's choices stand in the order of their ranks; `at` is the row's best
 * one that is still in. */
struct runoff {
	const struct election *election;
	struct profile_choice *choices; /* as the profile's, each row by rank */
	size_t *at;                     /* per row */
	uint8_t *in;                    /* per option: not eliminated */
	int64_t *votes;                 /* per option, of this round */
	uint16_t *standing;             /* options that are in, the strongest first */
	size_t standing_count;
	int64_t ballots; /* that are for one of them */
};

static bool
runoff_take(struct runoff *runoff, const struct election *election)
{
	const struct profile *profile = election->profile;
	size_t options = election->contest->options_count;

	*runoff = (struct runoff){
	    .election = election,
	    .choices = malloc((profile->choices_count + 1) * sizeof *runoff->choices),
	    .at = malloc((profile->rows_count + 1) * sizeof *runoff->at),
	    .in = malloc(options),
	    .votes = malloc(options * sizeof *runoff->votes),
	    .standing = malloc(options * sizeof *runoff->standing),
	};
	return runoff->choices != NULL && runoff->at != NULL && runoff->in != NULL &&
	       runoff->votes != NULL && runoff->standing != NULL;
}

static void
runoff_free(struct runoff *runoff)
{
	free(runoff->choices);
	free(runoff->at);
	free(runoff->in);
	free(runoff->votes);
	free(runoff->standing);
}

/* Ranks of a ballot are 1 to the number of its choices. */
static void
choices_rank(struct runoff *runoff)
{
	const struct profile *profile = runoff->election->profile;

	for (size_t i = 0; i < profile->rows_count; i++) {
		const struct profile_row *row = &profile->rows[i];

		for (size_t j = row->first; j < row->first + row->count; j++) {
			struct profile_choice choice = profile->choices[j];

			CHECK(choice.value >= 1 && (size_t)choice.value <= row->count);
			runoff->choices[row->first + (size_t)choice.value - 1] = choice;
		}
	}
}

static void
begin(struct runoff *runoff)
{
	const struct election *election = runoff->election;

	memset(runoff->at, 0, election->profile->rows_count * sizeof *runoff->at);
	memcpy(runoff->in, election->running, election->contest->options_count);
}

/* Gives every ballot to the best of its options that are in, if any is. */
static void
votes_count(struct runoff *runoff)
{
	const struct profile *profile = runoff->election->profile;

	memset(runoff->votes, 0,
	       runoff->election->contest->options_count * sizeof *runoff->votes);
	runoff->ballots = 0;
	for (size_t i = 0; i < profile->rows_count; i++) {
		const struct profile_row *row = &profile->rows[i];
		size_t *at = &runoff->at[i];

		while (*at < row->count &&
		       runoff->in[runoff->choices[row->first + *at].option] == 0)
			++*at;
		if (*at == row->count)
			continue;
		runoff->votes[runoff->choices[row->first + *at].option] += (int64_t)row->weight;
		runoff->ballots += (int64_t)row->weight;
	}
}

/* Counts the round and brings those who are in into their order. */
static bool
round_count(struct runoff *runoff, const uint16_t *places)
{
	votes_count(runoff);
	runoff->standing_count = 0;
	for (size_t i = 0; i < runoff->election->contest->options_count; i++) {
		if (runoff->in[i] != 0)
			runoff->standing[runoff->standing_count++] = (uint16_t)i;
	}
	return order_sort(runoff->standing, runoff->standing_count, runoff->votes, places);
}

static bool
is_over(const struct runoff *runoff)
{
	return runoff->standing_count < 2 ||
	       runoff->votes[runoff->standing[0]] * 2 > runoff->ballots;
}

/* The winner under a tie order: ELECTION_NOBODY if nobody runs. */
static bool
run(struct runoff *runoff, const uint16_t *places, uint16_t *winner)
{
	begin(runoff);
	for (;;) {
		if (!round_count(runoff, places))
			return false;
		if (is_over(runoff))
			break;
		runoff->in[runoff->standing[runoff->standing_count - 1]] = 0;
	}
	*winner = runoff->standing_count == 0 ? ELECTION_NOBODY : runoff->standing[0];
	return true;
}

/* A step about the one at `at` of those standing, with the neighbour it is measured by. */
static struct election_step
step_of(const struct runoff *runoff, uint16_t round, enum election_act act, size_t at,
	size_t neighbour)
{
	uint16_t option = runoff->standing[at];
	bool alone = neighbour >= runoff->standing_count;
	uint16_t other = alone ? ELECTION_NOBODY : runoff->standing[neighbour];

	return (struct election_step){
	    .act = act,
	    .round = round,
	    .option = option,
	    .other = other,
	    .tie = act == ELECTION_ELIMINATED && runoff->votes[option] == runoff->votes[other],
	    .strength = runoff->votes[option],
	    .other_strength = alone ? -1 : runoff->votes[other],
	    .cost = runoff->election->contest->options[option].cost,
	    .left = -1,
	};
}

static void
withdrawn_tell(const struct election *election, struct election_result *result)
{
	for (size_t i = 0; i < election->contest->options_count; i++) {
		struct election_step step = {.act = ELECTION_WITHDRAWN,
					     .option = (uint16_t)i,
					     .other = ELECTION_NOBODY,
					     .strength = (int64_t)election->votes[i],
					     .other_strength = -1,
					     .cost = election->contest->options[i].cost,
					     .left = -1};

		if (election->running[i] == 0)
			election_step(result, &step);
	}
}

static bool
rounds_tell(struct runoff *runoff, struct election_result *result)
{
	struct election_step step;

	begin(runoff);
	for (uint16_t round = 1;; round++) {
		size_t last;

		if (!round_count(runoff, runoff->election->order))
			return false;
		if (runoff->standing_count == 0)
			return true;
		for (size_t i = 0; i < runoff->standing_count; i++) {
			step = step_of(runoff, round, ELECTION_STANDING, i, i + 1);
			election_step(result, &step);
		}
		if (is_over(runoff)) {
			step = step_of(runoff, round, ELECTION_TAKEN, 0, 1);
			election_step(result, &step);
			election_win(result, step.option);
			return true;
		}
		last = runoff->standing_count - 1;
		step = step_of(runoff, round, ELECTION_ELIMINATED, last, last - 1);
		election_step(result, &step);
		runoff->in[step.option] = 0;
	}
}

/* Whom nobody is for goes before everybody else and leaves nothing behind, whatever the order,
 * unless nobody is for anyone. */
static bool
cannot_matter(const struct election_step *step, const struct election_result *result)
{
	return step->strength == 0 && result->steps[result->steps_count - 1].strength > 0;
}

static bool
ties_mark(struct runoff *runoff, struct election_result *result)
{
	static const uint16_t nudges[] = {ORDER_FRONT, ORDER_BACK};
	const struct election *election = runoff->election;
	size_t options = election->contest->options_count;
	uint16_t *places = malloc(options * sizeof *places);
	bool done = places != NULL;

	for (size_t i = 0; done && i < 2 * result->steps_count; i++) {
		struct election_step *step = &result->steps[i / 2];
		uint16_t winner = ELECTION_NOBODY;

		if (!step->tie || step->tie_mattered || cannot_matter(step, result))
			continue;
		memcpy(places, election->order, options * sizeof *places);
		places[step->option] = nudges[i % 2];
		done = run(runoff, places, &winner);
		step->tie_mattered = done && winner != result->winners[0];
	}
	free(places);
	return done;
}

bool
runoff_decide(const struct election *election, struct election_result *result)
{
	struct runoff runoff;
	bool done = runoff_take(&runoff, election);

	if (done) {
		choices_rank(&runoff);
		withdrawn_tell(election, result);
		done = rounds_tell(&runoff, result) && !result->failed &&
		       ties_mark(&runoff, result);
	}
	runoff_free(&runoff);
	return done && !result->failed;
}
