#include "outcome/election.h"

#include "tests/lib/assembly.h"

static struct assembly poll;

/* Alone b costs its three 2 each, a its two 3. Then a would bring its two, one of whom has 2, to
 * (2 + 6) / 2; c its one, who has 2, to 5. */
static void
loads_are_levelled(void **state)
{
	const int64_t costs[] = {6, 6, 3};
	const struct election_step *step;

	(void)state;
	assembly_make(&poll, 3, costs, 15);
	assembly_vote(&poll, 1, "ab");
	assembly_vote(&poll, 1, "bc");
	assembly_vote(&poll, 1, "b");
	assembly_vote(&poll, 1, "a");
	assert_string_equal(assembly_decide(&poll, phragmen_decide), "bac");
	assert_string_equal(assembly_step(&poll, ELECTION_TAKEN, 'b')->figure, "2");
	assert_string_equal(assembly_step(&poll, ELECTION_TAKEN, 'a')->figure, "4");
	assert_string_equal(assembly_step(&poll, ELECTION_TAKEN, 'c')->figure, "5");
	assert_int_equal(assembly_step(&poll, ELECTION_TAKEN, 'c')->left, 0);

	poll.pool.budget = 11;
	assert_string_equal(assembly_decide(&poll, phragmen_decide), "b");
	step = assembly_step(&poll, ELECTION_STOPPED, 'a');
	assert_string_equal(step->figure, "4");
	assert_int_equal(step->left, 5);
	assert_int_equal(assembly_step(&poll, ELECTION_NOT_REACHED, 'c')->cost, 3);
	assembly_free(&poll);
}

/* The tie order decides; but if one of those that are equal does not fit, nothing more is taken. */
static void
ties(void **state)
{
	const int64_t costs[] = {4, 2, 2, 2};
	const struct election_step *step;

	(void)state;
	assembly_make(&poll, 4, costs, 5);
	assembly_vote(&poll, 2, "a");
	assembly_vote(&poll, 1, "b");
	assembly_vote(&poll, 2, "c");
	assembly_vote(&poll, 1, "d");
	assert_string_equal(assembly_decide(&poll, phragmen_decide), "c");
	step = assembly_step(&poll, ELECTION_STOPPED, 'a');
	assert_true(step->tie);
	assert_false(step->tie_mattered);
	assert_int_equal(step->left, 3);
	poll.running[0] = 0;
	assert_string_equal(assembly_decide(&poll, phragmen_decide), "cb");
	assembly_step(&poll, ELECTION_WITHDRAWN, 'a');
	step = assembly_step(&poll, ELECTION_TAKEN, 'b');
	assert_true(step->tie);
	assert_true(step->tie_mattered);
	assert_int_equal(step->other, 3);
	assembly_ties(&poll, "adcb");
	assert_string_equal(assembly_decide(&poll, phragmen_decide), "cd");
	poll.pool.budget = 6;
	assert_string_equal(assembly_decide(&poll, phragmen_decide), "cdb");
	assert_true(assembly_step(&poll, ELECTION_TAKEN, 'd')->tie);
	assert_false(assembly_step(&poll, ELECTION_TAKEN, 'd')->tie_mattered);
	assembly_free(&poll);
}

/* What costs more than all there is does not run, and does not stop the others. */
static void
dearer_than_the_budget(void **state)
{
	const int64_t costs[] = {11, 10};

	(void)state;
	assembly_make(&poll, 2, costs, 10);
	assembly_vote(&poll, 3, "a");
	assembly_vote(&poll, 1, "b");
	assert_string_equal(assembly_decide(&poll, phragmen_decide), "b");
	assert_int_equal(assembly_step(&poll, ELECTION_TOO_DEAR, 'a')->cost, 11);
	assembly_free(&poll);
}

/* Without a vote: at the very end, as long as each of them would fit. */
static void
without_votes(void **state)
{
	const int64_t costs[] = {3, 4, 5, 0};

	(void)state;
	assembly_make(&poll, 4, costs, 12);
	assembly_vote(&poll, 1, "c");
	assembly_ties(&poll, "bacd");
	assert_string_equal(assembly_decide(&poll, phragmen_decide), "cbad");
	assert_null(assembly_step(&poll, ELECTION_TAKEN, 'a')->figure);
	poll.pool.budget = 11;
	assert_string_equal(assembly_decide(&poll, phragmen_decide), "cb");
	assert_int_equal(assembly_step(&poll, ELECTION_STOPPED, 'a')->left, 2);
	poll.pool.budget = 8;
	assert_string_equal(assembly_decide(&poll, phragmen_decide), "c");
	assembly_step(&poll, ELECTION_STOPPED, 'b');
	poll.pool.budget = 7; /* neither fits: the first of them is named */
	assembly_ties(&poll, "abcd");
	assert_string_equal(assembly_decide(&poll, phragmen_decide), "c");
	assembly_step(&poll, ELECTION_STOPPED, 'a');
	assembly_free(&poll);
}

static void
nobody_votes(void **state)
{
	const int64_t costs[] = {3, 4};

	(void)state;
	assembly_make(&poll, 2, costs, 7);
	assert_string_equal(assembly_decide(&poll, phragmen_decide), "ab");
	assembly_free(&poll);
}

/* What costs nothing raises nobody's load, and levels it. */
static void
free_options(void **state)
{
	const int64_t costs[] = {0, 2, 0};

	(void)state;
	assembly_make(&poll, 3, costs, 2);
	assembly_vote(&poll, 1, "ab");
	assembly_vote(&poll, 1, "bc");
	assert_string_equal(assembly_decide(&poll, phragmen_decide), "acb");
	assert_string_equal(assembly_step(&poll, ELECTION_TAKEN, 'a')->figure, "0");
	assert_string_equal(assembly_step(&poll, ELECTION_TAKEN, 'b')->figure, "1");
	assembly_free(&poll);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(loads_are_levelled),     cmocka_unit_test(ties),
	    cmocka_unit_test(dearer_than_the_budget), cmocka_unit_test(without_votes),
	    cmocka_unit_test(nobody_votes),           cmocka_unit_test(free_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
