#include <stdlib.h>
#include <string.h>

#include "outcome/election.h"
#include "outcome/order.h"

/* A count in rounds. Each row's choices stand in the order of their ranks; `at` is the row's best
 * one that is still in. Rows that are for one option are a list, so that a round moves no more than
 * the rows of the one that is out. */
struct runoff {
	const struct election *election;
	struct profile_choice *choices; /* as the profile's, each row by rank */
	size_t *at;                     /* per row */
	size_t *next;                   /* per row: the next one of its list, + 1; 0: none */
	size_t *first;                  /* per option: of its list, + 1 */
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
	    .next = malloc((profile->rows_count + 1) * sizeof *runoff->next),
	    .first = malloc(options * sizeof *runoff->first),
	    .in = malloc(options),
	    .votes = malloc(options * sizeof *runoff->votes),
	    .standing = malloc(options * sizeof *runoff->standing),
	};
	return runoff->choices != NULL && runoff->at != NULL && runoff->next != NULL &&
	       runoff->first != NULL && runoff->in != NULL && runoff->votes != NULL &&
	       runoff->standing != NULL;
}

static void
runoff_free(struct runoff *runoff)
{
	free(runoff->choices);
	free(runoff->at);
	free(runoff->next);
	free(runoff->first);
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

/* Gives a row to the best of its options that are in, if any is. */
static void
pass(struct runoff *runoff, size_t place)
{
	const struct profile_row *row = &runoff->election->profile->rows[place];
	size_t *at = &runoff->at[place];
	uint16_t option;

	while (*at < row->count && runoff->in[runoff->choices[row->first + *at].option] == 0)
		++*at;
	if (*at == row->count)
		return;
	option = runoff->choices[row->first + *at].option;
	runoff->votes[option] += (int64_t)row->weight;
	runoff->ballots += (int64_t)row->weight;
	runoff->next[place] = runoff->first[option];
	runoff->first[option] = place + 1;
}

/* The first round. */
static void
begin(struct runoff *runoff)
{
	const struct election *election = runoff->election;
	size_t options = election->contest->options_count;
	size_t rows = election->profile->rows_count;

	memset(runoff->at, 0, rows * sizeof *runoff->at);
	memset(runoff->first, 0, options * sizeof *runoff->first);
	memset(runoff->votes, 0, options * sizeof *runoff->votes);
	memcpy(runoff->in, election->running, options);
	runoff->ballots = 0;
	runoff->standing_count = 0;
	for (size_t i = 0; i < options; i++) {
		if (runoff->in[i] != 0)
			runoff->standing[runoff->standing_count++] = (uint16_t)i;
	}
	for (size_t i = 0; i < rows; i++)
		pass(runoff, i);
}

/* The next round: without the option at `at` of those standing, its rows pass on. */
static void
eliminate(struct runoff *runoff, size_t at)
{
	uint16_t option = runoff->standing[at];
	size_t row = runoff->first[option];

	runoff->standing[at] = runoff->standing[--runoff->standing_count];
	runoff->in[option] = 0;
	runoff->ballots -= runoff->votes[option];
	while (row > 0) {
		size_t next = runoff->next[row - 1];

		pass(runoff, row - 1);
		row = next;
	}
}

static bool
is_over(const struct runoff *runoff, uint16_t leader)
{
	return runoff->standing_count < 2 || runoff->votes[leader] * 2 > runoff->ballots;
}

static bool
comes_before(const struct runoff *runoff, const uint16_t *places, uint16_t a, uint16_t b)
{
	if (runoff->votes[a] != runoff->votes[b])
		return runoff->votes[a] > runoff->votes[b];
	return places[a] < places[b];
}

/* Who would win under a tie order. Somebody runs. */
static uint16_t
winner_under(struct runoff *runoff, const uint16_t *places)
{
	begin(runoff);
	for (;;) {
		size_t best = 0;
		size_t last = 0;

		for (size_t i = 1; i < runoff->standing_count; i++) {
			uint16_t option = runoff->standing[i];

			if (comes_before(runoff, places, option, runoff->standing[best]))
				best = i;
			if (comes_before(runoff, places, runoff->standing[last], option))
				last = i;
		}
		if (is_over(runoff, runoff->standing[best]))
			return runoff->standing[best];
		eliminate(runoff, last);
	}
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

		if (!order_sort(runoff->standing, runoff->standing_count, runoff->votes,
				runoff->election->order))
			return false;
		if (runoff->standing_count == 0)
			return true;
		for (size_t i = 0; i < runoff->standing_count; i++) {
			step = step_of(runoff, round, ELECTION_STANDING, i, i + 1);
			election_step(result, &step);
		}
		if (is_over(runoff, runoff->standing[0])) {
			step = step_of(runoff, round, ELECTION_TAKEN, 0, 1);
			election_step(result, &step);
			election_win(result, step.option);
			return true;
		}
		last = runoff->standing_count - 1;
		step = step_of(runoff, round, ELECTION_ELIMINATED, last, last - 1);
		election_step(result, &step);
		eliminate(runoff, last);
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

	if (places == NULL)
		return false;
	for (size_t i = 0; i < 2 * result->steps_count; i++) {
		struct election_step *step = &result->steps[i / 2];

		if (!step->tie || step->tie_mattered || cannot_matter(step, result))
			continue;
		memcpy(places, election->order, options * sizeof *places);
		places[step->option] = nudges[i % 2];
		step->tie_mattered = winner_under(runoff, places) != result->winners[0];
	}
	free(places);
	return true;
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
		       (election->winners_only || ties_mark(&runoff, result));
	}
	runoff_free(&runoff);
	return done && !result->failed;
}
