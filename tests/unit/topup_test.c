#include "outcome/topup.h"

#include "tests/lib/ring.h"

static struct ring ring;

/* Two pools of 100: of the first a is taken (60), b (50) lacks 10; of the second c is taken (70),
 * d (80) lacks 50. b has more votes than d. */
static void
make(int64_t reserve)
{
	static const int64_t costs[] = {60, 50, 70, 80};
	static const uint64_t votes[] = {9, 8, 7, 6};

	ring_make(&ring, MANIFEST_RULE_GREEDY_SKIP, 4, costs, votes, 0);
	ring_pool(&ring, "ab", 100);
	ring_pool(&ring, "cd", 100);
	ring.contest.outcome.top_up.given = true;
	ring.contest.outcome.top_up.reserve = reserve;
}

static void
assert_decided(const char *winners, const char *steps)
{
	assert_string_equal(ring_winners(&ring), winners);
	assert_string_equal(ring_steps(&ring), steps);
}

static void
the_strongest_gap_is_paid_first(void **state)
{
	const struct election_step *step;

	(void)state;
	make(59);
	assert_decided("acb", "a+ b$ c+ d$ b^");
	step = &ring.outcome.result.steps[4];
	assert_int_equal(step->money, 10);
	assert_int_equal(step->other, 3);
	assert_int_equal(ring.outcome.left[0], 0);
	assert_int_equal(ring.outcome.left[1], 30);
	assert_int_equal(ring.outcome.reserve, 49);
	ring.contest.outcome.top_up.reserve = 60;
	assert_decided("acbd", "a+ b$ c+ d$ b^ d^");
	assert_int_equal(ring.outcome.reserve, 0);
	ring_free(&ring);
}

static void
a_gap_too_large_leaves_the_money_to_the_next(void **state)
{
	(void)state;
	make(50);
	ring.counts_options[3].votes = 20; /* d is first in its pool, c lacks 50 */
	assert_decided("adb", "a+ b$ d+ c$ b^");
	ring.counts_options[1].votes = 1;
	assert_decided("adc", "a+ b$ d+ c$ c^");
	ring_free(&ring);
}

static void
the_gap_has_its_bounds(void **state)
{
	(void)state;
	make(1000);
	ring.contest.outcome.top_up.gap_max = 9;
	assert_decided("ac", "a+ b$ c+ d$");
	ring.contest.outcome.top_up.gap_max = 10;
	assert_decided("acb", "a+ b$ c+ d$ b^");
	ring.contest.outcome.top_up.gap_max = -1;
	ring.contest.outcome.top_up.percent = 80; /* 40 of 50 is 80 %; 30 of 80 is not */
	assert_decided("acb", "a+ b$ c+ d$ b^");
	ring.contest.outcome.top_up.percent = 81;
	assert_decided("ac", "a+ b$ c+ d$");
	ring_free(&ring);
}

/* Only the first that was passed over is a candidate, be it impossible. */
static void
one_candidate_for_each_pool(void **state)
{
	static const int64_t costs[] = {60, 500, 50};
	static const uint64_t votes[] = {9, 8, 7};

	(void)state;
	ring_make(&ring, MANIFEST_RULE_GREEDY_SKIP, 3, costs, votes, 100);
	ring.contest.outcome.top_up.given = true;
	ring.contest.outcome.top_up.gap_max = 100;
	ring.contest.outcome.top_up.reserve = 1000;
	assert_decided("a", "a+ b$ c$");
	ring.contest.outcome.rule = MANIFEST_RULE_GREEDY_STOP;
	assert_decided("a", "a+ b| c.");
	ring.options[1].cost = 140;
	assert_decided("ab", "a+ b| c. b^");
	ring_free(&ring);
}

static void
leftovers_of_pools_without_a_gap(void **state)
{
	(void)state;
	make(0);
	ring.options[2].cost = 15;
	ring.options[3].cost = 75; /* the second pool takes both, and has 10 left */
	assert_decided("acd", "a+ b$ c+ d+");
	ring.contest.outcome.top_up.leftovers = true;
	assert_decided("acdb", "a+ b$ c+ d+ b^");
	assert_int_equal(ring.outcome.reserve, 0);
	ring.options[3].cost = 76;
	assert_decided("acd", "a+ b$ c+ d+");
	ring_free(&ring);
}

static void
who_is_excluded_is_not_topped_up(void **state)
{
	(void)state;
	make(1000);
	ring_exclusive(&ring, "bc");
	assert_decided("acd", "a+ b$ c+ d$ d^");
	ring_exclusive(&ring, "bd");
	assert_decided("acb", "a+ b$ c+ d$ b^");
	ring_free(&ring);
	make(1000); /* c has won: b is no candidate, and nobody's equal */
	ring_exclusive(&ring, "bc");
	ring.counts_options[1].votes = ring.counts_options[3].votes;
	assert_decided("acd", "a+ b$ c+ d$ d^");
	ring_free(&ring);
}

/* Equal votes in two pools: which of them the reserve pays for is the tie order's word; and among
 * equals of one pool the tie order says which is the candidate. */
static void
ties_of_gaps(void **state)
{
	(void)state;
	make(55);
	ring.counts_options[1].votes = 6;
	assert_decided("acb", "a+ b$ c+ d$ b^=!");
	ring.contest.outcome.top_up.reserve = 60;
	assert_decided("acbd", "a+ b$ c+ d$ b^= d^=");
	ring_free(&ring);
	make(20);
	ring.counts_options[2].votes = ring.counts_options[3].votes = 7;
	ring.options[2].cost = ring.options[3].cost = 120;
	ring.counts_options[1].votes = 1;
	assert_decided("ac", "a+ b$ c$=! d$=! c^");
	ring_free(&ring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_strongest_gap_is_paid_first),
	    cmocka_unit_test(a_gap_too_large_leaves_the_money_to_the_next),
	    cmocka_unit_test(the_gap_has_its_bounds),
	    cmocka_unit_test(one_candidate_for_each_pool),
	    cmocka_unit_test(leftovers_of_pools_without_a_gap),
	    cmocka_unit_test(who_is_excluded_is_not_topped_up),
	    cmocka_unit_test(ties_of_gaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
