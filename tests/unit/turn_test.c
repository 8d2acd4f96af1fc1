#include "tests/lib/test.h"

#include "shell/turn.h"

#include <pthread.h>
#include <sys/resource.h>

static void *
child_run(void *context)
{
	*(int *)context = getpriority(PRIO_PROCESS, 0);
	return NULL;
}

static int
nice_of_child(void)
{
	int nice;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, child_run, &nice), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	return nice;
}

static void *
late_run(void *context)
{
	int before = getpriority(PRIO_PROCESS, 0);

	(void)context;
	turn_late(3);
	assert_int_equal(getpriority(PRIO_PROCESS, 0), before + 3);
	turn_late(2);
	assert_int_equal(getpriority(PRIO_PROCESS, 0), before + 5);
	assert_int_equal(nice_of_child(), before + 5);
	return NULL;
}

/* In a thread of its own: a wish cannot be taken back by everybody. */
static void
in_thread(void *(*run)(void *))
{
	int before = getpriority(PRIO_PROCESS, 0);
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, run, NULL), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(getpriority(PRIO_PROCESS, 0), before);
}

static void
late_adds_to_what_it_was(void **state)
{
	(void)state;
	in_thread(late_run);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(late_adds_to_what_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
