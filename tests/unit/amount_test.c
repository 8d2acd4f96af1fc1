#include "bench/tally-bench/amount.h"

#include "tests/lib/test.h"

static void
numbers(void **state)
{
	static const char *const wrong[] = {"",   "x",   "-1",  "+1",    " 1",  "1 ",
					    "1x", "nan", "inf", "1e999", "1:2", "1%"};
	double value = 0;

	(void)state;
	assert_true(amount_number("2.5", &value) && value == 2.5);
	assert_true(amount_number("1e3", &value) && value == 1000);
	assert_true(amount_number(".5", &value) && value == 0.5);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (amount_number(wrong[i], &value) || value != 0.5)
			fail_msg("'%s' is %g", wrong[i], value);
}

static void
shares(void **state)
{
	static const char *const wrong[] = {"", "%", "1%%", "1 %", "-1%", "1e999%"};
	double value = 0;

	(void)state;
	assert_true(amount_share("0.25", &value) && value == 0.25);
	assert_true(amount_share("50%", &value) && value == 0.5);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (amount_share(wrong[i], &value) || value != 0.5)
			fail_msg("'%s' is %g", wrong[i], value);
}

static void
lists(void **state)
{
	static const char *const wrong[] = {
	    "", "1", "1:2", "1:2:", "1:2:3:4", "1:2:3:", "1::3", "1:2:x"};
	double values[3] = {0};

	(void)state;
	assert_true(amount_numbers("1:2.5:3e2", values, 3));
	assert_true(values[0] == 1 && values[1] == 2.5 && values[2] == 300);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		if (amount_numbers(wrong[i], values, 3) || values[0] != 1 || values[2] != 300)
			fail_msg("'%s' is three numbers", wrong[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers),
	    cmocka_unit_test(shares),
	    cmocka_unit_test(lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
