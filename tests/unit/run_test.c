#include "tests/lib/test.h"

#include "bench/tally-bench/histogram.h"
#include "bench/tally-bench/run.h"

#include <stdlib.h>

static void
a_rate_needs_a_time(void **state)
{
	(void)state;
	assert_true(run_rate(&(struct run_sample){.answered = 9}) == 0);
	assert_true(run_rate(&(struct run_sample){.answered = 500,
						  .length_ns = UINT64_C(250000000)}) == 2000);
}

static struct run_set
set_of(size_t count)
{
	struct run_set set = {.runs_count = count, .runs = calloc(count, sizeof *set.runs)};

	assert_non_null(set.runs);
	for (size_t i = 0; i < count; i++) {
		set.runs[i].total.length_ns = 1;
		set.runs[i].latency = calloc(1, sizeof *set.runs[i].latency);
		set.runs[i].samples = calloc(1, sizeof *set.runs[i].samples);
		assert_true(set.runs[i].latency != NULL && set.runs[i].samples != NULL);
	}
	return set;
}

/* Under asan: and nothing leaks. */
static void
a_last_run_without_a_length_is_taken_out(void **state)
{
	struct run_set set = set_of(3);

	(void)state;
	run_set_cut(&set);
	assert_int_equal(set.runs_count, 3);
	set.runs[2].total.length_ns = 0;
	run_set_cut(&set);
	run_set_cut(&set);
	assert_int_equal(set.runs_count, 2);
	run_set_free(&set);
	assert_null(set.runs);
	run_set_cut(&set);
	assert_int_equal(set.runs_count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_rate_needs_a_time),
	    cmocka_unit_test(a_last_run_without_a_length_is_taken_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
