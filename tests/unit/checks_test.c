/* The list of checks that people and scripts see. */
#include "tools/lib/checks.h"

#include "tests/lib/test.h"

static void
asks_every_check_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < AUDIT_CHECKS_COUNT; i++) {
		const struct report_question *question = &checks_questions[i];

		assert_non_null(question->name);
		assert_true(strlen(question->text) > 10);
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(question->name, checks_questions[j].name);
	}
}

/* A group is one run of checks, so that it is shown under one heading. */
static void
keeps_groups_together(void **state)
{
	static const char *const groups[] = {"log",   "law",     "ballots",  "eligibility",
					     "tally", "outcome", "receipts", "history"};
	size_t group = 0;

	(void)state;
	for (size_t i = 0; i < AUDIT_CHECKS_COUNT; i++) {
		if (strcmp(checks_questions[i].group, groups[group]) != 0)
			group++;
		assert_true(group < sizeof groups / sizeof *groups);
		assert_string_equal(checks_questions[i].group, groups[group]);
	}
	assert_int_equal(group, sizeof groups / sizeof *groups - 1);
}

static void
says_why_the_rest_is_skipped(void **state)
{
	struct report report;
	struct trouble trouble;

	(void)state;
	report_init(&report, checks_questions, AUDIT_CHECKS_COUNT);
	report_pass(&report, AUDIT_CHECKPOINT);
	report_nothing(&report, AUDIT_ROSTER, "no roster");
	trouble_set(&trouble, TALLY_EXIT_FAILED, "broken");
	report_found(&report, AUDIT_FILES, &trouble);
	checks_skip_rest(&report, AUDIT_FILES);
	assert_int_equal(report.checks[AUDIT_CHECKPOINT].status, REPORT_PASS);
	assert_int_equal(report.checks[AUDIT_FILES].status, REPORT_FAIL);
	assert_string_equal(report.checks[AUDIT_ROSTER].why.sentence, "no roster");
	assert_string_equal(report.checks[AUDIT_OLD].why.sentence, "check 2 failed");
	assert_false(report.checks[AUDIT_OLD].nothing);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(asks_every_check_once),
	    cmocka_unit_test(keeps_groups_together),
	    cmocka_unit_test(says_why_the_rest_is_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
