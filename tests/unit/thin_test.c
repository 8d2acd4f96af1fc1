#include "bench/tally-bench/thin.h"

#include <math.h>

#include "tests/lib/test.h"

enum {
	SAMPLES = 2 * THIN_POINTS_MAX + 1,
};

static const uint64_t second_ns = 1000000000;
static const uint64_t ms_ns = 1000000;

static struct run_sample samples[SAMPLES];
static struct thin thin;

/* So many seconds, in each of which 10 were offered and, but for the last, 8 answered. */
static struct run
make_run(size_t count)
{
	struct run run = {.samples_count = count, .samples = samples};

	memset(samples, 0, sizeof samples);
	for (size_t i = 0; i < count; i++)
		samples[i] = (struct run_sample){
		    .at_ns = i * second_ns,
		    .length_ns = second_ns,
		    .offered = 10,
		    .answered = 8,
		    .in_flight = 2,
		    .behind = i,
		    .latency = {.count = 8,
				.p50_ns = ms_ns,
				.p99_ns = 2 * ms_ns,
				.p999_ns = 3 * ms_ns},
		    .client_cpu_ns = second_ns / 4,
		    .server_cpu_ns = second_ns / 2,
		    .server_known = true,
		};
	run.total.length_ns = count * second_ns;
	return run;
}

static void
each_second_is_a_point(void **state)
{
	struct run run = make_run(3);

	(void)state;
	samples[2].answered = 0;
	samples[2].latency.count = 0;
	samples[2].length_ns = second_ns / 2;
	run.total.length_ns = 5 * second_ns / 2;
	thin_make(&thin, &run);
	assert_int_equal(thin.count, 3);
	assert_int_equal(thin.every, 1);
	assert_false(thin.minutes);
	assert_true(thin.x[0] == 0.5 && thin.x[1] == 1.5 && thin.x[2] == 2.25);
	assert_true(thin.offered[1] == 10 && thin.offered[2] == 20);
	assert_true(thin.answered[1] == 8 && thin.answered[2] == 0);
	assert_true(thin.p50_ms[1] == 1 && thin.p99_ms[1] == 2 && thin.p999_ms[1] == 3);
	assert_true(isnan(thin.p50_ms[2]) && isnan(thin.p99_ms[2]) && isnan(thin.p999_ms[2]));
	assert_true(thin.in_flight[0] == 2 && thin.in_flight[2] == 4);
	assert_true(thin.client_cores[0] == 0.25);
	assert_true(fabs(thin.span_s - 2.5 / 3) < 1e-12);
}

static void
what_nobody_measured_is_a_gap(void **state)
{
	struct run run = make_run(2);

	(void)state;
	thin_make(&thin, &run);
	assert_true(isnan(thin.server_cores[0]) && isnan(thin.syncs[0]));
	run.has_server = true;
	samples[1].metrics.known = true;
	samples[1].metrics.sync.count = 7;
	thin_make(&thin, &run);
	assert_true(thin.server_cores[0] == 0.5);
	assert_true(isnan(thin.syncs[0]) && thin.syncs[1] == 7);
}

/* 481 seconds are points of three; the one bad second stays. */
static void
no_bad_second_is_lost(void **state)
{
	struct run run = make_run(SAMPLES);

	(void)state;
	samples[100].latency.p99_ns = 900 * ms_ns;
	samples[101].latency.count = 0;
	thin_make(&thin, &run);
	assert_int_equal(thin.every, 3);
	assert_int_equal(thin.count, (SAMPLES + 2) / 3);
	assert_true(thin.minutes);
	assert_true(thin.x[0] == 1.5 / 60);
	assert_true(thin.offered[33] == 10 && thin.answered[33] == 8);
	assert_true(thin.p99_ms[33] == 900 && thin.p99_ms[32] == 2 && thin.p99_ms[34] == 2);
	assert_true(thin.in_flight[33] == 2 + 101);
	assert_true(thin.x[160] == 480.5 / 60); /* the last one stands alone */
	assert_true(thin.offered[160] == 10);
}

static void
no_time_is_no_point(void **state)
{
	struct run run = make_run(3);

	(void)state;
	samples[1].length_ns = 0;
	thin_make(&thin, &run);
	assert_int_equal(thin.count, 2);
	assert_true(thin.x[0] == 0.5 && thin.x[1] == 2.5);
	run = make_run(0);
	thin_make(&thin, &run);
	assert_int_equal(thin.count, 0);
	assert_true(thin.span_s == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_second_is_a_point),
	    cmocka_unit_test(what_nobody_measured_is_a_gap),
	    cmocka_unit_test(no_bad_second_is_lost),
	    cmocka_unit_test(no_time_is_no_point),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
