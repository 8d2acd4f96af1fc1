#include "tools/tallyctl/decimal.h"

#include "tests/lib/test.h"

static void
numbers(void **state)
{
	static const struct {
		const char *text;
		unsigned places;
		int64_t value; /* times 10^places */
	} cases[] = {
	    {"0", 0, 0},
	    {"1", 0, 1},
	    {"12.5", 1, 125},
	    {"12.50", 1, 125},
	    {"12.05", 2, 1205},
	    {"7.", 0, 7},
	    {"7.000", 0, 7},
	    {"776314.03", 2, 77631403},
	    {"1.234567", 6, 1234567},
	    {"0.000001", 6, 1},
	    {"9007199254740992", 0, 9007199254740992},
	    {"90071992547409.92", 2, 9007199254740992},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		unsigned places;
		int64_t value;

		assert_true(decimal_places(cases[i].text, &places));
		assert_int_equal(places, cases[i].places);
		assert_true(decimal_scaled(cases[i].text, places, &value));
		assert_int_equal(value, cases[i].value);
		assert_false(places > 0 && decimal_scaled(cases[i].text, places - 1, &value));
	}
}

static void
no_numbers(void **state)
{
	static const char *const texts[] = {"",
					    ".5",
					    "-1",
					    "1,5",
					    "1 000",
					    "1e3",
					    "nan",
					    "1.2.3",
					    "1.2345678",
					    "+1",
					    " 1",
					    "9007199254740993",
					    "99999999999999999999999999",
					    "90071992547409.93"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		unsigned places;

		assert_false(decimal_places(texts[i], &places));
	}
}

static void
scaled(void **state)
{
	int64_t value;

	(void)state;
	assert_true(decimal_scaled("12.5", 4, &value));
	assert_int_equal(value, 125000);
	assert_false(decimal_scaled("9007199254740992", 1, &value));
}

static void
whole(void **state)
{
	int32_t value;

	(void)state;
	assert_true(decimal_whole("3", &value) && value == 3);
	assert_true(decimal_whole("3.0", &value) && value == 3);
	assert_true(decimal_whole("-2", &value) && value == -2);
	assert_true(decimal_whole("2147483647", &value) && value == INT32_MAX);
	assert_false(decimal_whole("2147483648", &value));
	assert_false(decimal_whole("3.5", &value));
	assert_false(decimal_whole("--3", &value));
	assert_false(decimal_whole("-", &value));
	assert_false(decimal_whole("", &value));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers),
	    cmocka_unit_test(no_numbers),
	    cmocka_unit_test(scaled),
	    cmocka_unit_test(whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
