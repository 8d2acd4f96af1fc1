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

/* Of ballots, answers and connections every count is added, none lost on the way to the total. */
static void
counts_are_added(void **state)
{
	struct run_sample sum = {.server_memory_bytes = 7, .in_flight = 7};
	struct run_sample more = {.offered = 1,
				  .sent = 2,
				  .late = 3,
				  .resent = 4,
				  .answered = 5,
				  .reconnects = 6,
				  .surprises = 7,
				  .verdicts_unknown = 8,
				  .server_memory_bytes = 9,
				  .in_flight = 9};

	(void)state;
	for (unsigned i = 0; i < TALLY_VERDICTS_COUNT; i++)
		more.verdicts[i] = 10 + i;
	run_sample_add(&sum, &more);
	run_sample_add(&sum, &more);
	assert_int_equal(sum.offered, 2);
	assert_int_equal(sum.sent, 4);
	assert_int_equal(sum.late, 6);
	assert_int_equal(sum.resent, 8);
	assert_int_equal(sum.answered, 10);
	assert_int_equal(sum.reconnects, 12);
	assert_int_equal(sum.surprises, 14);
	assert_int_equal(sum.verdicts_unknown, 16);
	for (unsigned i = 0; i < TALLY_VERDICTS_COUNT; i++)
		assert_int_equal(sum.verdicts[i], 2 * (10 + i));
	assert_int_equal(sum.server_memory_bytes, 7);
	assert_int_equal(sum.in_flight, 7);
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

static void
load_put(struct run *run, uint64_t answered, uint64_t p99_ms)
{
	run->open = true;
	run->total.answered = answered;
	run->total.length_ns = 1000000000;
	run->total.latency.p99_ns = p99_ms * 1000000;
}

/* Saturation has no schedule, and is no offered load; one load is none to choose from. */
static void
the_knee_has_most_answers_for_the_wait(void **state)
{
	struct run_set set = set_of(5);

	(void)state;
	set.runs[0].total.latency.p99_ns = 1;
	set.runs[0].total.answered = 1000000;
	load_put(&set.runs[1], 200, 2);
	assert_null(run_knee(&set));
	set.swept = true;
	assert_null(run_knee(&set));
	load_put(&set.runs[2], 400, 3);
	load_put(&set.runs[3], 600, 4);
	assert_ptr_equal(run_knee(&set), &set.runs[3]);
	for (int i = 0; i < 5; i++)
		set.runs[i].offered_rate = i > 0 ? 200 * i : 5000;
	assert_true(run_is_greatest(&set, &set.runs[3]));
	load_put(&set.runs[4], 800, 40);
	assert_false(run_is_greatest(&set, &set.runs[3]));
	assert_true(run_is_greatest(&set, &set.runs[4]));
	assert_ptr_equal(run_knee(&set), &set.runs[3]);
	load_put(&set.runs[1], 200, 0);
	load_put(&set.runs[2], 0, 3);
	assert_ptr_equal(run_knee(&set), &set.runs[3]);
	run_set_free(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_rate_needs_a_time),
	    cmocka_unit_test(counts_are_added),
	    cmocka_unit_test(the_knee_has_most_answers_for_the_wait),
	    cmocka_unit_test(a_last_run_without_a_length_is_taken_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
