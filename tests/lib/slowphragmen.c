#include "tests/lib/slowrules.h"

#include <gmp.h>
#include <stdlib.h>

/* The load of every supporter if the option were taken; false if it has none. */
static bool
new_load(const struct slow *slow, mpq_t *loads, size_t option, mpq_t load)
{
	const struct profile *votes = slow->given->votes;
	mpq_t part;

	mpq_init(part);
	mpq_set_si(load, slow->contest->options[option].cost, 1);
	for (size_t row = 0; row < votes->rows_count; row++)
		if (slow_value(slow, row, option) != SLOW_UNNAMED) {
			mpq_set_ui(part, votes->rows[row].weight, 1);
			mpq_mul(part, part, loads[row]);
			mpq_add(load, load, part);
		}
	if (slow->votes[option] > 0) {
		mpq_set_si(part, slow->votes[option], 1);
		mpq_div(load, load, part);
	}
	mpq_clear(part);
	return slow->votes[option] > 0;
}

/* Less than 0: a is before b; those without support come last, equal. */
static int
compare(mpq_t *loads, const bool *supported, size_t a, size_t b)
{
	if (supported[a] != supported[b])
		return supported[a] ? -1 : 1;
	return supported[a] ? mpq_cmp(loads[a], loads[b]) : 0;
}

struct phragmen {
	const struct slow *slow;
	bool runs[SLOW_OPTIONS_MAX];
	bool supported[SLOW_OPTIONS_MAX];
	int64_t left;
	mpq_t fresh[SLOW_OPTIONS_MAX]; /* load after taking it */
	mpq_t *loads;                  /* of a row's ballots, each */
};

/* The next one; -1 if there is none, or one of the least does not fit. */
static int
choose(struct phragmen *run)
{
	const struct slow *slow = run->slow;
	int best = -1;

	for (size_t a = 0; a < slow->options; a++)
		if (run->runs[a])
			run->supported[a] = new_load(slow, run->loads, a, run->fresh[a]);
	for (int a = 0; a < (int)slow->options; a++) {
		int order;

		if (!run->runs[a])
			continue;
		order = best < 0 ? -1
				 : compare(run->fresh, run->supported, (size_t)a, (size_t)best);
		if (order < 0 || (order == 0 && slow->place[a] < slow->place[best]))
			best = a;
	}
	for (size_t a = 0; a < slow->options && best >= 0; a++)
		if (run->runs[a] && compare(run->fresh, run->supported, a, (size_t)best) == 0 &&
		    slow->contest->options[a].cost > run->left)
			return -1;
	return best;
}

static void
run_phragmen(struct phragmen *run, struct slow_list *won)
{
	const struct profile *votes = run->slow->given->votes;
	int option;

	while ((option = choose(run)) >= 0) {
		slow_take(won, (size_t)option);
		run->runs[option] = false;
		run->left -= run->slow->contest->options[option].cost;
		for (size_t row = 0; row < votes->rows_count; row++)
			if (slow_value(run->slow, row, (size_t)option) != SLOW_UNNAMED)
				mpq_set(run->loads[row], run->fresh[option]);
	}
}

void
slow_phragmen(const struct slow *slow, const struct slow_pool *pool, struct slow_list *won)
{
	struct phragmen run = {.slow = slow, .left = pool->budget};
	size_t rows = slow->given->votes->rows_count;

	run.loads = malloc((rows + 1) * sizeof(*run.loads));
	CHECK(run.loads);
	for (size_t row = 0; row < rows; row++)
		mpq_init(run.loads[row]);
	for (size_t a = 0; a < slow->options; a++) {
		mpq_init(run.fresh[a]);
		run.runs[a] = pool->has[a] && slow->runs[a] &&
			      slow->contest->options[a].cost <= pool->budget;
	}
	run_phragmen(&run, won);
	for (size_t row = 0; row < rows; row++)
		mpq_clear(run.loads[row]);
	for (size_t a = 0; a < slow->options; a++)
		mpq_clear(run.fresh[a]);
	free(run.loads);
}
