#include "tests/lib/test.h"

#include "shell/turn.h"

#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* What the kernel says of the calling thread: struct sched_attr, first version. */
struct told {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t slice_ns;
	uint64_t rest[2];
};

static struct told
look(void)
{
	struct told told = {.size = 0};

	assert_int_equal(syscall(SYS_sched_getattr, 0, &told, sizeof told, 0), 0);
	return told;
}

static void *
child_run(void *context)
{
	*(struct told *)context = look();
	return NULL;
}

static struct told
look_as_child(void)
{
	struct told told;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, child_run, &told), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	return told;
}

static void *
soon_run(void *context)
{
	struct told before = look();
	struct told after;

	(void)context;
	turn_soon();
	after = look();
	assert_int_equal(after.nice, before.nice);
	assert_int_equal(after.policy, before.policy);
	/* 0: a kernel that does not tell, and that knows of no slices. */
	if (before.slice_ns == 0)
		print_message("SKIPPED: this kernel has no slices of a thread's own\n");
	else
		assert_int_equal(after.slice_ns, 100000);
	assert_int_equal(look_as_child().slice_ns, before.slice_ns);
	return NULL;
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
	assert_int_equal(look_as_child().nice, before + 5);
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
soon_is_for_the_caller_alone(void **state)
{
	(void)state;
	in_thread(soon_run);
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
	    cmocka_unit_test(soon_is_for_the_caller_alone),
	    cmocka_unit_test(late_adds_to_what_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
