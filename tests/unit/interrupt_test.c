#include "tools/lib/interrupt.h"

#include <signal.h>
#include <unistd.h>

#include "tally/status.h"
#include "tests/lib/child.h"
#include "tests/lib/folder.h"
#include "tests/lib/log.h"

struct scenario {
	struct test_folder folder;
	bool forgets;
	bool ignores;
};

static int
make_and_wait(void *context)
{
	const struct scenario *scenario = context;

	if (scenario->ignores)
		(void)signal(SIGHUP, SIG_IGN);
	interrupt_arm();
	if (scenario->ignores)
		(void)raise(SIGHUP);
	test_file_write(scenario->folder.path, "half", BYTES_OF("half"));
	test_file_write(scenario->folder.path, "whole", BYTES_OF("whole"));
	interrupt_removes(scenario->folder.fd, "absent");
	interrupt_removes(scenario->folder.fd, "half");
	if (scenario->forgets)
		interrupt_forget();
	fprintf(stderr, "ready\n");
	for (;;)
		pause();
	return 0;
}

static void
run(struct scenario *scenario, int signal)
{
	struct test_child child;

	scenario->folder = test_folder_make();
	test_child_start(&child, make_and_wait, scenario);
	test_child_await(&child, "ready");
	assert_int_equal(kill(child.pid, signal), 0);
	assert_int_equal(test_child_end(&child), TALLY_EXIT_INTERRUPTED);
}

static bool
is_there(const struct scenario *scenario, const char *name)
{
	return faccessat(scenario->folder.fd, name, F_OK, 0) == 0;
}

static void
removes_what_is_half_written(void **state)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

	(void)state;
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		struct scenario scenario = {0};

		run(&scenario, signals[i]);
		assert_false(is_there(&scenario, "half"));
		assert_true(is_there(&scenario, "whole"));
		test_folder_remove(&scenario.folder);
	}
}

static void
keeps_what_is_forgotten(void **state)
{
	struct scenario scenario = {.forgets = true};

	(void)state;
	run(&scenario, SIGINT);
	assert_true(is_there(&scenario, "half"));
	test_folder_remove(&scenario.folder);
}

/* As nohup has it. */
static void
ignores_what_was_ignored(void **state)
{
	struct scenario scenario = {.ignores = true};

	(void)state;
	run(&scenario, SIGTERM);
	test_folder_remove(&scenario.folder);
}

static void
bounds_its_list(void **state)
{
	char name[1100];

	(void)state;
	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	interrupt_removes(-1, name);
	for (int i = 0; i < 2 * INTERRUPT_FILES_MAX; i++)
		interrupt_removes(-1, "name");
	interrupt_forget();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(removes_what_is_half_written),
	    cmocka_unit_test(keeps_what_is_forgotten),
	    cmocka_unit_test(ignores_what_was_ignored),
	    cmocka_unit_test(bounds_its_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
