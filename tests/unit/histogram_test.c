#include "tests/lib/test.h"

#include <math.h>

#include "bench/tally-bench/histogram.h"

/* What a histogram must say is worked out from all values, sorted. */

enum {
	VALUES = 20000
};

static const double shares[] = {0, 0.0001, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 1};

static struct histogram *
fresh(void)
{
	struct histogram *histogram = calloc(1, sizeof *histogram);

	assert_non_null(histogram);
	return histogram;
}

static int
ascending(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* Sorts the values. */
static void
compare(const struct histogram *histogram, uint64_t *values, size_t count)
{
	uint64_t sum = 0;

	qsort(values, count, sizeof *values, ascending);
	for (size_t i = 0; i < count; i++)
		sum += values[i];
	assert_int_equal(histogram->count, count);
	assert_int_equal(histogram->sum, sum);
	assert_int_equal(histogram->min, values[0]);
	assert_int_equal(histogram->max, values[count - 1]);
	assert_true(fabs(histogram_mean(histogram) - (double)sum / (double)count) <
		    (double)sum / (double)count * 1e-12 + 1e-12);
	for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
		size_t rank = (size_t)ceil(shares[i] * (double)count);
		uint64_t exact = values[rank == 0 ? 0 : rank - 1];
		uint64_t said = histogram_quantile(histogram, shares[i]);

		assert_true(said >= exact);
		assert_true(said - exact <= exact / 1024);
	}
}

/* Values of one width each: uniform below 2^bits, or, with `tail`, exponential around it. */
static void
fill(struct test_random *random, uint64_t *values, unsigned bits, bool tail)
{
	for (size_t i = 0; i < VALUES; i++) {
		double uniform = (double)(test_random_next(random) >> 11) * 0x1p-53;

		values[i] = tail ? (uint64_t)(-log(1 - uniform) * ldexp(1, (int)bits))
				 : test_random_below(random, 1ull << bits);
	}
}

static void
quantiles_are_those_of_the_sorted_values(void **state)
{
	struct test_random random = test_random_make(1);
	uint64_t *values = calloc(VALUES, sizeof *values);
	struct histogram *histogram = fresh();

	(void)state;
	assert_non_null(values);
	for (unsigned bits = 1; bits <= 38; bits++) {
		histogram_reset(histogram);
		fill(&random, values, bits, bits < 33 && bits % 2 == 0);
		for (size_t i = 0; i < VALUES; i++)
			histogram_record(histogram, values[i]);
		compare(histogram, values, VALUES);
	}
	free(histogram);
	free(values);
}

static void
small_values_are_exact_and_edges_have_their_step(void **state)
{
	static const uint64_t exact[] = {0, 1, 1023, 1024, 2046, 2047};
	struct histogram *histogram = fresh();

	(void)state;
	for (size_t i = 0; i < sizeof exact / sizeof *exact; i++) {
		histogram_reset(histogram);
		histogram_record(histogram, exact[i]);
		histogram_record(histogram, 1000000);
		assert_int_equal(histogram_quantile(histogram, 0.5), exact[i]);
	}
	for (unsigned bits = 11; bits < 38; bits++) {
		uint64_t edge = 1ull << bits;
		uint64_t width = edge >> 10;

		histogram_reset(histogram);
		histogram_record(histogram, edge - 1);
		histogram_record(histogram, edge);
		histogram_record(histogram, edge + width - 1);
		histogram_record(histogram, edge + width);
		histogram_record(histogram, 1ull << 50);
		assert_int_equal(histogram_quantile(histogram, 0.2), edge - 1);
		assert_int_equal(histogram_quantile(histogram, 0.4), edge + width - 1);
		assert_int_equal(histogram_quantile(histogram, 0.6), edge + width - 1);
		assert_int_equal(histogram_quantile(histogram, 0.8), edge + 2 * width - 1);
	}
	free(histogram);
}

static void
what_is_too_large_keeps_count_and_maximum(void **state)
{
	struct histogram *histogram = fresh();

	(void)state;
	histogram_record(histogram, 100000000000); /* 100 s in nanoseconds: to three digits */
	histogram_record(histogram, (1ull << 38) - 1);
	histogram_record(histogram, 1ull << 38);
	histogram_record(histogram, UINT64_MAX);
	assert_in_range(histogram_quantile(histogram, 0.25), 100000000000, 100097656250);
	assert_int_equal(histogram->count, 4);
	assert_int_equal(histogram->max, UINT64_MAX);
	assert_int_equal(histogram->sum, UINT64_MAX);
	assert_int_equal(histogram_quantile(histogram, 1), UINT64_MAX);
	free(histogram);
}

static void
an_empty_one_says_nothing(void **state)
{
	struct histogram *histogram = fresh();
	uint64_t value;
	uint64_t count;
	unsigned at = 0;

	(void)state;
	assert_int_equal(histogram_quantile(histogram, 0), 0);
	assert_int_equal(histogram_quantile(histogram, 1), 0);
	assert_true(histogram_mean(histogram) == 0);
	assert_false(histogram_next(histogram, &at, &value, &count));
	histogram_record_many(histogram, 7, 0);
	assert_int_equal(histogram->count, 0);
	assert_int_equal(histogram->max, 0);
	free(histogram);
}

static void
merging_is_recording_all(void **state)
{
	struct test_random random = test_random_make(2);
	uint64_t *values = calloc(VALUES, sizeof *values);
	struct histogram *whole = fresh();
	struct histogram *parts[3] = {fresh(), fresh(), fresh()};

	(void)state;
	assert_non_null(values);
	fill(&random, values, 24, true);
	for (size_t i = 0; i < VALUES; i++) {
		histogram_record(whole, values[i]);
		histogram_record(parts[i % 2], values[i]);
	}
	histogram_merge(parts[2], parts[0]);
	histogram_merge(parts[2], parts[1]);
	assert_memory_equal(whole, parts[2], sizeof *whole);
	histogram_reset(parts[0]);
	histogram_merge(parts[2], parts[0]);
	assert_memory_equal(whole, parts[2], sizeof *whole);
	compare(whole, values, VALUES);
	for (size_t i = 0; i < 3; i++)
		free(parts[i]);
	free(whole);
	free(values);
}

static void
walking_meets_every_count_in_order(void **state)
{
	struct test_random random = test_random_make(3);
	struct histogram *histogram = fresh();
	uint64_t value;
	uint64_t count;
	uint64_t before = 0;
	uint64_t sum = 0;
	unsigned at = 0;

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		histogram_record_many(histogram, 1 + test_random_below(&random, 1ull << 40), 3);
	while (histogram_next(histogram, &at, &value, &count)) {
		assert_true(value > before);
		before = value;
		sum += count;
	}
	assert_int_equal(sum, 3000);
	assert_int_equal(before, histogram->max);
	free(histogram);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(quantiles_are_those_of_the_sorted_values),
	    cmocka_unit_test(small_values_are_exact_and_edges_have_their_step),
	    cmocka_unit_test(what_is_too_large_keeps_count_and_maximum),
	    cmocka_unit_test(an_empty_one_says_nothing),
	    cmocka_unit_test(merging_is_recording_all),
	    cmocka_unit_test(walking_meets_every_count_in_order),
	};

	return cmocka_run_group_tests_name("histogram", tests, NULL, NULL);
}
