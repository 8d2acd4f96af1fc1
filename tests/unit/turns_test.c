#include "tests/lib/test.h"

#include "bench/tally-bench/turns.h"

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/utsname.h>

static bool
system_knows(void)
{
	struct utsname name;
	int major, minor;

	assert_int_equal(uname(&name), 0);
	assert_int_equal(sscanf(name.release, "%d.%d", &major, &minor), 2);
	return major > 6 || (major == 6 && minor >= 12);
}

static void *
ask(void *slice)
{
	turns_short();
	*(uint64_t *)slice = turns_slice_ns();
	return NULL;
}

static uint64_t
asked(const pthread_attr_t *attributes)
{
	pthread_t thread;
	uint64_t slice = 1;

	assert_int_equal(pthread_create(&thread, attributes, ask, &slice), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	return slice;
}

static void
short_turns_are_of_one_thread(void **state)
{
	uint64_t before = turns_slice_ns();

	(void)state;
	if (!system_knows()) {
		print_message("SKIPPED: Linux before 6.12 has one slice for all\n");
		skip();
	}
	assert_int_equal(asked(NULL), TURNS_SHORT_NS);
	assert_int_equal(turns_slice_ns(), before);
	assert_int_not_equal(before, TURNS_SHORT_NS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(short_turns_are_of_one_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
