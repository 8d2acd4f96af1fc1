#include "tools/tallyctl/birth.h"

#include "tests/lib/test.h"

static bool
parses(const char *text)
{
	struct birth_day day;

	return birth_parse(bytes_of_string(text), &day);
}

static void
days(void **state)
{
	static const char *const none[] = {"",           "2008-2-29",   "2007-02-29",
					   "1900-02-29", "2008-13-01",  "2008-00-01",
					   "2008-04-31", "2008-01-00",  "1799-01-01",
					   "2008/01/01", "2008-01-011", "20x8-01-01"};

	(void)state;
	assert_true(parses("2008-02-29"));
	assert_true(parses("2000-02-29"));
	assert_true(parses("1800-01-01"));
	assert_true(parses("9999-12-31"));
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_false(parses(none[i]));
}

static int
age(const char *born, const char *on)
{
	struct birth_day a, b;

	assert_true(birth_parse(bytes_of_string(born), &a));
	assert_true(birth_parse(bytes_of_string(on), &b));
	return birth_age(&a, &b);
}

static void
ages(void **state)
{
	(void)state;
	assert_int_equal(age("2014-11-23", "2026-11-22"), 11);
	assert_int_equal(age("2014-11-23", "2026-11-23"), 12);
	assert_int_equal(age("1998-11-24", "2026-11-23"), 27);
	assert_int_equal(age("1998-11-23", "2026-11-23"), 28);
	assert_int_equal(age("2008-02-29", "2026-02-28"), 17);
	assert_int_equal(age("2008-02-29", "2026-03-01"), 18);
	assert_int_equal(age("2026-11-24", "2026-11-23"), -1);
}

static void
said_by_a_cnp(void **state)
{
	static const struct {
		const char *cnp;
		int year; /* 0: none */
	} rows[] = {{"1960229000000", 1996}, {"2991231000000", 1999}, {"3991231000000", 1899},
		    {"4000101000000", 1800}, {"5080229000000", 2008}, {"6070229000000", 0},
		    {"7080101000000", 0},    {"0080101000000", 0},    {"508022900000", 0},
		    {"5081301000000", 0}};
	struct birth_day day;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool is = birth_of_cnp(bytes_of_string(rows[i].cnp), &day);

		assert_int_equal(is, rows[i].year != 0);
		if (is)
			assert_int_equal(day.year, rows[i].year);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(days),
	    cmocka_unit_test(ages),
	    cmocka_unit_test(said_by_a_cnp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
