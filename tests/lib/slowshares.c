#include "tests/lib/slowrules.h"

#include <gmp.h>
#include <stdlib.h>
#include <string.h>

struct shares {
	const struct slow *slow;
	const struct slow_pool *pool;
	size_t rows;
	bool runs[SLOW_OPTIONS_MAX];
	int64_t cost[SLOW_OPTIONS_MAX]; /* as the completion sees it */
	int64_t voters;                 /* ballots naming an option of the pool */
	mpq_t *purse;                   /* per row: what each of its ballots has left */
	bool *full;                     /* per row: pays all it has */
};

/* Is the option worth anything to a ballot, its cost aside? */
static bool
supports(const struct shares *shares, size_t row, size_t option)
{
	int64_t value = slow_value(shares->slow, row, option);

	switch (shares->slow->contest->outcome.utility) {
	case MANIFEST_UTILITY_CARDINALITY:
	case MANIFEST_UTILITY_COST:
		return value != SLOW_UNNAMED;
	case MANIFEST_UTILITY_SCORE:
	case MANIFEST_UTILITY_SCORE_COST:
		return value > 0;
	}
	return false;
}

static void
utility(const struct shares *shares, size_t row, size_t option, mpq_t out)
{
	enum manifest_utility kind = shares->slow->contest->outcome.utility;
	mpq_t cost;

	mpq_init(cost);
	mpq_set_si(out, supports(shares, row, option), 1);
	if (kind == MANIFEST_UTILITY_SCORE || kind == MANIFEST_UTILITY_SCORE_COST)
		if (supports(shares, row, option))
			mpq_set_si(out, slow_value(shares->slow, row, option), 1);
	if (kind == MANIFEST_UTILITY_COST || kind == MANIFEST_UTILITY_SCORE_COST) {
		mpq_set_si(cost, shares->cost[option], 1);
		mpq_mul(out, out, cost);
	}
	mpq_clear(cost);
}

static bool
supported(const struct shares *shares, size_t option)
{
	for (size_t row = 0; row < shares->rows; row++)
		if (supports(shares, row, option))
			return true;
	return false;
}

/* sum += times * what each of the row's ballots has or wants */
static void
add_times(const struct shares *shares, mpq_t sum, size_t row, const mpq_t each, int sign)
{
	mpq_t part;

	mpq_init(part);
	mpq_set_si(part, sign * (int64_t)shares->slow->given->votes->rows[row].weight, 1);
	mpq_mul(part, part, each);
	mpq_add(sum, sum, part);
	mpq_clear(part);
}

/* Those for whom rho is too much pay all they have: marks them, and says whether there were any. */
static bool
fill(const struct shares *shares, size_t option, const mpq_t rho, mpq_t owed, mpq_t wants)
{
	bool any = false;
	mpq_t want;
	mpq_t price;

	mpq_inits(want, price, NULL);
	for (size_t row = 0; row < shares->rows; row++) {
		if (shares->full[row] || !supports(shares, row, option))
			continue;
		utility(shares, row, option, want);
		mpq_mul(price, rho, want);
		if (mpq_cmp(price, shares->purse[row]) <= 0)
			continue;
		shares->full[row] = true;
		any = true;
		add_times(shares, owed, row, shares->purse[row], -1);
		add_times(shares, wants, row, want, -1);
	}
	mpq_clears(want, price, NULL);
	return any;
}

/* The least rho with sum of min(purse, rho * utility) = cost; the supporters can pay it. Everybody
 * pays by utility; whoever cannot pays all, the others more. */
static void
find_rho(const struct shares *shares, size_t option, mpq_t rho)
{
	mpq_t owed;
	mpq_t wants;
	mpq_t want;

	mpq_inits(owed, wants, want, NULL);
	mpq_set_si(owed, shares->cost[option], 1);
	for (size_t row = 0; row < shares->rows; row++) {
		shares->full[row] = false;
		if (!supports(shares, row, option))
			continue;
		utility(shares, row, option, want);
		add_times(shares, wants, row, want, 1);
	}
	do
		mpq_div(rho, owed, wants);
	while (fill(shares, option, rho, owed, wants));
	mpq_clears(owed, wants, want, NULL);
}

static bool
affordable(const struct shares *shares, size_t option)
{
	mpq_t sum;
	bool enough;

	mpq_init(sum);
	for (size_t row = 0; row < shares->rows; row++)
		if (supports(shares, row, option))
			add_times(shares, sum, row, shares->purse[row], 1);
	enough = mpq_cmp_si(sum, shares->cost[option], 1) >= 0;
	mpq_clear(sum);
	return enough;
}

static void
pay(const struct shares *shares, size_t option, const mpq_t rho)
{
	mpq_t price;

	mpq_init(price);
	for (size_t row = 0; row < shares->rows; row++) {
		utility(shares, row, option, price);
		mpq_mul(price, price, rho);
		if (mpq_cmp(price, shares->purse[row]) > 0)
			mpq_set(price, shares->purse[row]);
		mpq_sub(shares->purse[row], shares->purse[row], price);
	}
	mpq_clear(price);
}

/* One purchase; false if nothing can be bought. */
static bool
buy(const struct shares *shares, struct slow_list *won)
{
	const struct slow *slow = shares->slow;
	int best = -1;
	mpq_t rho;
	mpq_t least;

	mpq_inits(rho, least, NULL);
	for (int a = 0; a < (int)slow->options; a++) {
		int order;

		if (!shares->runs[a] || slow_has(won, (size_t)a) || shares->cost[a] == 0 ||
		    !supported(shares, (size_t)a) || !affordable(shares, (size_t)a))
			continue;
		find_rho(shares, (size_t)a, rho);
		order = best < 0 ? -1 : mpq_cmp(rho, least);
		if (order < 0 || (order == 0 && slow->place[a] < slow->place[best])) {
			best = a;
			mpq_set(least, rho);
		}
	}
	if (best >= 0) {
		pay(shares, (size_t)best, least);
		slow_take(won, (size_t)best);
	}
	mpq_clears(rho, least, NULL);
	return best >= 0;
}

/* The method itself, every voter beginning with `endowment`. */
static void
base_rule(const struct shares *shares, const mpq_t endowment, struct slow_list *won)
{
	won->count = 0;
	for (size_t place = 0; place < shares->slow->options; place++)
		for (size_t a = 0; a < shares->slow->options; a++)
			if (shares->slow->place[a] == place && shares->runs[a] &&
			    shares->cost[a] == 0 && supported(shares, a))
				slow_take(won, a);
	for (size_t row = 0; row < shares->rows; row++)
		mpq_set(shares->purse[row], endowment);
	while (buy(shares, won))
		;
}

/* What of the pool's money the winners leave: less than 0 if they cost too much. */
static int64_t
left_behind(const struct shares *shares, const struct slow_list *list)
{
	int64_t left = shares->pool->budget;

	for (size_t i = 0; i < list->count; i++)
		left -= shares->slow->contest->options[list->options[i]].cost;
	return left;
}

/* No supported option that has not won (and costs at most so much) is left. */
static bool
nothing_left(const struct shares *shares, const struct slow_list *won, int64_t cost_max)
{
	for (size_t a = 0; a < shares->slow->options; a++)
		if (shares->runs[a] && supported(shares, a) && !slow_has(won, a) &&
		    shares->cost[a] <= cost_max)
			return false;
	return true;
}

/* Everybody gets one more step until nothing else would fit, or too much was bought. */
static void
add1_pabutools(const struct shares *shares, mpq_t endowment, struct slow_list *won)
{
	struct slow_list next;
	mpq_t step;

	mpq_init(step);
	mpq_set_si(step, shares->slow->contest->outcome.add1_step, 1);
	for (;;) {
		if (nothing_left(shares, won, left_behind(shares, won)))
			break;
		mpq_add(endowment, endowment, step);
		base_rule(shares, endowment, &next);
		if (left_behind(shares, &next) < 0)
			break;
		*won = next;
	}
	mpq_clear(step);
}

/* From the whole steps of the endowment on, until too much was bought or everything. Costs taken
 * down to whole steps can be too much already in the beginning. */
static void
add1_pabulib(const struct shares *shares, mpq_t endowment, struct slow_list *won)
{
	int64_t step = shares->slow->contest->outcome.add1_step;
	int64_t whole = shares->pool->budget / (shares->voters * step);
	struct slow_list next;

	if (left_behind(shares, won) < 0) {
		won->count = 0;
		return;
	}
	while (!nothing_left(shares, won, INT64_MAX)) {
		whole++;
		mpq_set_si(endowment, whole * step, 1);
		base_rule(shares, endowment, &next);
		if (left_behind(shares, &next) < 0)
			break;
		*won = next;
	}
}

static void
see_costs(struct shares *shares)
{
	const struct manifest_outcome *rule = &shares->slow->contest->outcome;

	for (size_t a = 0; a < shares->slow->options; a++) {
		shares->cost[a] = shares->slow->contest->options[a].cost;
		if (rule->add1 == MANIFEST_ADD1_PABULIB)
			shares->cost[a] -= shares->cost[a] % rule->add1_step;
	}
}

static void
complete(const struct shares *shares, struct slow_list *won)
{
	const struct slow *slow = shares->slow;
	struct slow_pool rest = *shares->pool;
	struct slow_greedy greedy = {.strength = slow->votes, .plain = true};

	rest.budget = left_behind(shares, won);
	slow_greedy(slow, &rest, &greedy, won);
}

/* Greedy instead, if more voters name more of its winners. */
static void
compare(const struct shares *shares, struct slow_list *won)
{
	const struct slow *slow = shares->slow;
	struct slow_greedy greedy = {.strength = slow->votes, .plain = true};
	struct slow_list other = {.count = 0};
	int64_t here = 0;
	int64_t there = 0;

	slow_greedy(slow, shares->pool, &greedy, &other);
	for (size_t row = 0; row < shares->rows; row++) {
		int64_t weight = (int64_t)slow->given->votes->rows[row].weight;
		int more = 0;

		for (size_t i = 0; i < won->count; i++)
			more += slow_value(slow, row, won->options[i]) != SLOW_UNNAMED;
		for (size_t i = 0; i < other.count; i++)
			more -= slow_value(slow, row, other.options[i]) != SLOW_UNNAMED;
		here += more > 0 ? weight : 0;
		there += more < 0 ? weight : 0;
	}
	if (there > here)
		*won = other;
}

static void
count_voters(struct shares *shares)
{
	for (size_t row = 0; row < shares->rows; row++) {
		bool names = false;

		for (size_t a = 0; a < shares->slow->options; a++)
			if (shares->pool->has[a] &&
			    slow_value(shares->slow, row, a) != SLOW_UNNAMED)
				names = true;
		if (names)
			shares->voters += (int64_t)shares->slow->given->votes->rows[row].weight;
	}
}

static void
run_shares(struct shares *shares, struct slow_list *won)
{
	const struct manifest_outcome *rule = &shares->slow->contest->outcome;
	int64_t budget = shares->pool->budget;
	mpq_t endowment;

	mpq_init(endowment);
	count_voters(shares);
	if (shares->voters > 0) {
		if (rule->add1 == MANIFEST_ADD1_PABULIB)
			budget -= budget % rule->add1_step;
		mpq_set_si(endowment, budget, (uint64_t)shares->voters);
		mpq_canonicalize(endowment);
		base_rule(shares, endowment, won);
		if (rule->add1 == MANIFEST_ADD1_PABUTOOLS)
			add1_pabutools(shares, endowment, won);
		if (rule->add1 == MANIFEST_ADD1_PABULIB)
			add1_pabulib(shares, endowment, won);
	}
	if (rule->utilitarian)
		complete(shares, won);
	if (rule->comparison)
		compare(shares, won);
	mpq_clear(endowment);
}

void
slow_shares(const struct slow *slow, const struct slow_pool *pool, struct slow_list *won)
{
	struct shares shares = {
	    .slow = slow, .pool = pool, .rows = slow->given->votes->rows_count};
	struct slow_list list = {.count = 0};

	for (size_t a = 0; a < slow->options; a++)
		shares.runs[a] = pool->has[a] && slow->runs[a];
	see_costs(&shares);
	shares.purse = malloc((shares.rows + 1) * sizeof(*shares.purse));
	shares.full = malloc(shares.rows + 1);
	CHECK(shares.purse && shares.full);
	for (size_t row = 0; row < shares.rows; row++)
		mpq_init(shares.purse[row]);
	run_shares(&shares, &list);
	for (size_t i = 0; i < list.count; i++)
		slow_take(won, list.options[i]);
	for (size_t row = 0; row < shares.rows; row++)
		mpq_clear(shares.purse[row]);
	free(shares.purse);
	free(shares.full);
}
