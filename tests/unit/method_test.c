#include "campaign/method.h"

#include "tests/lib/test.h"

static void
names_find_their_method(void **state)
{
	static const struct {
		const char *name;
		enum manifest_method method;
	} cases[] = {
	    {"single", MANIFEST_METHOD_SINGLE},     {"approval", MANIFEST_METHOD_APPROVAL},
	    {"knapsack", MANIFEST_METHOD_KNAPSACK}, {"cumulative", MANIFEST_METHOD_CUMULATIVE},
	    {"score", MANIFEST_METHOD_SCORE},       {"ranked", MANIFEST_METHOD_RANKED},
	};
	enum manifest_method found;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_true(method_find(cases[i].name, &found));
		assert_int_equal(found, cases[i].method);
		assert_string_equal(method_of(found)->name, cases[i].name);
	}
	assert_false(method_find("", &found));
	assert_false(method_find("Approval", &found));
	assert_false(method_find("approval ", &found));
}

/* Options 0, 1, ... with these values. */
static enum tally_verdict
judge(const struct manifest_contest *contest, size_t count, const int32_t *values)
{
	uint8_t memory[256];
	struct writer writer = writer_make(memory, sizeof memory);
	struct ballot_choice marks[8];
	struct reader reader;
	struct ballot_choices choices;

	for (size_t i = 0; i < count; i++)
		marks[i] = (struct ballot_choice){(uint16_t)i, values[i]};
	ballot_choices_write(&writer, marks, count);
	reader = reader_make(writer_view(&writer));
	choices = ballot_choices_next(&reader);
	assert_true(reader_done(&reader));
	return method_of(contest->method)->check(contest, &choices);
}

#define JUDGE(contest, ...) \
	judge(contest, sizeof((int32_t[]){__VA_ARGS__}) / sizeof(int32_t), \
	      (int32_t[]){__VA_ARGS__})

static void
marks_are_ones(void **state)
{
	static const enum manifest_method methods[] = {
	    MANIFEST_METHOD_SINGLE, MANIFEST_METHOD_APPROVAL, MANIFEST_METHOD_KNAPSACK};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct manifest_contest contest = {.method = methods[i], .options_count = 4};

		assert_int_equal(JUDGE(&contest, 1), TALLY_ACCEPTED);
		assert_int_equal(JUDGE(&contest, 1, 1, 1, 1), TALLY_ACCEPTED);
		assert_int_equal(JUDGE(&contest, 0), TALLY_NOT_CANONICAL);
		assert_int_equal(JUDGE(&contest, 1, 2), TALLY_NOT_CANONICAL);
		assert_int_equal(JUDGE(&contest, -1, 1), TALLY_NOT_CANONICAL);
	}
}

static void
scores_keep_their_range(void **state)
{
	struct manifest_contest contest = {.method = MANIFEST_METHOD_SCORE,
					   .options_count = 4,
					   .value_min = -2,
					   .value_max = 3};

	(void)state;
	assert_int_equal(JUDGE(&contest, -2, 0, 3, 3), TALLY_ACCEPTED);
	assert_int_equal(JUDGE(&contest, -3, 0), TALLY_VALUE_OUT_OF_RANGE);
	assert_int_equal(JUDGE(&contest, 0, 4), TALLY_VALUE_OUT_OF_RANGE);
	contest.value_min = INT32_MIN;
	contest.value_max = INT32_MAX;
	assert_int_equal(JUDGE(&contest, INT32_MIN, INT32_MAX), TALLY_ACCEPTED);
}

static void
points_keep_range_and_sum(void **state)
{
	struct manifest_contest contest = {.method = MANIFEST_METHOD_CUMULATIVE,
					   .options_count = 4,
					   .value_min = 1,
					   .value_max = 4,
					   .sum_points = 6};

	(void)state;
	assert_int_equal(JUDGE(&contest, 4, 2), TALLY_ACCEPTED);
	assert_int_equal(JUDGE(&contest, 1), TALLY_ACCEPTED);
	assert_int_equal(JUDGE(&contest, 4, 3), TALLY_OVER_POINTS);
	assert_int_equal(JUDGE(&contest, 5), TALLY_VALUE_OUT_OF_RANGE);
	assert_int_equal(JUDGE(&contest, 5, 5), TALLY_VALUE_OUT_OF_RANGE);
	assert_int_equal(JUDGE(&contest, 2, 0), TALLY_VALUE_OUT_OF_RANGE);
	assert_int_equal(JUDGE(&contest, -1, 2), TALLY_VALUE_OUT_OF_RANGE);
	contest.value_min = 0;
	assert_int_equal(JUDGE(&contest, 4, 0, 2), TALLY_ACCEPTED);
	contest.sum_points = contest.value_max = INT32_MAX;
	assert_int_equal(JUDGE(&contest, INT32_MAX, 0), TALLY_ACCEPTED);
	assert_int_equal(JUDGE(&contest, INT32_MAX, 1), TALLY_OVER_POINTS);
	assert_int_equal(JUDGE(&contest, INT32_MAX, INT32_MAX, INT32_MAX), TALLY_OVER_POINTS);
}

static void
ranks_are_given_once_each(void **state)
{
	struct manifest_contest contest = {.method = MANIFEST_METHOD_RANKED,
					   .options_count = 4};

	(void)state;
	assert_int_equal(JUDGE(&contest, 1), TALLY_ACCEPTED);
	assert_int_equal(JUDGE(&contest, 3, 1, 4, 2), TALLY_ACCEPTED);
	assert_int_equal(JUDGE(&contest, 2), TALLY_BAD_RANKING);
	assert_int_equal(JUDGE(&contest, 0), TALLY_BAD_RANKING);
	assert_int_equal(JUDGE(&contest, 1, 1), TALLY_BAD_RANKING);
	assert_int_equal(JUDGE(&contest, 1, 3), TALLY_BAD_RANKING);
	assert_int_equal(JUDGE(&contest, 0, 1), TALLY_BAD_RANKING);
	assert_int_equal(JUDGE(&contest, INT32_MIN, INT32_MAX), TALLY_BAD_RANKING);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_find_their_method),
	    cmocka_unit_test(marks_are_ones),
	    cmocka_unit_test(scores_keep_their_range),
	    cmocka_unit_test(points_keep_range_and_sum),
	    cmocka_unit_test(ranks_are_given_once_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
