/* The built program as a monitor of a log behind a web server. */
#include <pthread.h>
#include <sodium.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/auditor.h"
#include "tests/lib/web.h"

/* Publishes a size when the program has told of the one before. */
struct growth {
	const struct auditor *stage;
	const size_t *sizes;
	size_t count;
};

static size_t
lines_told(const struct auditor *stage)
{
	char path[512];
	size_t size;
	size_t count = 0;
	char *text;

	snprintf(path, sizeof path, "%s/out.txt", stage->scene.folder.path);
	text = (char *)test_file_read(path, &size);
	for (const char *at = text; at != NULL && (at = strstr(at, " PASS: ")) != NULL; at++)
		count++;
	free(text);
	return count;
}

static void *
grow(void *argument)
{
	const struct growth *growth = argument;

	for (size_t i = 0; i < growth->count; i++) {
		for (int waited = 0; lines_told(growth->stage) <= i && waited < 5000; waited++)
			usleep(20000);
		test_log_publish(&growth->stage->scene.log, growth->stage->scene.folder.path,
				 growth->sizes[i]);
	}
	return NULL;
}

static void
run_while_it_grows(struct auditor *stage, const size_t *sizes, size_t count,
		   const char *options)
{
	struct web web;
	struct growth growth = {stage, sizes, count};
	pthread_t thread;
	char line[512];

	web_start(&web, stage->scene.folder.path);
	assert_int_equal(pthread_create(&thread, NULL, grow, &growth), 0);
	snprintf(line, sizeof line, "--follow --interval 1 %s %s", options, web.address);
	auditor_run_with_key(stage, line);
	assert_int_equal(pthread_join(thread, NULL), 0);
	web_stop(&web);
}

static void
follows_and_continues(void **state)
{
	static const size_t sizes[] = {300, 600};
	struct auditor stage;

	(void)state;
	if (!auditor_open(&stage))
		return;
	test_log_publish(&stage.scene.log, stage.scene.folder.path, 70);
	run_while_it_grows(&stage, sizes, 2, "--until 600 --mirror copy --state seen");
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_says(stage.out, "Z PASS: 600 entries with root ");
	auditor_run_with_key(&stage, "--follow --until 600 --state seen copy");
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_says(stage.out, "Z PASS: 600 entries with root ");
	auditor_close(&stage);
}

static void
alerts(void **state)
{
	static const size_t smaller[] = {300};
	struct auditor stage;

	(void)state;
	if (!auditor_open(&stage))
		return;
	test_log_publish(&stage.scene.log, stage.scene.folder.path, 400);
	run_while_it_grows(&stage, smaller, 1, "--until 600");
	assert_int_equal(stage.code, TALLY_EXIT_FAILED);
	assert_says(stage.out, "Z PASS: 400 entries with root ");
	assert_says(stage.out, "Z ALERT: ");
	assert_says(stage.out, "has signed 400 before");
	auditor_close(&stage);
}

/* What was remembered holds after a restart. */
static void
alerts_after_a_restart(void **state)
{
	struct auditor stage;

	(void)state;
	if (!auditor_open(&stage))
		return;
	test_log_publish(&stage.scene.log, stage.scene.folder.path, 646);
	auditor_run_with_key(&stage, "--follow --until 646 --state seen .");
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	test_log_swap(&stage.scene.log, 20, 21);
	test_log_publish(&stage.scene.log, stage.scene.folder.path, 646);
	auditor_run_with_key(&stage, "--follow --until 646 --state seen .");
	assert_int_equal(stage.code, TALLY_EXIT_FAILED);
	assert_says(stage.out, "Z ALERT: check ");
	auditor_run_with_key(&stage, "--follow --json .");
	assert_int_equal(stage.code, TALLY_EXIT_USAGE);
	auditor_close(&stage);
}

/* It has printed its line, and is asked to end while it waits for the next look. */
static void
ends_when_interrupted(void **state)
{
	struct auditor stage;
	char command[1600];
	int status;

	(void)state;
	if (!auditor_open(&stage))
		return;
	snprintf(
	    command, sizeof command,
	    "cd %.200s && { %.500s --key '%.200s' --follow --interval 600 --state seen . > out "
	    "& p=$!; until grep -q ' PASS: ' out; do sleep 0.05; done; kill $p; wait $p; }",
	    stage.scene.folder.path, stage.program, stage.vkey);
	status = system(command);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), TALLY_EXIT_INTERRUPTED);
	auditor_close(&stage);
}

/* An interrupted download leaves no half-written file in the mirror, and is continued. */
static void
ends_while_it_fetches(void **state)
{
	struct auditor stage;
	struct web web;
	char command[1600];
	int status;

	(void)state;
	if (!auditor_open(&stage))
		return;
	web_start(&web, stage.scene.folder.path);
	web_misbehave(&web, WEB_SILENT, "tile/0/001", 100);
	snprintf(command, sizeof command,
		 "cd %.200s && { %.500s --key '%.200s' --mirror copy %s > out "
		 "& p=$!; until [ -e copy/tile/entries/002.p/134 ]; do sleep 0.05; done; "
		 "kill $p; wait $p; }",
		 stage.scene.folder.path, stage.program, stage.vkey, web.address);
	status = system(command);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), TALLY_EXIT_INTERRUPTED);
	snprintf(command, sizeof command, "ls -A %.200s/copy | grep -q fetched",
		 stage.scene.folder.path);
	assert_int_not_equal(system(command), 0);
	web_misbehave(&web, WEB_FINE, "", 0);
	snprintf(command, sizeof command, "-q --mirror copy %s", web.address);
	auditor_run_with_key(&stage, command);
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	web_stop(&web);
	auditor_close(&stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(follows_and_continues),  cmocka_unit_test(alerts),
	    cmocka_unit_test(alerts_after_a_restart), cmocka_unit_test(ends_when_interrupted),
	    cmocka_unit_test(ends_while_it_fetches),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
