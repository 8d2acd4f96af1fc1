#include "tests/lib/test.h"

#include "base/bitset.h"

static void
holds_what_was_put(void **state)
{
	uint8_t set[3] = {0};

	(void)state;
	bitset_put(set, 0);
	bitset_put(set, 9);
	bitset_put(set, 23);
	bitset_put(set, 9);
	for (size_t i = 0; i < 24; i++)
		assert_int_equal(bitset_has(set, i), i == 0 || i == 9 || i == 23);
	assert_int_equal(set[0], 0x01);
	assert_int_equal(set[1], 0x02);
	assert_int_equal(set[2], 0x80);
	assert_int_equal(bitset_count(set, 3), 3);
	assert_int_equal(bitset_count(set, 1), 1);
	assert_int_equal(bitset_count(set, 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(holds_what_was_put),
	};

	return cmocka_run_group_tests_name("bitset", tests, NULL, NULL);
}
