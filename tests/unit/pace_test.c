#include "tests/lib/test.h"

#include "limits.h"
#include "shell/clock.h"
#include "shell/pace.h"

enum {
	NOW = 1000000000,
	MANY = pace_requests_max - 1,
};

static void
few_never_wait(void **state)
{
	const struct pace pace = {.workers_count = 2, .looked_ns = NOW};

	(void)state;
	for (size_t waiting = 0; waiting < 2 * pace_least_ns / pace_request_ns; waiting++)
		assert_int_equal(pace_rest_ns(&pace, NOW, waiting), 0);
}

static void
the_more_the_longer(void **state)
{
	const struct pace pace = {.workers_count = 2, .looked_ns = NOW};
	uint64_t before = 0;

	(void)state;
	for (size_t waiting = 0; waiting < pace_requests_max; waiting++) {
		uint64_t rest = pace_rest_ns(&pace, NOW, waiting);

		assert_true(rest >= before && rest <= pace_most_ns);
		before = rest;
	}
	assert_int_equal(pace_rest_ns(&pace, NOW, 100), 100 * pace_request_ns / 2);
	assert_int_equal(before, pace_most_ns);
	for (size_t waiting = pace_requests_max; waiting <= pipeline_items; waiting++)
		assert_int_equal(pace_rest_ns(&pace, NOW, waiting), 0);
}

static void
what_has_passed_is_rested(void **state)
{
	const struct pace pace = {.workers_count = 1, .looked_ns = NOW};
	const uint64_t all = pace_most_ns;

	(void)state;
	assert_int_equal(pace_rest_ns(&pace, NOW + 1000, MANY), all - 1000);
	assert_int_equal(pace_rest_ns(&pace, NOW + all - pace_least_ns, MANY), pace_least_ns);
	assert_int_equal(pace_rest_ns(&pace, NOW + all - pace_least_ns + 1, MANY), 0);
	assert_int_equal(pace_rest_ns(&pace, NOW + all, MANY), 0);
	assert_int_equal(pace_rest_ns(&pace, NOW + 3600 * all, MANY), 0);
}

/* Whose work is done sooner looks sooner. */
static void
more_workers_less_rest(void **state)
{
	struct pace pace = {.workers_count = 1, .looked_ns = NOW};

	(void)state;
	assert_int_equal(pace_rest_ns(&pace, NOW, 100), 100 * pace_request_ns);
	pace.workers_count = 4;
	assert_int_equal(pace_rest_ns(&pace, NOW, 100), 25 * pace_request_ns);
	pace.workers_count = workers_max;
	assert_int_equal(pace_rest_ns(&pace, NOW, 100), 0);
}

static void
rests_and_remembers(void **state)
{
	const uint64_t began = clock_mono_ns();
	struct pace pace = {.workers_count = 1};
	uint64_t first;

	(void)state;
	pace_keep(&pace, MANY); /* long ago: now */
	first = pace.looked_ns;
	assert_true(first >= began && first <= clock_mono_ns());
	pace.looked_ns = clock_mono_ns();
	first = pace.looked_ns;
	pace_keep(&pace, MANY);
	assert_true(pace.looked_ns - first >= pace_most_ns - pace_least_ns);
	first = pace.looked_ns;
	pace_keep(&pace, 0);
	assert_true(pace.looked_ns >= first);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(few_never_wait),
	    cmocka_unit_test(the_more_the_longer),
	    cmocka_unit_test(what_has_passed_is_rested),
	    cmocka_unit_test(more_workers_less_rest),
	    cmocka_unit_test(rests_and_remembers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
