/* Four words by mulx, adcx and adox: against GMP, at random and where carries run through; and the
 * batch that uses them, as portable_test asks its own. */
#include "tests/lib/edcases.h"

#include <gmp.h>
#include <sodium.h>

#include "ed25519/adx.h"

#ifdef __x86_64__

static mpz_t prime;

typedef void
word_operation(struct words *out, const struct words *a, const struct words *b);

typedef void
gmp_operation(mpz_t out, const mpz_t a, const mpz_t b);

/* Words at random, of zeros, of ones; and often just below 2^256, or small. */
static struct words
any_words(struct test_random *random)
{
	const uint64_t kind = test_random_below(random, 4);
	struct words words;

	for (int i = 0; i < 4; i++) {
		const uint64_t choice = test_random_below(random, 4);

		words.word[i] = choice == 0   ? 0
				: choice == 1 ? UINT64_MAX
					      : test_random_next(random);
		if (kind < 2)
			words.word[i] = kind == 0 ? 0 : UINT64_MAX;
	}
	if (kind < 2)
		words.word[0] ^= test_random_below(random, 80);
	return words;
}

static void
holds(word_operation *operation, gmp_operation *expected_of, struct test_random *random)
{
	const struct words a = any_words(random), b = any_words(random);
	struct words out;
	mpz_t x, y;

	mpz_inits(x, y, NULL);
	operation(&out, &a, &b);
	mpz_import(x, 4, -1, 8, 0, 0, a.word);
	mpz_import(y, 4, -1, 8, 0, 0, b.word);
	expected_of(x, x, y);
	mpz_import(y, 4, -1, 8, 0, 0, out.word);
	assert_true(mpz_congruent_p(x, y, prime));

	out = a; /* in place, either way */
	operation(&out, &out, &b);
	mpz_import(y, 4, -1, 8, 0, 0, out.word);
	assert_true(mpz_congruent_p(x, y, prime));
	out = b;
	operation(&out, &a, &out);
	mpz_import(y, 4, -1, 8, 0, 0, out.word);
	assert_true(mpz_congruent_p(x, y, prime));
	mpz_clears(x, y, NULL);
}

static void
arithmetic(void **state)
{
	struct test_random random = test_random_make(64);

	(void)state;
	if (!ed25519_adx_available()) {
		printf("SKIPPED: no mulx, adcx and adox here\n");
		skip();
	}
	mpz_init(prime);
	mpz_ui_pow_ui(prime, 2, 255);
	mpz_sub_ui(prime, prime, 19);
	for (int i = 0; i < 50000; i++) {
		holds(adx_mul, mpz_mul, &random);
		holds(adx_add, mpz_add, &random);
		holds(adx_sub, mpz_sub, &random);
	}
	mpz_clear(prime);
}

#else

static void
arithmetic(void **state)
{
	(void)state;
	printf("SKIPPED: no mulx, adcx and adox here\n");
}

#endif

static void
vectors(void **state)
{
	size_t count, genuine;
	struct edcase *cases;

	(void)state;
	if (!ed25519_adx_available())
		skip();
	cases = edcases_vectors(&count);
	if (cases == NULL)
		skip();
	genuine = edcases_run(ed25519_adx, cases, count, KEYTABLE_WINDOW_LEAST, 16);
	assert_int_equal(genuine, 88 + 1 + 141);
	free(cases);
}

static void
mutants(void **state)
{
	struct test_random random = test_random_make(25520);
	const size_t count = 10000;
	struct edcase *cases;
	size_t genuine;

	(void)state;
	if (!ed25519_adx_available())
		skip();
	cases = edcases_mutants(&random, count);
	genuine = edcases_run(ed25519_adx, cases, count, 9, 300);
	printf("%zu of %zu genuine\n", genuine, count);
	assert_true(genuine > count / 8 && genuine < count / 2);
	free(cases);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(arithmetic),
	    cmocka_unit_test(vectors),
	    cmocka_unit_test(mutants),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
