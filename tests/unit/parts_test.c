#include "bench/tally-bench/parts.h"

#include "tests/lib/test.h"

/* How long anything takes is not asked: only that it ends, and what it says of a bad folder. */

static void
a_signature_by_every_path(void **state)
{
	(void)state;
	for (int path = 0; path < VERIFIER_PATHS_COUNT; path++)
		if (verifier_path_available((enum verifier_path)path))
			assert_true(parts_verify_ns((enum verifier_path)path, 170) > 0);
}

/* 64 of the largest ballots are more than a socket holds. */
static void
ballots_of_every_size(void **state)
{
	(void)state;
	assert_true(parts_beyond_ns(100) > 0);
	assert_true(parts_beyond_ns(TALLY_BALLOT_SIZE_MAX) > 0);
}

static void
a_folder_that_is_none(void **state)
{
	struct parts_sync sync;

	(void)state;
	assert_int_equal(parts_sync("/dev/null", 4096, &sync), TALLY_EXIT_USAGE);
	assert_int_equal(parts_sync("/nowhere", 4096, &sync), TALLY_EXIT_USAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_signature_by_every_path),
	    cmocka_unit_test(ballots_of_every_size),
	    cmocka_unit_test(a_folder_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
