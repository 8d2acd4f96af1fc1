#include "outcome/election.h"

#include "tests/lib/test.h"

static void
steps_and_winners_keep_their_order(void **state)
{
	struct election_result result;

	(void)state;
	election_result_init(&result);
	for (uint16_t i = 0; i < 1000; i++) {
		struct election_step step = {.act = ELECTION_TAKEN, .option = i, .left = i};

		if (i % 3 == 0)
			step.figure = strdup("1/3");
		election_step(&result, &step);
		if (i % 2 == 0)
			election_win(&result, i);
	}
	assert_false(result.failed);
	assert_int_equal(result.steps_count, 1000);
	assert_int_equal(result.winners_count, 500);
	for (uint16_t i = 0; i < 1000; i++) {
		assert_int_equal(result.steps[i].option, i);
		assert_int_equal(result.steps[i].figure != NULL, i % 3 == 0);
	}
	assert_int_equal(result.winners[499], 998);
	election_result_free(&result);
	assert_int_equal(result.steps_count, 0);
	assert_null(result.steps);
}

/* What has failed once takes nothing more, and loses nothing (the sanitizer watches). */
static void
a_failure_stays(void **state)
{
	struct election_step step = {.act = ELECTION_TAKEN};
	struct election_result result;

	(void)state;
	election_result_init(&result);
	election_win(&result, 7);
	result.failed = true;
	step.figure = strdup("1");
	election_step(&result, &step);
	election_win(&result, 8);
	assert_int_equal(result.steps_count, 0);
	assert_int_equal(result.winners_count, 1);
	election_result_free(&result);
}

static void
the_same_options_in_any_order(void **state)
{
	static const uint16_t a[] = {3, 0, 2047};
	static const uint16_t b[] = {0, 2047, 3};
	static const uint16_t c[] = {0, 2047, 4};

	(void)state;
	assert_true(election_same_options(a, 3, b, 3));
	assert_false(election_same_options(a, 3, c, 3));
	assert_false(election_same_options(c, 3, a, 3));
	assert_false(election_same_options(a, 3, b, 2));
	assert_true(election_same_options(NULL, 0, NULL, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(steps_and_winners_keep_their_order),
	    cmocka_unit_test(a_failure_stays),
	    cmocka_unit_test(the_same_options_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
