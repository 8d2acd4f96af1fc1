/* phragmen_decide: sequential Phragmen, as pabutools 1.2 runs it.
 *
 * Each ballot has a load, 0 at first. An option would bring its supporters to (sum of their loads
 * + cost) / their number. The one that brings them least far is taken and its supporters get that
 * load; the tie order decides between equal ones. If any of those that are equal does not fit into
 * what is left, the rule ends. What costs more than the budget does not run; options that nobody
 * supports come last, all equal. A load never falls, and so no option's figure does: options are
 * looked at in the order of the last figure known. */
#include "outcome/prices.h"
#include "outcome/support.h"

#include <stdlib.h>
#include <string.h>

struct candidate {
	bool running;
	bool examined; /* since the last one was taken */
	mpq_t load;    /* at least; exactly, if examined */
};

struct phragmen {
	const struct election *election;
	const uint16_t *order;
	struct support support;
	struct prices loads; /* of those taken */
	struct candidate *candidates;
	uint16_t *last;  /* per row: the place of its load among `loads`, or ELECTION_NOBODY */
	uint64_t *count; /* scratch, per load: supporters who have it */
	int64_t left;
	mpz_t number; /* scratch */
};

/* What the next move is. */
struct move {
	uint16_t option; /* NOBODY: none is left */
	uint16_t tied;   /* the next of its equals in tie order */
	uint16_t unfit;  /* the first of them, in tie order, that does not fit */
};

static void
phragmen_free(struct phragmen *phragmen)
{
	for (size_t k = 0; phragmen->candidates && k < phragmen->support.options_count; k++)
		mpq_clear(phragmen->candidates[k].load);
	free(phragmen->candidates);
	free(phragmen->last);
	free(phragmen->count);
	mpz_clear(phragmen->number);
	prices_free(&phragmen->loads);
	support_free(&phragmen->support);
}

static bool
phragmen_make(struct phragmen *phragmen, const struct election *election)
{
	size_t options_count = election->contest->options_count;

	*phragmen = (struct phragmen){.election = election};
	mpz_init(phragmen->number);
	if (!support_make(&phragmen->support, election, false) ||
	    !prices_init(&phragmen->loads, options_count)) {
		phragmen_free(phragmen);
		return false;
	}
	phragmen->candidates = calloc(options_count + 1, sizeof *phragmen->candidates);
	phragmen->last = calloc(election->profile->rows_count + 1, sizeof *phragmen->last);
	phragmen->count = calloc(options_count + 1, sizeof *phragmen->count);
	for (size_t k = 0; phragmen->candidates && k < options_count; k++)
		mpq_init(phragmen->candidates[k].load);
	if (!phragmen->candidates || !phragmen->last || !phragmen->count) {
		phragmen_free(phragmen);
		return false;
	}
	return true;
}

static void
begin(struct phragmen *phragmen, const uint16_t *order)
{
	const struct election *election = phragmen->election;

	phragmen->order = order;
	phragmen->left = election->budget;
	mpz_set_ui(phragmen->number, 0);
	prices_begin(&phragmen->loads, phragmen->number, 1);
	for (size_t k = 0; k < election->profile->rows_count; k++)
		phragmen->last[k] = ELECTION_NOBODY;
	for (size_t k = 0; k < election->contest->options_count; k++) {
		phragmen->candidates[k].running =
		    election->running[k] &&
		    election->contest->options[k].cost <= election->budget;
		mpq_set_ui(phragmen->candidates[k].load, 0, 1);
	}
}

/* candidate->load = the load to which the option would bring its supporters, as things stand. */
static void
examine(struct phragmen *phragmen, uint16_t option)
{
	const struct support *support = &phragmen->support;
	struct candidate *candidate = &phragmen->candidates[option];
	const struct prices *loads = &phragmen->loads;

	memset(phragmen->count, 0, loads->count * sizeof *phragmen->count);
	for (size_t k = support->first[option]; k < support->first[option + 1]; k++) {
		const struct supporter *supporter = &support->supporters[k];
		uint16_t last = phragmen->last[supporter->row];

		if (last != ELECTION_NOBODY)
			phragmen->count[last] += supporter->weight;
	}
	prices_left(loads, phragmen->number, 0, phragmen->count);
	mpz_neg(mpq_numref(candidate->load), phragmen->number);
	mpz_addmul_ui(mpq_numref(candidate->load), loads->denominator,
		      (unsigned long)phragmen->election->contest->options[option].cost);
	mpz_mul_ui(mpq_denref(candidate->load), loads->denominator, support->total[option]);
	mpq_canonicalize(candidate->load);
	candidate->examined = true;
}

/* Load against load; without supporters it is infinite. */
static int
compare(const struct phragmen *phragmen, uint16_t a, uint16_t b)
{
	bool a_infinite = phragmen->support.total[a] == 0;
	bool b_infinite = phragmen->support.total[b] == 0;

	if (a_infinite || b_infinite)
		return a_infinite - b_infinite;
	return mpq_cmp(phragmen->candidates[a].load, phragmen->candidates[b].load);
}

/* An option with the least load, examined; all that might be equal are examined as well. NOBODY:
 * none is left. */
static uint16_t
find_least(struct phragmen *phragmen)
{
	size_t count = phragmen->election->contest->options_count;

	for (size_t k = 0; k < count; k++)
		phragmen->candidates[k].examined = phragmen->support.total[k] == 0;
	for (;;) {
		uint16_t least = ELECTION_NOBODY;

		for (uint16_t k = 0; k < count; k++) {
			int sign;

			if (!phragmen->candidates[k].running)
				continue;
			sign = least == ELECTION_NOBODY ? -1 : compare(phragmen, k, least);
			if (sign < 0 || (sign == 0 && !phragmen->candidates[k].examined))
				least = k;
		}
		if (least == ELECTION_NOBODY || phragmen->candidates[least].examined)
			return least;
		examine(phragmen, least);
	}
}

static bool
before(const struct phragmen *phragmen, uint16_t option, uint16_t other)
{
	return other == ELECTION_NOBODY || phragmen->order[option] < phragmen->order[other];
}

static struct move
next_move(struct phragmen *phragmen)
{
	const struct manifest_contest *contest = phragmen->election->contest;
	uint16_t least = find_least(phragmen);
	struct move move = {ELECTION_NOBODY, ELECTION_NOBODY, ELECTION_NOBODY};

	for (uint16_t k = 0; least != ELECTION_NOBODY && k < contest->options_count; k++) {
		if (!phragmen->candidates[k].running || !phragmen->candidates[k].examined ||
		    compare(phragmen, k, least) != 0)
			continue;
		if (before(phragmen, k, move.option)) {
			move.tied = move.option;
			move.option = k;
		} else if (before(phragmen, k, move.tied)) {
			move.tied = k;
		}
		if (contest->options[k].cost > phragmen->left &&
		    before(phragmen, k, move.unfit))
			move.unfit = k;
	}
	return move;
}

static void
take(struct phragmen *phragmen, uint16_t option)
{
	const struct support *support = &phragmen->support;
	struct candidate *candidate = &phragmen->candidates[option];

	phragmen->left -= phragmen->election->contest->options[option].cost;
	CHECK(phragmen->left >= 0);
	candidate->running = false;
	if (support->total[option] == 0)
		return;
	mpz_mul_ui(phragmen->number, phragmen->loads.denominator, support->total[option]);
	mpz_divexact(phragmen->number, phragmen->number, mpq_denref(candidate->load));
	mpz_mul(phragmen->number, phragmen->number, mpq_numref(candidate->load));
	for (size_t k = support->first[option]; k < support->first[option + 1]; k++)
		phragmen->last[support->supporters[k].row] = (uint16_t)phragmen->loads.count;
	prices_add(&phragmen->loads, phragmen->number, support->total[option]);
}

static struct election_step
step_of(const struct phragmen *phragmen, enum election_act act, uint16_t option)
{
	return (struct election_step){
	    .act = act,
	    .pool = phragmen->election->pool,
	    .option = option,
	    .other = ELECTION_NOBODY,
	    .strength = -1,
	    .other_strength = -1,
	    .cost = phragmen->election->contest->options[option].cost,
	    .left = phragmen->left,
	};
}

/* With the load that the option's supporters have, or would have. */
static bool
tell(const struct phragmen *phragmen, const struct move *move, enum election_act act,
     uint16_t option, struct election_result *result)
{
	struct election_step step = step_of(phragmen, act, option);

	step.other = option == move->option ? move->tied : move->option;
	step.tie = move->tied != ELECTION_NOBODY;
	if (phragmen->support.total[option] > 0) {
		step.figure = prices_fraction(phragmen->candidates[option].load);
		if (!step.figure)
			return false;
	}
	election_step(result, &step);
	return true;
}

/* The rule; winners to *result, and what happened if `steps`. */
static bool
run(struct phragmen *phragmen, struct election_result *result, bool steps)
{
	for (;;) {
		struct move move = next_move(phragmen);

		if (move.option == ELECTION_NOBODY)
			return true;
		if (move.unfit != ELECTION_NOBODY)
			return !steps ||
			       tell(phragmen, &move, ELECTION_STOPPED, move.unfit, result);
		take(phragmen, move.option);
		election_win(result, move.option);
		if (steps && !tell(phragmen, &move, ELECTION_TAKEN, move.option, result))
			return false;
	}
}

static void
tell_others(const struct phragmen *phragmen, struct election_result *result)
{
	const struct election *election = phragmen->election;
	const struct manifest_contest *contest = election->contest;
	const uint8_t *pool = contest->outcome.pools[election->pool].options;
	uint16_t stopped = ELECTION_NOBODY;

	if (result->steps_count > 0 &&
	    result->steps[result->steps_count - 1].act == ELECTION_STOPPED)
		stopped = result->steps[result->steps_count - 1].option;
	for (uint16_t k = 0; k < contest->options_count; k++) {
		struct election_step step = step_of(phragmen, ELECTION_NOT_REACHED, k);

		if (!pool[k] || k == stopped)
			continue;
		if (!election->running[k])
			step.act = ELECTION_WITHDRAWN;
		else if (contest->options[k].cost > election->budget)
			step.act = ELECTION_TOO_DEAR;
		else if (!phragmen->candidates[k].running)
			continue; /* taken */
		election_step(result, &step);
	}
}

/* Would others win with the step's option before, or behind, all others in the tie order? */
static bool
weigh(struct phragmen *phragmen, struct election_step *step, uint16_t *order,
      const struct election_result *result, size_t first)
{
	bool done = true;

	memcpy(order, phragmen->election->order,
	       phragmen->support.options_count * sizeof *order);
	for (int back = 0; back < 2 && done && !step->tie_mattered; back++) {
		struct election_result other;

		election_result_init(&other);
		order[step->option] = back ? UINT16_MAX : 0;
		begin(phragmen, order);
		done = run(phragmen, &other, false) && !other.failed;
		step->tie_mattered =
		    done && !election_same_options(result->winners + first,
						   result->winners_count - first, other.winners,
						   other.winners_count);
		election_result_free(&other);
	}
	return done;
}

static bool
weigh_ties(struct phragmen *phragmen, struct election_result *result, size_t first_step,
	   size_t first_winner)
{
	uint16_t *order = calloc(phragmen->support.options_count + 1, sizeof *order);
	bool done = order != NULL;

	for (size_t k = first_step; done && k < result->steps_count; k++) {
		if (result->steps[k].tie)
			done = weigh(phragmen, &result->steps[k], order, result, first_winner);
	}
	free(order);
	return done;
}

bool
phragmen_decide(const struct election *election, struct election_result *result)
{
	struct phragmen phragmen;
	size_t first_step = result->steps_count;
	size_t first_winner = result->winners_count;
	bool done;

	if (!phragmen_make(&phragmen, election))
		return false;
	begin(&phragmen, election->order);
	done = run(&phragmen, result, true);
	if (done)
		tell_others(&phragmen, result);
	done = done && !result->failed;
	if (done && !election->winners_only)
		done = weigh_ties(&phragmen, result, first_step, first_winner);
	phragmen_free(&phragmen);
	return done;
}
