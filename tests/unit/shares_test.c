#include "outcome/shares.h"

#include "limits.h"
#include "tests/lib/assembly.h"

static struct assembly poll;

static struct manifest_outcome *
rule(void)
{
	return &poll.contest.outcome;
}

/* Each has 3. a would cost its two 2 each, b 3/2: b first, and they have 3/2 left, too little for
 * a. By cost both cost 1/2 of what they are worth: the tie order says a. */
static void
utility_decides(void **state)
{
	const int64_t costs[] = {4, 3, 3};
	const struct election_step *step;

	(void)state;
	assembly_make(&poll, 3, costs, 9);
	assembly_vote(&poll, 2, "ab");
	assembly_vote(&poll, 1, "c");
	assert_string_equal(assembly_decide(&poll, shares_decide), "bc");
	step = assembly_step(&poll, ELECTION_TAKEN, 'b');
	assert_string_equal(step->figure, "3/2");
	assert_int_equal(step->left, 6);
	assert_int_equal(step->round, 0);
	assert_false(step->tie);
	step = assembly_step(&poll, ELECTION_UNAFFORDABLE, 'a');
	assert_string_equal(step->figure, "3");
	assert_int_equal(step->money, 3);
	assert_int_equal(step->cost, 4);
	assert_int_equal(step->left, 3);

	rule()->utility = MANIFEST_UTILITY_COST;
	assert_string_equal(assembly_decide(&poll, shares_decide), "ac");
	step = assembly_step(&poll, ELECTION_TAKEN, 'a');
	assert_string_equal(step->figure, "1/2");
	assert_true(step->tie);
	assert_true(step->tie_mattered);
	assert_int_equal(step->other, 1);
	assembly_ties(&poll, "bca");
	assert_string_equal(assembly_decide(&poll, shares_decide), "bc");
	assembly_free(&poll);
}

/* A tie of which both win matters to nobody. */
static void
a_tie_that_does_not_matter(void **state)
{
	const int64_t costs[] = {2, 2, 2};

	(void)state;
	assembly_make(&poll, 3, costs, 6);
	assembly_vote(&poll, 2, "abc");
	assert_string_equal(assembly_decide(&poll, shares_decide), "abc");
	assert_true(assembly_step(&poll, ELECTION_TAKEN, 'a')->tie);
	assert_false(assembly_step(&poll, ELECTION_TAKEN, 'a')->tie_mattered);
	assert_int_equal(assembly_step(&poll, ELECTION_TAKEN, 'a')->other, 1);
	assert_true(assembly_step(&poll, ELECTION_TAKEN, 'b')->tie);
	assert_false(assembly_step(&poll, ELECTION_TAKEN, 'c')->tie);
	assembly_free(&poll);
}

/* a leaves its supporter 1: b's other two pay 3 each, all they have, to the last. */
static void
the_poor_give_all(void **state)
{
	const int64_t costs[] = {2, 7};

	(void)state;
	assembly_make(&poll, 2, costs, 9);
	assembly_vote(&poll, 1, "ab");
	assembly_vote(&poll, 2, "b");
	assert_string_equal(assembly_decide(&poll, shares_decide), "ab");
	assert_string_equal(assembly_step(&poll, ELECTION_TAKEN, 'b')->figure, "3");
	assert_int_equal(assembly_step(&poll, ELECTION_TAKEN, 'b')->left, 0);
	poll.options[1].cost = 8;
	assert_string_equal(assembly_decide(&poll, shares_decide), "a");
	assert_int_equal(assembly_step(&poll, ELECTION_UNAFFORDABLE, 'b')->money, 7);
	assembly_free(&poll);
}

static void
points_are_utility(void **state)
{
	const int64_t costs[] = {4, 4};

	(void)state;
	assembly_make(&poll, 2, costs, 8);
	assembly_vote(&poll, 1, "a3b");
	assembly_vote(&poll, 1, "b");
	assert_string_equal(assembly_decide(&poll, shares_decide), "b");
	rule()->utility = MANIFEST_UTILITY_SCORE;
	assert_string_equal(assembly_decide(&poll, shares_decide), "ab");
	assert_string_equal(assembly_step(&poll, ELECTION_TAKEN, 'a')->figure, "4/3");
	rule()->utility = MANIFEST_UTILITY_SCORE_COST;
	assert_string_equal(assembly_decide(&poll, shares_decide), "ab");
	assert_string_equal(assembly_step(&poll, ELECTION_TAKEN, 'a')->figure, "1/3");
	assembly_free(&poll);
}

/* Naming an option with 0 or less approves of it, and is worth nothing. */
static void
points_of_nothing(void **state)
{
	const int64_t costs[] = {1, 1};

	(void)state;
	assembly_make(&poll, 2, costs, 2);
	assembly_vote(&poll, 1, "a0b-2");
	assert_string_equal(assembly_decide(&poll, shares_decide), "ab");
	rule()->utility = MANIFEST_UTILITY_SCORE;
	assert_string_equal(assembly_decide(&poll, shares_decide), "");
	assert_int_equal(assembly_steps(&poll, ELECTION_NO_SUPPORT), 2);
	assembly_free(&poll);
}

static void
free_options_come_first(void **state)
{
	const int64_t costs[] = {5, 0, 0, 0};

	(void)state;
	assembly_make(&poll, 4, costs, 5);
	assembly_vote(&poll, 1, "abc");
	assembly_ties(&poll, "cbda");
	assert_string_equal(assembly_decide(&poll, shares_decide), "cba");
	assert_string_equal(assembly_step(&poll, ELECTION_TAKEN, 'c')->figure, "0");
	assert_int_equal(assembly_step(&poll, ELECTION_TAKEN, 'b')->left, 5);
	assert_int_equal(assembly_step(&poll, ELECTION_NO_SUPPORT, 'd')->cost, 0);
	poll.pool.budget = 0;
	assert_string_equal(assembly_decide(&poll, shares_decide), "cb");
	assert_string_equal(assembly_step(&poll, ELECTION_UNAFFORDABLE, 'a')->figure, "0");
	assembly_free(&poll);
}

static void
nobody_votes(void **state)
{
	const int64_t costs[] = {1, 0};

	(void)state;
	assembly_make(&poll, 2, costs, 10);
	assert_string_equal(assembly_decide(&poll, shares_decide), "");
	rule()->add1 = MANIFEST_ADD1_PABULIB;
	assert_string_equal(assembly_decide(&poll, shares_decide), "");
	assert_int_equal(poll.result.steps_count, 2);
	rule()->utilitarian = true;
	assert_string_equal(assembly_decide(&poll, shares_decide), "ab");
	assembly_free(&poll);
}

static void
one_voter(void **state)
{
	const int64_t costs[] = {6, 5, 4};

	(void)state;
	assembly_make(&poll, 3, costs, 10);
	assembly_vote(&poll, 1, "abc");
	assert_string_equal(assembly_decide(&poll, shares_decide), "cb");
	assembly_free(&poll);
}

/* The first voter pays for b what the second one, who has most of it, cannot. In the next round
 * both a and b can be paid, each with the whole budget. */
static void
the_largest_money(void **state)
{
	const int64_t costs[] = {MANIFEST_MONEY_MAX, MANIFEST_MONEY_MAX - 1, 1};
	const struct election_step *step;

	(void)state;
	assembly_make(&poll, 3, costs, MANIFEST_MONEY_MAX);
	assembly_vote(&poll, 1, "a2147483647b");
	assembly_vote(&poll, 1, "b2147483647c");
	rule()->utility = MANIFEST_UTILITY_SCORE_COST;
	rule()->add1 = MANIFEST_ADD1_PABUTOOLS;
	rule()->add1_step = MANIFEST_MONEY_MAX;
	assert_string_equal(assembly_decide(&poll, shares_decide), "b");
	assert_string_equal(assembly_step(&poll, ELECTION_TAKEN, 'b')->figure,
			    "499999999999999/999999999999999");
	step = assembly_step(&poll, ELECTION_STOPPED, 'a');
	assert_int_equal(step->round, 2);
	assert_int_equal(step->left, 1);
	assert_string_equal(step->figure, "1500000000000000");
	assembly_free(&poll);
}

/* What does not run is not paid; its voters still have their share. */
static void
withdrawn_options(void **state)
{
	const int64_t costs[] = {4, 4};

	(void)state;
	assembly_make(&poll, 2, costs, 8);
	assembly_vote(&poll, 1, "a");
	assembly_vote(&poll, 1, "b");
	poll.running[0] = 0;
	rule()->utilitarian = true;
	assert_string_equal(assembly_decide(&poll, shares_decide), "b");
	assembly_step(&poll, ELECTION_WITHDRAWN, 'a');
	poll.pool_options[0] = 0;
	assert_string_equal(assembly_decide(&poll, shares_decide), "b");
	assert_int_equal(assembly_steps(&poll, ELECTION_WITHDRAWN), 0);
	assembly_free(&poll);
}

/* With 7/2 each b cannot be paid. pabutools goes on to 9/2, pabulib to 4: both are paid. */
static void
money_is_added(void **state)
{
	const int64_t costs[] = {3, 4};

	(void)state;
	assembly_make(&poll, 2, costs, 7);
	assembly_vote(&poll, 1, "a");
	assembly_vote(&poll, 1, "b");
	assert_string_equal(assembly_decide(&poll, shares_decide), "a");
	assert_int_equal(assembly_steps(&poll, ELECTION_ENDOWMENT), 0);
	assert_int_equal(assembly_steps(&poll, ELECTION_STOPPED), 0);
	rule()->add1 = MANIFEST_ADD1_PABUTOOLS;
	assert_string_equal(assembly_decide(&poll, shares_decide), "ab");
	assert_string_equal(assembly_step(&poll, ELECTION_ENDOWMENT, '-')->figure, "9/2");
	assert_int_equal(assembly_step(&poll, ELECTION_ENDOWMENT, '-')->round, 2);
	assert_int_equal(assembly_step(&poll, ELECTION_STOPPED, '-')->round, 2);
	assert_int_equal(assembly_step(&poll, ELECTION_STOPPED, '-')->left, 0);
	rule()->add1 = MANIFEST_ADD1_PABULIB;
	assert_string_equal(assembly_decide(&poll, shares_decide), "ab");
	assert_string_equal(assembly_step(&poll, ELECTION_ENDOWMENT, '-')->figure, "4");
	assembly_free(&poll);
}

/* Three voters, three options of 3, money for two: the round that pays them does not count. */
static void
what_overspends_does_not_count(void **state)
{
	const int64_t costs[] = {3, 3, 3};
	const struct election_step *step;

	(void)state;
	assembly_make(&poll, 3, costs, 6);
	assembly_vote(&poll, 1, "a");
	assembly_vote(&poll, 1, "b");
	assembly_vote(&poll, 1, "c");
	rule()->add1 = MANIFEST_ADD1_PABUTOOLS;
	assert_string_equal(assembly_decide(&poll, shares_decide), "");
	assert_string_equal(assembly_step(&poll, ELECTION_ENDOWMENT, '-')->figure, "2");
	step = assembly_step(&poll, ELECTION_STOPPED, 'c');
	assert_int_equal(step->round, 2);
	assert_int_equal(step->left, 0);
	assert_string_equal(step->figure, "3");
	rule()->utilitarian = true;
	assert_string_equal(assembly_decide(&poll, shares_decide), "ab");
	step = assembly_step(&poll, ELECTION_COMPLETED, 'b');
	assert_int_equal(step->strength, 1);
	assert_int_equal(step->other_strength, 1);
	assert_true(step->tie);
	assert_true(step->tie_mattered);
	assert_int_equal(assembly_step(&poll, ELECTION_TOO_DEAR, 'c')->left, 0);
	assembly_free(&poll);
}

/* Costs of 19 and 25 are 10 and 20 to their supporters; together they are more than there is. */
static void
costs_taken_down_to_steps(void **state)
{
	const int64_t costs[] = {19, 25};
	const struct election_step *step;

	(void)state;
	assembly_make(&poll, 2, costs, 40);
	assembly_vote(&poll, 2, "ab");
	rule()->add1 = MANIFEST_ADD1_PABULIB;
	rule()->add1_step = 10;
	assert_string_equal(assembly_decide(&poll, shares_decide), "");
	step = assembly_step(&poll, ELECTION_STOPPED, 'b');
	assert_int_equal(step->round, 1);
	assert_int_equal(step->left, 21);
	assert_int_equal(assembly_steps(&poll, ELECTION_ENDOWMENT), 0);
	poll.pool.budget = 44;
	assert_string_equal(assembly_decide(&poll, shares_decide), "ab");
	assert_string_equal(assembly_step(&poll, ELECTION_TAKEN, 'a')->figure, "5");
	assembly_free(&poll);
}

/* By steps of 1, b's voter would have to come from half of 10^15 to all of it. */
static void
rounds_have_an_end(void **state)
{
	const int64_t costs[] = {1, MANIFEST_MONEY_MAX - 1};

	(void)state;
	assembly_make(&poll, 2, costs, MANIFEST_MONEY_MAX);
	assembly_vote(&poll, 1, "a");
	assembly_vote(&poll, 1, "b");
	rule()->add1 = MANIFEST_ADD1_PABUTOOLS;
	assert_string_equal(assembly_decide(&poll, shares_decide), "a");
	assert_int_equal(assembly_step(&poll, ELECTION_STOPPED, '-')->round, shares_rounds_max);
	assembly_free(&poll);
}

/* Each has 17/4: a would take 9/2 of two; b and e take half of what they cost of each, then c all.
 * With 5, and with 6, a is before b; then e, then c, and nobody can pay b. With 7 b can be paid,
 * and behind a, b and c there are 2 left, but e costs 3. By votes: a, b, e; two voters get more
 * from that than from b, e, c, or from a, e, c, and the voter of c less. */
static void
completions_differ(void **state)
{
	static const struct {
		enum manifest_add1 add1;
		bool utilitarian;
		bool comparison;
		const char *winners;
	} table[] = {
	    {MANIFEST_ADD1_NONE, false, false, "bec"},
	    {MANIFEST_ADD1_NONE, false, true, "abe"},
	    {MANIFEST_ADD1_NONE, true, false, "becd"},
	    {MANIFEST_ADD1_NONE, true, true, "abe"},
	    {MANIFEST_ADD1_PABUTOOLS, false, false, "bec"},
	    {MANIFEST_ADD1_PABUTOOLS, false, true, "abe"},
	    {MANIFEST_ADD1_PABUTOOLS, true, false, "becd"},
	    {MANIFEST_ADD1_PABUTOOLS, true, true, "abe"},
	    {MANIFEST_ADD1_PABULIB, false, false, "aec"},
	    {MANIFEST_ADD1_PABULIB, false, true, "abe"},
	    {MANIFEST_ADD1_PABULIB, true, false, "aecd"},
	    {MANIFEST_ADD1_PABULIB, true, true, "abe"},
	};
	const int64_t costs[] = {9, 5, 1, 4, 3};
	const struct election_step *step;

	(void)state;
	assembly_make(&poll, 5, costs, 17);
	assembly_vote(&poll, 1, "a");
	assembly_vote(&poll, 1, "abe");
	assembly_vote(&poll, 1, "be");
	assembly_vote(&poll, 1, "c");
	rule()->utility = MANIFEST_UTILITY_COST;
	for (size_t k = 0; k < sizeof table / sizeof table[0]; k++) {
		rule()->add1 = table[k].add1;
		rule()->utilitarian = table[k].utilitarian;
		rule()->comparison = table[k].comparison;
		assert_string_equal(assembly_decide(&poll, shares_decide), table[k].winners);
	}
	step = assembly_step(&poll, ELECTION_PREFERRED, '-');
	assert_int_equal(step->strength, 1);
	assert_int_equal(step->other_strength, 2);
	assert_string_equal(assembly_step(&poll, ELECTION_ENDOWMENT, '-')->figure, "6");
	step = assembly_step(&poll, ELECTION_STOPPED, 'e');
	assert_int_equal(step->round, 4);
	assert_int_equal(step->left, 2);
	assert_int_equal(step->cost, 3);
	assert_string_equal(step->figure, "7");
	assembly_free(&poll);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(utility_decides),
	    cmocka_unit_test(a_tie_that_does_not_matter),
	    cmocka_unit_test(the_poor_give_all),
	    cmocka_unit_test(points_are_utility),
	    cmocka_unit_test(points_of_nothing),
	    cmocka_unit_test(free_options_come_first),
	    cmocka_unit_test(nobody_votes),
	    cmocka_unit_test(one_voter),
	    cmocka_unit_test(the_largest_money),
	    cmocka_unit_test(withdrawn_options),
	    cmocka_unit_test(money_is_added),
	    cmocka_unit_test(what_overspends_does_not_count),
	    cmocka_unit_test(costs_taken_down_to_steps),
	    cmocka_unit_test(rounds_have_an_end),
	    cmocka_unit_test(completions_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
