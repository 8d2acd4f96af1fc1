#include "bench/tally-bench/signed.h"

#include "tests/lib/test.h"

#include <sodium.h>

/* By every path that is here: what tallyd's verifier would be for such a manifest, windows too. */
static void
verified_as_tallyd_would(void **state)
{
	(void)state;
	for (int i = 0; i < VERIFIER_PATHS_COUNT; i++) {
		const enum verifier_path path = (enum verifier_path)i;
		struct signed_messages *all;

		if (!verifier_path_available(path))
			continue;
		all = signed_make(path, 170, 3);
		assert_int_equal(all->verifier.path, path);
		assert_int_equal(verifier_tables(&all->verifier),
				 path == VERIFIER_LIBSODIUM ? 0 : 3);
		assert_int_equal(all->verifier.base_window,
				 path == VERIFIER_LIBSODIUM ? 0 : VERIFIER_BASE_WINDOW);
		assert_true(signed_check(all, 0, ED25519_BATCH_MAX));
		assert_true(signed_check(all, SIGNED_MESSAGES - 2, 5));
		assert_true(signed_check(all, 7, 1));
		signed_free(all);
	}
}

/* Each of a batch counts, and those alone. */
static void
one_that_is_not_genuine_is_seen(void **state)
{
	(void)state;
	for (int i = 0; i < VERIFIER_PATHS_COUNT; i++) {
		struct signed_messages *all;

		if (!verifier_path_available((enum verifier_path)i))
			continue;
		all = signed_make((enum verifier_path)i, 100, 2);
		all->messages[11 * 100] ^= 1;
		assert_false(signed_check(all, 8, 4));
		assert_false(signed_check(all, 11, 4));
		assert_true(signed_check(all, 8, 3));
		assert_true(signed_check(all, 12, 8));
		all->messages[11 * 100] ^= 1;
		assert_true(signed_check(all, 8, 4));
		signed_free(all);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(verified_as_tallyd_would),
	    cmocka_unit_test(one_that_is_not_genuine_is_seen),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
