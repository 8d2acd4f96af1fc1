#include "tests/lib/ring.h"

static struct ring ring;

static void
make(size_t count)
{
	ring_make(&ring, MANIFEST_RULE_RUNOFF, count, NULL, NULL, -1);
}

static void
assert_decided(const char *winners, const char *steps)
{
	assert_string_equal(ring_winners(&ring), winners);
	assert_string_equal(ring_steps(&ring), steps);
}

static void
a_majority_ends_it(void **state)
{
	(void)state;
	make(3);
	ring_ballots(&ring, "a", 6);
	ring_ballots(&ring, "bc", 5);
	assert_decided("a", "a: b: c: a+");
	assert_int_equal(ring.outcome.result.steps[3].other_strength, 5);
	ring_ballots(&ring, "c", 1); /* 6 of 12 is no majority */
	assert_decided("a", "a: b: c: c% a: b: a+");
	ring_free(&ring);
}

/* The leader of the first round loses once the third one's ballots pass on. */
static void
ballots_pass_to_the_next_choice(void **state)
{
	const struct election_step *steps;

	(void)state;
	make(4);
	ring_ballots(&ring, "ab", 8);
	ring_ballots(&ring, "bc", 6);
	ring_ballots(&ring, "cb", 4);
	ring_ballots(&ring, "dcb", 1);
	assert_decided("b", "a: b: c: d: d% a: b: c: c% b: a: b+");
	steps = ring.outcome.result.steps;
	assert_int_equal(steps[4].round, 1);
	assert_int_equal(steps[7].round, 2);
	assert_int_equal(steps[7].strength, 5);
	assert_int_equal(steps[9].strength, 11);
	assert_int_equal(steps[11].round, 3);
	ring_free(&ring);
}

/* b and c have two each; who goes first decides. Exhausted ballots leave the majority's base. */
static void
the_tie_order_says_who_is_eliminated(void **state)
{
	(void)state;
	make(3);
	ring_ballots(&ring, "a", 3);
	ring_ballots(&ring, "bc", 2);
	ring_ballots(&ring, "cb", 2);
	assert_decided("b", "a: b: c: c%=! b: a: b+");
	ring_ties(&ring, "acb");
	assert_decided("c", "a: c: b: b%=! c: a: c+");
	ring_free(&ring);
	make(3);
	ring_ballots(&ring, "a", 4);
	ring_ballots(&ring, "b", 2);
	ring_ballots(&ring, "c", 2);
	assert_decided("a", "a: b: c: c%= a: b: a+");
	ring_free(&ring);
}

static void
those_nobody_is_for(void **state)
{
	(void)state;
	make(4);
	ring_ballots(&ring, "ab", 1);
	ring_ballots(&ring, "b", 1);
	assert_decided("a", "a: b: c: d: d%= a: b: c: c% a: b: b%=! a: a+");
	ring_free(&ring);
	make(3);
	assert_decided("a", "a: b: c: c%=! a: b: b%=! a: a+");
	ring_free(&ring);
}

static void
withdrawn_options_are_skipped_on_ballots(void **state)
{
	(void)state;
	make(3);
	ring_ballots(&ring, "ab", 5);
	ring_ballots(&ring, "b", 1);
	ring_ballots(&ring, "c", 4);
	ring_withdraw(&ring, 'a');
	assert_decided("b", "a0 b: c: b+");
	ring_withdraw(&ring, 'b');
	ring_withdraw(&ring, 'c');
	assert_decided("", "a0 b0 c0");
	ring_free(&ring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_majority_ends_it),
	    cmocka_unit_test(ballots_pass_to_the_next_choice),
	    cmocka_unit_test(the_tie_order_says_who_is_eliminated),
	    cmocka_unit_test(those_nobody_is_for),
	    cmocka_unit_test(withdrawn_options_are_skipped_on_ballots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
