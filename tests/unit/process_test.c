#include "bench/tally-bench/process.h"

#include <pthread.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "tests/lib/test.h"

/* Some milliseconds of processor time: more than a tick of the system's. */
static void
work(void)
{
	uint64_t end_ns = process_own_cpu_ns() + 50000000;

	while (process_own_cpu_ns() < end_ns)
		continue;
}

static void
sees_itself(void **state)
{
	struct process_figures before, now;

	(void)state;
	assert_true(process_look(getpid(), &before));
	work();
	assert_true(process_look(getpid(), &now));
	assert_true(now.cpu_ns > before.cpu_ns);
	assert_true(now.cpu_ns <= process_own_cpu_ns() + 20000000); /* rounded by tick */
	assert_true(now.memory_bytes > 100000 && now.memory_bytes < UINT64_C(1) << 40);
	assert_true(now.has_written);
	assert_true(now.switches >= before.switches);
}

/* A process calls itself what it likes, also what looks like the words behind its name. */
static void
reads_behind_any_name(void **state)
{
	struct process_figures plain, odd;
	char name[16];

	(void)state;
	assert_int_equal(prctl(PR_GET_NAME, name), 0);
	work();
	assert_true(process_look(getpid(), &plain));
	assert_int_equal(prctl(PR_SET_NAME, "a) R 1 (b) 2"), 0);
	assert_true(process_look(getpid(), &odd));
	assert_int_equal(prctl(PR_SET_NAME, name), 0);
	assert_true(odd.cpu_ns >= plain.cpu_ns);
	assert_true(odd.cpu_ns <= process_own_cpu_ns() + 20000000);
}

enum {
	WAITS = 300
};

/* Waits WAITS times, says so, and stays until it is told. */
static void *
wait_often(void *argument)
{
	const int *ends = argument;
	const struct timespec brief = {.tv_nsec = 1000};
	char byte = 0;

	for (int i = 0; i < WAITS; i++)
		nanosleep(&brief, NULL);
	CHECK(write(ends[1], &byte, 1) == 1);
	CHECK(read(ends[2], &byte, 1) == 1);
	return NULL;
}

/* Ours alone are one or two here. */
static void
switches_are_of_all_threads(void **state)
{
	struct process_figures before, now;
	pthread_t thread;
	char byte = 0;
	int ends[4]; /* thread to us, us to thread */

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(pipe(ends + 2), 0);
	assert_true(process_look(getpid(), &before));
	assert_int_equal(pthread_create(&thread, NULL, wait_often, ends), 0);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	assert_true(process_look(getpid(), &now));
	assert_int_equal(write(ends[3], &byte, 1), 1);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(now.switches >= before.switches + WAITS);
	for (int i = 0; i < 4; i++)
		close(ends[i]);
}

static void
nobody_is_nobody(void **state)
{
	struct process_figures figures;

	(void)state;
	assert_false(process_look(2147483632, &figures));
	assert_int_equal(figures.cpu_ns, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sees_itself),
	    cmocka_unit_test(reads_behind_any_name),
	    cmocka_unit_test(switches_are_of_all_threads),
	    cmocka_unit_test(nobody_is_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
