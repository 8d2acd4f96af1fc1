#include "tests/lib/ring.h"

static struct ring ring;

static void
make(size_t count, uint32_t seats)
{
	ring_make(&ring, MANIFEST_RULE_SCHULZE, count, NULL, NULL, -1);
	ring.contest.outcome.seats = seats;
}

static void
assert_decided(const char *winners, const char *steps)
{
	assert_string_equal(ring_winners(&ring), winners);
	assert_string_equal(ring_steps(&ring), steps);
}

/* The known example of 45 ballots over five options: the order is e a c b d. */
static void
strongest_paths_decide(void **state)
{
	static const struct {
		const char *ranking;
		uint64_t ballots;
	} groups[] = {{"acbed", 5}, {"adecb", 5}, {"bedac", 8}, {"cabed", 3},
		      {"caebd", 7}, {"cbade", 2}, {"dceba", 7}, {"ebadc", 8}};
	const struct election_step *steps;

	(void)state;
	make(5, 5);
	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
		ring_ballots(&ring, groups[i].ranking, groups[i].ballots);
	assert_decided("eacbd", "e+ a+ c+ b+ d+");
	steps = ring.outcome.result.steps;
	assert_int_equal(steps[0].strength, 25);
	assert_int_equal(steps[0].other_strength, 24);
	assert_int_equal(steps[3].strength, 33);
	ring.contest.outcome.seats = 2;
	assert_decided("ea", "e+ a+ c- b- d-");
	ring_free(&ring);
}

/* A cycle of equal victories: nobody is beaten, the tie order decides, and only for the first. */
static void
a_cycle_is_a_tie(void **state)
{
	(void)state;
	make(3, 1);
	ring_ballots(&ring, "abc", 1);
	ring_ballots(&ring, "bca", 1);
	ring_ballots(&ring, "cab", 1);
	assert_decided("a", "a+=! b-=! c-");
	ring_ties(&ring, "cba");
	assert_decided("c", "c+=! b-=! a-");
	ring.contest.outcome.seats = 3;
	assert_decided("cba", "c+= b+= a+");
	ring_free(&ring);
}

/* a beats c; b is equal to both: a b c and b a c are possible, c before a is not. */
static void
equal_is_no_chain(void **state)
{
	(void)state;
	make(3, 1);
	ring_ballots(&ring, "ac", 1);
	ring_ballots(&ring, "b", 1);
	ring_ties(&ring, "cba");
	assert_decided("b", "b+=! a- c-");
	ring_ties(&ring, "cab");
	assert_decided("a", "a+=! c-= b-");
	ring_free(&ring);
}

/* Unlisted options are below all listed ones: two ballots for a alone beat one that lists b. */
static void
options_not_listed_are_below(void **state)
{
	(void)state;
	make(3, 3);
	ring_ballots(&ring, "a", 2);
	ring_ballots(&ring, "ba", 1);
	assert_decided("abc", "a+ b+ c+");
	assert_int_equal(ring.outcome.result.steps[0].strength, 2);
	assert_int_equal(ring.outcome.result.steps[0].other_strength, 0);
	ring_free(&ring);
}

static void
withdrawn_options_are_on_no_path(void **state)
{
	(void)state;
	make(3, 1);
	ring_ballots(&ring, "abc", 4);
	ring_ballots(&ring, "bca", 3);
	ring_ballots(&ring, "cab", 2);
	assert_decided("a", "a+ b- c-");
	ring_withdraw(&ring, 'b');
	assert_decided("c", "c+ a- b0");
	ring_free(&ring);
}

static void
nobody_voted(void **state)
{
	(void)state;
	make(3, 2);
	assert_decided("ab", "a+=! b+=! c-");
	ring_withdraw(&ring, 'a');
	ring_withdraw(&ring, 'b');
	ring_withdraw(&ring, 'c');
	assert_decided("", "a0 b0 c0");
	ring_free(&ring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(strongest_paths_decide),
	    cmocka_unit_test(a_cycle_is_a_tie),
	    cmocka_unit_test(equal_is_no_chain),
	    cmocka_unit_test(options_not_listed_are_below),
	    cmocka_unit_test(withdrawn_options_are_on_no_path),
	    cmocka_unit_test(nobody_voted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
