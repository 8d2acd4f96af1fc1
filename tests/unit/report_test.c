#include "tools/lib/report.h"

#include "tests/lib/test.h"

static const struct report_question questions[] = {
    {"log", "one", "one holds"},
    {"log", "two", "two holds"},
    {"law", "three", "three holds"},
};

enum {
	COUNT = sizeof questions / sizeof *questions
};

static struct report
fresh(void)
{
	struct report report;

	report_init(&report, questions, COUNT);
	return report;
}

static void
finding(struct report *report, size_t check, enum tally_exit code, uint64_t index)
{
	struct trouble trouble;

	trouble_at(&trouble, code, index, "wrong %d", (int)index);
	report_found(report, check, &trouble);
}

/* What is shown, in memory for the next call. */
static const char *
shown(const struct report *report, bool quiet)
{
	static char text[4096];
	FILE *file = fmemopen(text, sizeof text, "w");

	assert_non_null(file);
	report_print(report, file, quiet);
	report_print_end(report, file, "all");
	fclose(file);
	return text;
}

static void
begins_without_a_pass(void **state)
{
	struct report report = fresh();

	(void)state;
	for (size_t i = 0; i < COUNT; i++)
		assert_int_equal(report.checks[i].status, REPORT_SKIPPED);
}

static void
keeps_a_failure(void **state)
{
	struct report report = fresh();
	size_t number;

	(void)state;
	finding(&report, 1, TALLY_EXIT_FAILED, 9);
	report_pass(&report, 1);
	report_skip(&report, 1, "because");
	report_remark(&report, 1, "by the way");
	assert_int_equal(report.checks[1].status, REPORT_FAIL);
	assert_string_equal(report.checks[1].why.sentence, "entry 9: wrong 9");
	assert_int_equal(report_exit(&report), TALLY_EXIT_FAILED);
	assert_ptr_equal(report_first_failure(&report, &number), &report.checks[1]);
	assert_int_equal(number, 2);
	assert_non_null(strstr(shown(&report, false), "FAIL: check 2: entry 9: wrong 9\n"));
}

static void
keeps_the_first_in_the_log(void **state)
{
	struct report report = fresh();

	(void)state;
	finding(&report, 0, TALLY_EXIT_FAILED, 9);
	finding(&report, 0, TALLY_EXIT_FAILED, 20);
	assert_int_equal(report.checks[0].why.index, 9);
	finding(&report, 0, TALLY_EXIT_FAILED, 3);
	assert_int_equal(report.checks[0].why.index, 3);
}

/* Whatever else is wrong, the end names the entry where the log breaks first. */
static void
names_the_first_entry(void **state)
{
	struct report report = fresh();
	struct trouble trouble;
	size_t number;

	(void)state;
	trouble_set(&trouble, TALLY_EXIT_FAILED, "another root");
	report_found(&report, 0, &trouble);
	assert_ptr_equal(report_first_failure(&report, &number), &report.checks[0]);
	assert_int_equal(number, 1);
	finding(&report, 1, TALLY_EXIT_FAILED, 9);
	assert_ptr_equal(report_first_failure(&report, &number), &report.checks[1]);
	finding(&report, 2, TALLY_EXIT_FAILED, 7);
	assert_ptr_equal(report_first_failure(&report, &number), &report.checks[2]);
	assert_int_equal(number, 3);
	assert_non_null(strstr(shown(&report, false), "FAIL: check 3: entry 7: wrong 7\n"));
}

/* A check that could not be made is never PASS, nor is the whole. */
static void
skips_what_the_world_refuses(void **state)
{
	struct report report = fresh();

	(void)state;
	report_pass(&report, 0);
	finding(&report, 1, TALLY_EXIT_WORLD, 4);
	report_pass(&report, 1);
	report_pass(&report, 2);
	assert_int_equal(report.checks[1].status, REPORT_SKIPPED);
	assert_int_equal(report_exit(&report), TALLY_EXIT_WORLD);
	assert_non_null(strstr(shown(&report, false), "FAIL: check 2 could not be made: "));
	finding(&report, 1, TALLY_EXIT_FAILED, 7);
	assert_int_equal(report.checks[1].status, REPORT_FAIL);
	finding(&report, 1, TALLY_EXIT_WORLD, 1);
	assert_int_equal(report.checks[1].status, REPORT_FAIL);
	assert_int_equal(report.checks[1].why.index, 7);
	assert_int_equal(report_exit(&report), TALLY_EXIT_FAILED);
}

/* Whether there was nothing to check is known of the last word on a check alone. */
static void
knows_where_nothing_was_to_check(void **state)
{
	struct report report = fresh();
	json_t *json;
	json_t *checks;

	(void)state;
	report_nothing(&report, 0, "no %s", "such thing");
	report_nothing(&report, 1, "no such thing");
	report_skip(&report, 1, "could not");
	report_nothing(&report, 2, "no such thing");
	finding(&report, 2, TALLY_EXIT_FAILED, 4);
	report_nothing(&report, 2, "no such thing");
	assert_string_equal(report.checks[0].why.sentence, "no such thing");
	assert_true(report.checks[0].nothing);
	assert_false(report.checks[1].nothing);
	assert_false(report.checks[2].nothing);
	assert_int_equal(report.checks[2].status, REPORT_FAIL);
	json = report_json(&report);
	checks = json_object_get(json, "checks");
	assert_non_null(json_object_get(json_array_get(checks, 0), "nothing"));
	assert_null(json_object_get(json_array_get(checks, 1), "nothing"));
	json_decref(json);
	report_pass(&report, 0);
	assert_false(report.checks[0].nothing);
}

static void
shows_groups_once(void **state)
{
	struct report report = fresh();

	(void)state;
	report_pass(&report, 0);
	report_skip(&report, 1, "not %s", "asked");
	report_pass(&report, 2);
	assert_string_equal(shown(&report, false), "log\n"
						   "   1 PASS    one holds\n"
						   "   2 SKIPPED two holds\n"
						   "              not asked\n"
						   "law\n"
						   "   3 PASS    three holds\n"
						   "PASS: all; 2 of 3 checks passed, "
						   "1 skipped\n");
	assert_string_equal(shown(&report, true),
			    "PASS: all; 2 of 3 checks passed, 1 skipped\n");
	report_pass(&report, 1);
	assert_string_equal(shown(&report, true), "PASS: all; all 3 checks passed\n");
}

/* The words of a check are the question's, unless it was asked otherwise. */
static void
says_what_was_asked(void **state)
{
	struct report report = fresh();
	json_t *json;
	const char *text;

	(void)state;
	report_pass(&report, 0);
	report_reword(&report, 0, "one holds in part");
	assert_non_null(strstr(shown(&report, false), "   1 PASS    one holds in part\n"));
	json = report_json(&report);
	assert_int_equal(json_unpack(json, "{s:[{s:s}]}", "checks", "text", &text), 0);
	assert_string_equal(text, "one holds in part");
	json_decref(json);
}

static void
writes_json(void **state)
{
	struct report report = fresh();
	json_t *json;
	const char *result, *first, *second, *why;
	int code, index, passed, skipped;

	(void)state;
	report_pass(&report, 0);
	finding(&report, 1, TALLY_EXIT_FAILED, 12);
	json = report_json(&report);
	assert_int_equal(json_unpack(json, "{s:s, s:i, s:i, s:i, s:[{s:s}, {s:s, s:s, s:i}]}",
				     "result", &result, "exit", &code, "passed", &passed,
				     "skipped", &skipped, "checks", "status", &first, "status",
				     &second, "why", &why, "index", &index),
			 0);
	assert_string_equal(result, "fail");
	assert_int_equal(code, 1);
	assert_int_equal(passed, 1);
	assert_int_equal(skipped, 1);
	assert_string_equal(first, "PASS");
	assert_string_equal(second, "FAIL");
	assert_string_equal(why, "entry 12: wrong 12");
	assert_int_equal(index, 12);
	assert_null(json_object_get(json_array_get(json_object_get(json, "checks"), 0), "why"));
	json_decref(json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(begins_without_a_pass),
	    cmocka_unit_test(keeps_a_failure),
	    cmocka_unit_test(keeps_the_first_in_the_log),
	    cmocka_unit_test(names_the_first_entry),
	    cmocka_unit_test(skips_what_the_world_refuses),
	    cmocka_unit_test(knows_where_nothing_was_to_check),
	    cmocka_unit_test(shows_groups_once),
	    cmocka_unit_test(says_what_was_asked),
	    cmocka_unit_test(writes_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
