#include "bench/tally-bench/figure.h"

#include "tests/lib/test.h"

static struct figure room;

static void
times_have_three_digits(void **state)
{
	(void)state;
	assert_string_equal(figure_time(&room, 0), "0 ns");
	assert_string_equal(figure_time(&room, 999), "999 ns");
	assert_string_equal(figure_time(&room, 999.6), "1.00 us");
	assert_string_equal(figure_time(&room, 12345), "12.3 us");
	assert_string_equal(figure_time(&room, 999499), "999 us");
	assert_string_equal(figure_time(&room, 1234567), "1.23 ms");
	assert_string_equal(figure_time(&room, 2.5e9), "2.50 s");
	assert_string_equal(figure_time(&room, 600e9), "10.0 min");
	assert_string_equal(figure_time(&room, 7200e9), "2.00 h");
}

static void
counts_have_all_digits(void **state)
{
	(void)state;
	assert_string_equal(figure_count(&room, 0), "0");
	assert_string_equal(figure_count(&room, 999), "999");
	assert_string_equal(figure_count(&room, 1000), "1,000");
	assert_string_equal(figure_count(&room, 1234567), "1,234,567");
	assert_string_equal(figure_count(&room, UINT64_MAX), "18,446,744,073,709,551,615");
}

static void
numbers_bytes_and_shares(void **state)
{
	(void)state;
	assert_string_equal(figure_number(&room, 0), "0");
	assert_string_equal(figure_number(&room, 0.12345), "0.123");
	assert_string_equal(figure_number(&room, 12.345), "12.3");
	assert_string_equal(figure_number(&room, 150), "150");
	assert_string_equal(figure_number(&room, 21345.6), "21,346");
	assert_string_equal(figure_bytes(&room, 999), "999 B");
	assert_string_equal(figure_bytes(&room, 1234), "1.23 kB");
	assert_string_equal(figure_bytes(&room, 8e9), "8.00 GB");
	assert_string_equal(figure_bytes(&room, 5e15), "5000 TB");
	assert_string_equal(figure_share(&room, 0), "0.0 %");
	assert_string_equal(figure_share(&room, 0.00012), "0.012 %");
	assert_string_equal(figure_share(&room, 0.975), "97.5 %");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(times_have_three_digits),
	    cmocka_unit_test(counts_have_all_digits),
	    cmocka_unit_test(numbers_bytes_and_shares),
	};

	return cmocka_run_group_tests_name("figure", tests, NULL, NULL);
}
