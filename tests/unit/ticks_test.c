#include "tools/lib/ticks.h"

#include "tests/lib/test.h"

static uint64_t
by_the_system(clockid_t clock)
{
	struct timespec time;

	assert_int_equal(clock_gettime(clock, &time), 0);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* A reading lies between two of the system's own. */
static void
each_clock_is_read(void **state)
{
	static const clockid_t clocks[] = {CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID,
					   CLOCK_THREAD_CPUTIME_ID};

	(void)state;
	for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
		uint64_t before = by_the_system(clocks[i]), ns = ticks_ns(clocks[i]);
		double s = ticks_s(clocks[i]);
		uint64_t after = by_the_system(clocks[i]);

		assert_true(before <= ns && ns <= after);
		assert_true((double)ns / 1e9 <= s && s <= (double)after / 1e9);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_clock_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
