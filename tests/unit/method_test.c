#include "campaign/method.h"

#include "tests/lib/test.h"

static void
names_find_their_method(void **state)
{
	static const struct {
		const char *name;
		enum manifest_method method;
		bool counted;
	} cases[] = {
	    {"single", MANIFEST_METHOD_SINGLE, true},
	    {"approval", MANIFEST_METHOD_APPROVAL, true},
	    {"knapsack", MANIFEST_METHOD_KNAPSACK, false},
	    {"cumulative", MANIFEST_METHOD_CUMULATIVE, false},
	    {"score", MANIFEST_METHOD_SCORE, false},
	    {"ranked", MANIFEST_METHOD_RANKED, false},
	};
	enum manifest_method found;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_true(method_find(cases[i].name, &found));
		assert_int_equal(found, cases[i].method);
		assert_string_equal(method_of(found)->name, cases[i].name);
		assert_int_equal(method_of(found)->check != NULL, cases[i].counted);
	}
	assert_false(method_find("", &found));
	assert_false(method_find("Approval", &found));
	assert_false(method_find("approval ", &found));
}

/* Marks for options 0, 1, ..., all of the same value, judged by `contest`. */
static enum tally_verdict
judge(const struct manifest_contest *contest, size_t count, int32_t value)
{
	uint8_t memory[256];
	struct writer writer = writer_make(memory, sizeof memory);
	struct ballot_choice marks[8];
	struct reader reader;
	struct ballot_choices choices;

	for (size_t i = 0; i < count; i++)
		marks[i] = (struct ballot_choice){(uint16_t)i, value};
	ballot_choices_write(&writer, marks, count);
	reader = reader_make(writer_view(&writer));
	choices = ballot_choices_next(&reader);
	assert_true(reader_done(&reader));
	return method_of(contest->method)->check(contest, &choices);
}

static const struct manifest_option options[] = {{.id = "a", .cost = 500},
						 {.id = "b", .cost = 0},
						 {.id = "c", .cost = 300},
						 {.id = "d", .cost = 1}};

static void
approval_keeps_its_limits(void **state)
{
	struct manifest_contest contest = {.method = MANIFEST_METHOD_APPROVAL,
					   .min = 2,
					   .max = 3,
					   .budget_cap = -1,
					   .options = options,
					   .options_count = 4};

	(void)state;
	assert_int_equal(judge(&contest, 1, 1), TALLY_TOO_FEW_CHOICES);
	assert_int_equal(judge(&contest, 2, 1), TALLY_ACCEPTED);
	assert_int_equal(judge(&contest, 3, 1), TALLY_ACCEPTED);
	assert_int_equal(judge(&contest, 4, 1), TALLY_TOO_MANY_CHOICES);
	assert_int_equal(judge(&contest, 2, 0), TALLY_NOT_CANONICAL);
	assert_int_equal(judge(&contest, 2, 2), TALLY_NOT_CANONICAL);
	assert_int_equal(judge(&contest, 2, -1), TALLY_NOT_CANONICAL);
	assert_int_equal(judge(&contest, 4, 2), TALLY_NOT_CANONICAL);
}

static void
approval_keeps_its_budget(void **state)
{
	struct manifest_contest contest = {.method = MANIFEST_METHOD_APPROVAL,
					   .min = 1,
					   .max = 4,
					   .budget_cap = 800,
					   .options = options,
					   .options_count = 4};

	(void)state;
	assert_int_equal(judge(&contest, 3, 1), TALLY_ACCEPTED); /* exactly 800 */
	assert_int_equal(judge(&contest, 4, 1), TALLY_OVER_BUDGET);
	contest.budget_cap = 0;
	assert_int_equal(judge(&contest, 1, 1), TALLY_OVER_BUDGET);
	contest.budget_cap = -1;
	assert_int_equal(judge(&contest, 4, 1), TALLY_ACCEPTED);
}

static void
single_takes_one(void **state)
{
	struct manifest_contest contest = {.method = MANIFEST_METHOD_SINGLE,
					   .min = 1,
					   .max = 1,
					   .budget_cap = -1,
					   .options = options,
					   .options_count = 4};

	(void)state;
	assert_int_equal(judge(&contest, 1, 1), TALLY_ACCEPTED);
	assert_int_equal(judge(&contest, 2, 1), TALLY_TOO_MANY_CHOICES);
	assert_int_equal(judge(&contest, 1, 3), TALLY_NOT_CANONICAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_find_their_method),
	    cmocka_unit_test(approval_keeps_its_limits),
	    cmocka_unit_test(approval_keeps_its_budget),
	    cmocka_unit_test(single_takes_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
