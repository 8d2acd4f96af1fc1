#include "tests/lib/test.h"

#include "base/check.h"
#include "shell/line.h"
#include "tests/lib/child.h"

#include <signal.h>
#include <sys/resource.h>

static struct test_child child;

static int
say_and_warn(void)
{
	line_say("%s, %d entries", "ready", 7);
	line_warn("the disk is %u%% full", 99u);
	return 0;
}

static int
to_a_terminal(void *context)
{
	(void)context;
	unsetenv("JOURNAL_STREAM");
	return say_and_warn();
}

static int
to_the_journal(void *context)
{
	(void)context;
	setenv("JOURNAL_STREAM", "8:1234", 1);
	return say_and_warn();
}

static void
one_line_each(void **state)
{
	(void)state;
	assert_int_equal(test_child_run(&child, to_a_terminal, NULL), 0);
	assert_string_equal(child.said, "tallyd: ready, 7 entries\n"
					"tallyd: the disk is 99% full\n");
	assert_int_equal(test_child_run(&child, to_the_journal, NULL), 0);
	assert_string_equal(child.said, "<6>tallyd: ready, 7 entries\n"
					"<3>tallyd: the disk is 99% full\n");
}

static int
too_much(void *context)
{
	char text[3000];

	(void)context;
	unsetenv("JOURNAL_STREAM");
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	line_say("%s", text);
	line_say("and on");
	return 0;
}

static void
a_long_line_is_cut(void **state)
{
	(void)state;
	assert_int_equal(test_child_run(&child, too_much, NULL), 0);
	assert_int_equal(strchr(child.said, '\n') - child.said, 1023);
	assert_string_equal(child.said + 1024, "tallyd: and on\n");
}

static int
fail_a_check(void *context)
{
	const struct rlimit none = {0, 0};

	(void)context;
	setrlimit(RLIMIT_CORE, &none);
	signal(SIGABRT, SIG_DFL);
	unsetenv("JOURNAL_STREAM");
	line_report_checks();
	CHECK(context != NULL);
	return 0;
}

static void
a_failed_check_is_said(void **state)
{
	(void)state;
	assert_int_equal(test_child_run(&child, fail_a_check, NULL), -SIGABRT);
	assert_said(&child, "tallyd: stopped by its own check at ");
	assert_said(&child, "line_test.c:");
	assert_said(&child, ": context != NULL\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_line_each),
	    cmocka_unit_test(a_long_line_is_cut),
	    cmocka_unit_test(a_failed_check_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
