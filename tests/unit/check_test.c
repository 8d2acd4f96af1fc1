#include "tests/lib/test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"

static int pipe_end;

static void
report(const char *file, int line, const char *condition)
{
	dprintf(pipe_end, "%s:%d: %s", file, line, condition);
}

/* Breaks a promise in a child: how the child ended; what its reporter was told in `told`. */
static int
broken(check_reporter *reporter, char told[256])
{
	int ends[2];
	int status;
	ssize_t size;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	fflush(stdout);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		pipe_end = ends[1];
		signal(SIGABRT, SIG_DFL);
		check_reporter_set(reporter);
		CHECK(told == NULL);
		_exit(0);
	}
	close(ends[1]);
	size = read(ends[0], told, 255);
	assert_true(size >= 0);
	told[size] = 0;
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void
kept_promise_costs_nothing(void **state)
{
	int evaluated = 0;

	(void)state;
	CHECK(++evaluated == 1);
	assert_int_equal(evaluated, 1);
}

static void
broken_promise_is_told_and_stops(void **state)
{
	char told[256];
	int status = broken(report, told);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	assert_memory_equal(told, "tests/unit/check_test.c:", 24);
	assert_string_equal(strrchr(told, ':'), ": told == NULL");
}

static void
stops_without_a_reporter(void **state)
{
	char told[256];
	int status = broken(NULL, told);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	assert_string_equal(told, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(kept_promise_costs_nothing),
	    cmocka_unit_test(broken_promise_is_told_and_stops),
	    cmocka_unit_test(stops_without_a_reporter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
