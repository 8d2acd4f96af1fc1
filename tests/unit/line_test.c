#include "tests/lib/test.h"

#include "base/check.h"
#include "shell/line.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static char said[4096];

/* Runs `act` in a child, with what it says on stderr in `said`; returns its wait status. */
static int
listen_to(void (*act)(void))
{
	size_t size = 0;
	ssize_t got;
	int ends[2];
	int status;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		act();
		_exit(0);
	}
	close(ends[1]);
	while ((got = read(ends[0], said + size, sizeof said - 1 - size)) > 0)
		size += (size_t)got;
	said[size] = '\0';
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void
say_and_warn(void)
{
	line_say("%s, %d entries", "ready", 7);
	line_warn("the disk is %u%% full", 99u);
}

static void
to_a_terminal(void)
{
	unsetenv("JOURNAL_STREAM");
	say_and_warn();
}

static void
to_the_journal(void)
{
	setenv("JOURNAL_STREAM", "8:1234", 1);
	say_and_warn();
}

static void
one_line_each(void **state)
{
	(void)state;
	assert_int_equal(listen_to(to_a_terminal), 0);
	assert_string_equal(said, "tallyd: ready, 7 entries\n"
				  "tallyd: the disk is 99% full\n");
	assert_int_equal(listen_to(to_the_journal), 0);
	assert_string_equal(said, "<6>tallyd: ready, 7 entries\n"
				  "<3>tallyd: the disk is 99% full\n");
}

static void
too_much(void)
{
	char text[3000];

	unsetenv("JOURNAL_STREAM");
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = '\0';
	line_say("%s", text);
	line_say("and on");
}

static void
a_long_line_is_cut(void **state)
{
	(void)state;
	assert_int_equal(listen_to(too_much), 0);
	assert_int_equal(strchr(said, '\n') - said, 1023);
	assert_string_equal(said + 1024, "tallyd: and on\n");
}

static void
fail_a_check(void)
{
	const struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	signal(SIGABRT, SIG_DFL);
	unsetenv("JOURNAL_STREAM");
	line_report_checks();
	CHECK(said == NULL);
}

static void
a_failed_check_is_said(void **state)
{
	int status = listen_to(fail_a_check);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	assert_non_null(strstr(said, "tallyd: stopped by its own check at "));
	assert_non_null(strstr(said, "line_test.c:"));
	assert_non_null(strstr(said, ": said == NULL\n"));
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
