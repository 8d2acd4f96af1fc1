#include "tests/lib/ring.h"

static struct ring ring;

static void
make(enum manifest_rule rule, size_t count, const int64_t *costs, const uint64_t *votes,
     int64_t budget)
{
	ring_make(&ring, rule, count, costs, votes, budget);
}

static void
assert_decided(const char *winners, const char *steps)
{
	assert_string_equal(ring_winners(&ring), winners);
	assert_string_equal(ring_steps(&ring), steps);
}

static void
skip_passes_over_and_stop_stops(void **state)
{
	static const int64_t costs[] = {60, 50, 40, 30};
	static const uint64_t votes[] = {9, 8, 7, 6};

	(void)state;
	make(MANIFEST_RULE_GREEDY_SKIP, 4, costs, votes, 100);
	assert_decided("ac", "a+ b$ c+ d$");
	assert_int_equal(ring.outcome.left[0], 0);
	assert_int_equal(ring.outcome.reserve, -1);
	ring_free(&ring);
	make(MANIFEST_RULE_GREEDY_STOP, 4, costs, votes, 100);
	assert_decided("a", "a+ b| c. d.");
	assert_int_equal(ring.outcome.left[0], 40);
	assert_int_equal(ring.outcome.result.steps[3].left, 40);
	ring_free(&ring);
}

static void
costs_of_nothing_and_exact_fits(void **state)
{
	static const int64_t costs[] = {0, 100, 0, 1};
	static const uint64_t votes[] = {1, 9, 0, 0};

	(void)state;
	make(MANIFEST_RULE_GREEDY_SKIP, 4, costs, votes, 100);
	assert_decided("bac", "b+ a+ c+= d$=");
	ring_free(&ring);
}

static void
those_who_cannot_win_are_stepped_over(void **state)
{
	static const int64_t costs[] = {500, 60, 40, 30};
	static const uint64_t votes[] = {9, 8, 7, 6};

	(void)state;
	make(MANIFEST_RULE_GREEDY_STOP, 4, costs, votes, 100);
	ring_withdraw(&ring, 'a');
	assert_decided("bc", "a0 b+ c+ d|");
	ring.left_out[1] = 1;
	assert_decided("cd", "a0 b0 c+ d+");
	ring.contest.outcome.threshold = 7;
	assert_decided("c", "a0 b0 c+ d_");
	ring_free(&ring);
}

static void
one_of_the_exclusive_wins(void **state)
{
	static const int64_t costs[] = {60, 10, 40};
	static const uint64_t votes[] = {9, 8, 7};

	(void)state;
	make(MANIFEST_RULE_GREEDY_SKIP, 3, costs, votes, 100);
	ring_exclusive(&ring, "ab");
	assert_decided("ac", "a+ bx c+");
	assert_int_equal(ring.outcome.result.steps[1].other, 0);
	ring_pool(&ring, "a", 50);
	ring_pool(&ring, "bc", 50);
	assert_decided("bc", "a$ b+ c+");
	ring_pool(&ring, "b", 50);
	ring_free(&ring);
}

/* Equal votes: with money for all of them the order does not matter, else it does. */
static void
ties_that_matter_and_ties_that_do_not(void **state)
{
	static const int64_t costs[] = {50, 50, 10};
	static const uint64_t votes[] = {7, 7, 7};

	(void)state;
	make(MANIFEST_RULE_GREEDY_SKIP, 3, costs, votes, 110);
	assert_decided("abc", "a+= b+= c+=");
	ring.pools[0].budget = 100;
	assert_decided("ab", "a+=! b+=! c$=!");
	ring_ties(&ring, "cba");
	assert_decided("cb", "c+=! b+=! a$=!");
	ring.pools[0].budget = 60;
	assert_decided("cb", "c+= b+=! a$=!");
	ring_free(&ring);
}

/* A neighbour is not enough: b never fits, and a and c compete past it. */
static void
a_tie_matters_past_a_neighbour(void **state)
{
	static const int64_t costs[] = {100, 200, 100};
	static const uint64_t votes[] = {7, 7, 7};

	(void)state;
	make(MANIFEST_RULE_GREEDY_SKIP, 3, costs, votes, 100);
	assert_decided("a", "a+=! b$= c$=!");
	ring.contest.outcome.rule = MANIFEST_RULE_GREEDY_STOP;
	assert_decided("a", "a+=! b|=! c.=!");
	ring_free(&ring);
}

static void
margins_are_differences(void **state)
{
	static const int64_t costs[] = {1, 1, 1};
	static const uint64_t votes[] = {20, 8, 13};
	const struct election_step *steps;

	(void)state;
	make(MANIFEST_RULE_GREEDY_SKIP, 3, costs, votes, 100);
	ring_withdraw(&ring, 'c');
	assert_decided("ab", "a+ c0 b+");
	steps = ring.outcome.result.steps;
	assert_int_equal(steps[0].strength - steps[0].other_strength, 12);
	assert_int_equal(steps[0].other, 1);
	assert_int_equal(steps[2].other, ELECTION_NOBODY);
	ring_free(&ring);
}

static void
pools_have_their_own_money(void **state)
{
	static const int64_t costs[] = {60, 50, 40, 30};
	static const uint64_t votes[] = {6, 7, 8, 9};

	(void)state;
	make(MANIFEST_RULE_GREEDY_STOP, 4, costs, votes, 0);
	ring_pool(&ring, "bd", 80);
	ring_pool(&ring, "ac", 90);
	assert_decided("dbc", "d+ b+ c+ a|");
	assert_int_equal(ring.outcome.left[0], 0);
	assert_int_equal(ring.outcome.left[1], 50);
	assert_int_equal(ring.outcome.result.steps[3].pool, 1);
	ring_free(&ring);
}

static void
points_are_ordered_by_when_asked(void **state)
{
	static const int64_t costs[] = {60, 60};
	static const uint64_t votes[] = {5, 4};

	(void)state;
	make(MANIFEST_RULE_GREEDY_SKIP, 2, costs, votes, 100);
	ring.counts_options[0].score = -3;
	ring.counts_options[1].score = -2;
	assert_decided("a", "a+ b$");
	ring.contest.outcome.by_score = true;
	assert_decided("b", "b+ a$");
	assert_int_equal(ring.outcome.result.steps[0].strength, -2);
	ring_free(&ring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(skip_passes_over_and_stop_stops),
	    cmocka_unit_test(costs_of_nothing_and_exact_fits),
	    cmocka_unit_test(those_who_cannot_win_are_stepped_over),
	    cmocka_unit_test(one_of_the_exclusive_wins),
	    cmocka_unit_test(ties_that_matter_and_ties_that_do_not),
	    cmocka_unit_test(a_tie_matters_past_a_neighbour),
	    cmocka_unit_test(margins_are_differences),
	    cmocka_unit_test(pools_have_their_own_money),
	    cmocka_unit_test(points_are_ordered_by_when_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
