#include "tests/lib/tinyelection.h"

static int64_t
below(struct test_random *random, uint64_t limit)
{
	return (int64_t)test_random_below(random, limit);
}

static bool
one_in(struct test_random *random, uint64_t count)
{
	return test_random_below(random, count) == 0;
}

/* What costs and budgets are multiples of, but for a little more or less: equal ones are frequent,
 * and with a large one so are those that differ in the last digits of many. */
static int64_t
make_unit(struct test_random *random)
{
	switch (below(random, 6)) {
	case 0:
	case 1:
		return 1 + below(random, 97);
	case 2:
		return 1 + below(random, 100000000000000);
	default:
		return 1;
	}
}

static void
make_options(struct tiny_election *election, struct test_random *random)
{
	int64_t unit = make_unit(random);

	election->options_count = 1 + (size_t)below(random, TINY_OPTIONS_MAX);
	for (size_t i = 0; i < election->options_count; i++) {
		size_t other = (size_t)below(random, i + 1);

		election->cost[i] = below(random, 9) * unit + (one_in(random, 4) ? 1 : 0);
		election->withdrawn[i] = one_in(random, 9);
		election->left_out[i] = one_in(random, 11);
		election->pool[i] = (size_t)below(random, election->outcome.pools_count);
		election->ties[i] = election->ties[other];
		election->ties[other] = (uint16_t)i;
	}
	for (size_t i = 0; i < TINY_POOLS_MAX; i++)
		election->budget[i] = below(random, 20) * unit + (one_in(random, 4) ? 1 : 0);
	election->outcome.add1_step = 1 + below(random, 2) + unit / 2;
	for (size_t i = 0; i < TINY_SETS_MAX; i++)
		for (size_t j = 0; j < election->options_count; j++)
			election->sets[i][j] = one_in(random, 3);
}

static void
make_ranking(int32_t *values, size_t count, struct test_random *random)
{
	size_t ranks = 1 + (size_t)below(random, count);

	for (size_t rank = 1; rank <= ranks; rank++) {
		size_t option = (size_t)below(random, count);

		while (values[option] != TINY_UNNAMED)
			option = (option + 1) % count;
		values[option] = (int32_t)rank;
	}
}

static void
make_ballot(struct tiny_election *election, int32_t *values, struct test_random *random)
{
	size_t count = election->options_count;

	for (size_t i = 0; i < count; i++)
		values[i] = TINY_UNNAMED;
	if (one_in(random, 12))
		return;
	if (election->method == MANIFEST_METHOD_RANKED) {
		make_ranking(values, count, random);
		return;
	}
	for (size_t i = 0; i < count; i++)
		if (!one_in(random, 3))
			continue;
		else if (election->method == MANIFEST_METHOD_CUMULATIVE)
			values[i] = (int32_t)below(random, 4);
		else if (election->method == MANIFEST_METHOD_SCORE)
			values[i] = (int32_t)below(random, 6) - 2;
		else
			values[i] = 1;
	if (election->method == MANIFEST_METHOD_SINGLE) {
		for (size_t i = 0; i < count; i++)
			values[i] = TINY_UNNAMED;
		values[below(random, count)] = 1;
	}
}

static void
make_method(struct tiny_election *election, struct test_random *random)
{
	static const enum manifest_method all[] = {
	    MANIFEST_METHOD_APPROVAL, MANIFEST_METHOD_CUMULATIVE, MANIFEST_METHOD_SCORE,
	    MANIFEST_METHOD_SINGLE,   MANIFEST_METHOD_KNAPSACK,   MANIFEST_METHOD_RANKED};
	struct manifest_outcome *outcome = &election->outcome;

	outcome->utility = (enum manifest_utility)below(random, 4);
	switch (outcome->rule) {
	case MANIFEST_RULE_SHARES:
		election->method = outcome->utility >= MANIFEST_UTILITY_SCORE
				       ? all[1 + below(random, 2)]
				       : all[below(random, 5)];
		break;
	case MANIFEST_RULE_PHRAGMEN:
		election->method = all[below(random, 5)];
		break;
	case MANIFEST_RULE_RUNOFF:
	case MANIFEST_RULE_SCHULZE:
	case MANIFEST_RULE_BORDA:
		election->method = MANIFEST_METHOD_RANKED;
		break;
	default:
		election->method = all[below(random, 6)];
	}
}

static void
make_greedy(struct manifest_outcome *outcome, struct test_random *random)
{
	outcome->by_score = one_in(random, 3);
	outcome->threshold = one_in(random, 3) ? below(random, 6) : 0;
	outcome->threshold_percent = one_in(random, 3) ? (uint32_t)below(random, 60) : 0;
	outcome->exclusions_count = one_in(random, 2) ? (size_t)below(random, 3) : 0;
	if (outcome->rule == MANIFEST_RULE_COUNT || one_in(random, 2))
		return;
	outcome->top_up = (struct manifest_top_up){
	    .given = true,
	    .gap_max = one_in(random, 2) ? below(random, 12) : -1,
	    .percent = one_in(random, 2) ? (uint32_t)below(random, 101) : 0,
	    .reserve = below(random, 20),
	    .leftovers = one_in(random, 2),
	};
}

void
tiny_make(struct tiny_election *election, enum manifest_rule rule, struct test_random *random)
{
	struct manifest_outcome *outcome = &election->outcome;

	*election = (struct tiny_election){.outcome.rule = rule, .outcome.id = "random"};
	outcome->pools_count =
	    one_in(random, 2) ? 1 : 1 + (size_t)below(random, TINY_POOLS_MAX);
	outcome->ties = (enum manifest_ties)below(random, 5);
	outcome->add1 = (enum manifest_add1)below(random, 3);
	outcome->utilitarian = one_in(random, 2);
	outcome->comparison = one_in(random, 2);
	outcome->last_is_zero = one_in(random, 2);
	test_random_fill(random, election->seed, sizeof(election->seed));
	make_method(election, random);
	make_options(election, random);
	outcome->seats = rule == MANIFEST_RULE_RUNOFF
			     ? 1
			     : 1 + (uint32_t)below(random, election->options_count);
	if (rule == MANIFEST_RULE_COUNT || rule == MANIFEST_RULE_GREEDY_SKIP ||
	    rule == MANIFEST_RULE_GREEDY_STOP)
		make_greedy(outcome, random);
	election->ballots_count = (size_t)below(random, TINY_BALLOTS_MAX + 1);
	for (size_t i = 0; i < election->ballots_count; i++)
		make_ballot(election, election->value[i], random);
}
