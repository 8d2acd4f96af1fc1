#include "tools/tallyctl/money.h"

#include "tests/lib/test.h"

static void
amounts(void **state)
{
	static const struct {
		int64_t amount;
		unsigned units;
		const char *text;
	} cases[] = {
	    {0, 100, "0"},
	    {1, 1, "1"},
	    {-7, 1, "-7"},
	    {1250, 100, "12.50"},
	    {1200, 100, "12"},
	    {-5, 100, "-0.05"},
	    {5, 10, "0.5"},
	    {1001, 1000, "1.001"},
	    {INT64_MAX, 1000, "9223372036854775.807"},
	    {INT64_MIN, 1, "-9223372036854775808"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[MONEY_TEXT_SIZE];

		money_text(cases[i].amount, cases[i].units, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void
units(void **state)
{
	unsigned value;

	(void)state;
	assert_true(money_units("1", &value) && value == 1);
	assert_true(money_units("1000", &value) && value == 1000);
	assert_false(money_units("2", &value));
	assert_false(money_units("", &value));
	assert_false(money_units("10000", &value));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(amounts),
	    cmocka_unit_test(units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
