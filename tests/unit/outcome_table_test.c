#include "tests/lib/test.h"

#include "tools/tallyctl/outcome_table.h"

static void
counts_as_people_write_them(void **state)
{
	char text[OUTCOME_AMOUNT_MAX];

	(void)state;
	assert_string_equal(outcome_count_text(0, text), "0");
	assert_string_equal(outcome_count_text(999, text), "999");
	assert_string_equal(outcome_count_text(1000, text), "1,000");
	assert_string_equal(outcome_count_text(12345678, text), "12,345,678");
	assert_string_equal(outcome_count_text(UINT64_MAX, text), "18,446,744,073,709,551,615");
}

static void
amounts_as_people_write_them(void **state)
{
	char text[OUTCOME_AMOUNT_MAX];

	(void)state;
	assert_string_equal(outcome_amount_text(0, 100, text), "0.00");
	assert_string_equal(outcome_amount_text(7, 100, text), "0.07");
	assert_string_equal(outcome_amount_text(50000000, 100, text), "500,000.00");
	assert_string_equal(outcome_amount_text(INT64_MAX, 100, text),
			    "92,233,720,368,547,758.07");
	assert_string_equal(outcome_amount_text(500000, 1, text), "500,000");
	assert_string_equal(outcome_amount_text(12345, 10, text), "1,234.5");
	assert_string_equal(outcome_amount_text(1000007, 1000, text), "1,000.007");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counts_as_people_write_them),
	    cmocka_unit_test(amounts_as_people_write_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
