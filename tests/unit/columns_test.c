#include "tests/lib/test.h"

#include "tools/tallyctl/columns.h"

static void
finds_names_exactly(void **state)
{
	char text[] = "a;B;a b;\nx;y\n-";
	struct csv csv = csv_make(text, sizeof text - 2);
	struct csv_record header, record;
	const char *sentence;

	(void)state;
	assert_int_equal(csv_next(&csv, &header, &sentence), CSV_RECORD);
	assert_int_equal(columns_find(&header, "a"), 0);
	assert_int_equal(columns_find(&header, "B"), 1);
	assert_int_equal(columns_find(&header, "a b"), 2);
	assert_int_equal(columns_find(&header, "b"), COLUMNS_NONE);
	assert_int_equal(csv_next(&csv, &record, &sentence), CSV_RECORD);
	assert_string_equal(columns_field(&record, 1), "y");
	assert_string_equal(columns_field(&record, 2), "");
	assert_string_equal(columns_field(&record, COLUMNS_NONE), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_names_exactly),
	};

	return cmocka_run_group_tests_name("columns", tests, NULL, NULL);
}
