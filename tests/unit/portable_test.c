/* The portable batch against libsodium: other people's vectors, and our own mutants. */
#include "tests/lib/edcases.h"

#include <sodium.h>

#include "ed25519/signatures.h"

/* 151 of Wycheproof less 12 whose signature has another size, 12 and 1,628. */
static void
vectors(void **state)
{
	size_t count, genuine;
	struct edcase *cases = edcases_vectors(&count);

	(void)state;
	if (cases == NULL)
		skip();
	assert_int_equal(count, 1779);
	genuine = edcases_run(ed25519_portable, cases, count, KEYTABLE_WINDOW_LEAST, 16);
	assert_int_equal(genuine, 88 + 1 + 141);
	free(cases);
}

/* Genuine are most that are made honestly, and those whose parts of small order cancel. */
static void
mutants(void **state)
{
	struct test_random random = test_random_make(25519);
	const size_t count = 4000;
	struct edcase *cases = edcases_mutants(&random, count);
	size_t genuine = 0;

	(void)state;
	genuine = edcases_run(ed25519_portable, cases, count, 8, 300);
	printf("%zu of %zu genuine\n", genuine, count);
	assert_true(genuine > count / 8 && genuine < count / 2);
	free(cases);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(vectors),
	    cmocka_unit_test(mutants),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
