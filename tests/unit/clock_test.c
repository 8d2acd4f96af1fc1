#include "tests/lib/test.h"

#include "shell/clock.h"

#include <time.h>

static void
wall_is_the_time(void **state)
{
	int64_t before = (int64_t)time(NULL);
	int64_t now = clock_wall_ms();
	int64_t after = (int64_t)time(NULL);

	(void)state;
	assert_true(now >= before * 1000 - 20); /* time() may lag by a tick */
	assert_true(now <= (after + 1) * 1000);
}

static void
mono_never_goes_back(void **state)
{
	uint64_t last = clock_mono_ms();

	(void)state;
	for (int i = 0; i < 100000; i++) {
		uint64_t now = clock_mono_ms();

		assert_true(now >= last);
		last = now;
	}
}

static void
both_count_milliseconds(void **state)
{
	const struct timespec pause = {.tv_nsec = 60 * 1000000};
	int64_t wall = clock_wall_ms();
	uint64_t mono = clock_mono_ms();

	(void)state;
	assert_int_equal(nanosleep(&pause, NULL), 0);
	mono = clock_mono_ms() - mono;
	wall = clock_wall_ms() - wall;
	assert_in_range(mono, 59, 5000);
	assert_in_range(wall, 59, 5000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(wall_is_the_time),
	    cmocka_unit_test(mono_never_goes_back),
	    cmocka_unit_test(both_count_milliseconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
