#include "tests/lib/ring.h"

static struct ring ring;

static void
assert_decided(const char *winners, const char *steps)
{
	assert_string_equal(ring_winners(&ring), winners);
	assert_string_equal(ring_steps(&ring), steps);
}

static void
the_strongest_have_the_seats(void **state)
{
	static const uint64_t votes[] = {3, 9, 5, 5};

	(void)state;
	ring_make(&ring, MANIFEST_RULE_COUNT, 4, NULL, votes, -1);
	assert_decided("b", "b+ c-= d-= a-");
	assert_int_equal(ring.outcome.pools_count, 0);
	assert_null(ring.outcome.left);
	ring.contest.outcome.seats = 2;
	assert_decided("bc", "b+ c+=! d-=! a-");
	ring.contest.outcome.seats = 3;
	assert_decided("bcd", "b+ c+= d+= a-");
	ring.contest.outcome.seats = 4;
	assert_decided("bcda", "b+ c+= d+= a+");
	ring_free(&ring);
}

static void
thresholds_and_exclusions_leave_seats_to_others(void **state)
{
	static const uint64_t votes[] = {9, 8, 7, 2};

	(void)state;
	ring_make(&ring, MANIFEST_RULE_COUNT, 4, NULL, votes, -1);
	ring.contest.outcome.seats = 3;
	ring_exclusive(&ring, "ab");
	assert_decided("acd", "a+ bx c+ d+");
	ring.contest.outcome.threshold = 3;
	assert_decided("ac", "a+ bx c+ d_");
	ring_withdraw(&ring, 'a');
	assert_decided("bc", "a0 b+ c+ d_");
	ring_free(&ring);
}

/* Three rank a b, one ranks b alone, two rank c a b. Points 1 for the last: a 2*3+2*2 = 10,
 * b 3+1+2 = 6, c 6. Points 0 for the last: a 3+2 = 5, b 0, c 4. */
static void
borda_in_both_conventions(void **state)
{
	(void)state;
	ring_make(&ring, MANIFEST_RULE_BORDA, 3, NULL, NULL, -1);
	ring_ballots(&ring, "ab", 3);
	ring_ballots(&ring, "b", 1);
	ring_ballots(&ring, "cab", 2);
	ring.contest.outcome.seats = 2;
	assert_decided("ab", "a+ b+=! c-=!");
	assert_int_equal(ring.outcome.result.steps[0].strength, 10);
	ring.contest.outcome.last_is_zero = true;
	assert_decided("ac", "a+ c+ b-");
	assert_int_equal(ring.outcome.result.steps[0].strength, 5);
	assert_int_equal(ring.outcome.result.steps[1].strength, 4);
	assert_int_equal(ring.outcome.result.steps[2].strength, 0);
	ring_free(&ring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_strongest_have_the_seats),
	    cmocka_unit_test(thresholds_and_exclusions_leave_seats_to_others),
	    cmocka_unit_test(borda_in_both_conventions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
