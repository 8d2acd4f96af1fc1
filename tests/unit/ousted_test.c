#include "tools/lib/ousted.h"

#include "tests/lib/test.h"

static void
marks_stay_when_the_log_grows(void **state)
{
	struct ousted ousted = {0};
	struct trouble trouble;

	(void)state;
	assert_false(ousted_has(&ousted, 0));
	assert_int_equal(ousted_extend(&ousted, 10, &trouble), TALLY_EXIT_FINE);
	for (uint64_t i = 0; i < 10; i++)
		assert_false(ousted_has(&ousted, i));
	ousted_mark(&ousted, 0);
	ousted_mark(&ousted, 9);
	assert_int_equal(ousted_extend(&ousted, 5, &trouble), TALLY_EXIT_FINE);
	assert_int_equal(ousted_extend(&ousted, 100000, &trouble), TALLY_EXIT_FINE);
	ousted_mark(&ousted, 99999);
	for (uint64_t i = 0; i < 100000; i++)
		assert_int_equal(ousted_has(&ousted, i), i == 0 || i == 9 || i == 99999);
	ousted_free(&ousted);
	assert_false(ousted_has(&ousted, 9));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(marks_stay_when_the_log_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
