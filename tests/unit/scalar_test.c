/* Scalars against libsodium's and GMP's arithmetic. */
#include "tests/lib/test.h"

#include <gmp.h>
#include <sodium.h>

#include "ed25519/scalar.h"

static mpz_t order;

static void
bytes_of(uint8_t *bytes, size_t size, const mpz_t value)
{
	memset(bytes, 0, size);
	mpz_export(bytes, NULL, -1, 1, 0, 0, value);
}

static void
reduces(const uint8_t wide[SCALAR_WIDE_SIZE])
{
	uint8_t seen[SCALAR_SIZE], expected[SCALAR_SIZE];

	scalar_reduce(seen, wide);
	crypto_core_ed25519_scalar_reduce(expected, wide);
	assert_memory_equal(seen, expected, sizeof seen);
	assert_true(scalar_is_canonical(seen));
}

static void
reduction(void **state)
{
	struct test_random random = test_random_make(252);
	uint8_t wide[SCALAR_WIDE_SIZE];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		test_random_fill(&random, wide, sizeof wide);
		if (i % 2 != 0) /* runs of ones and zeros */
			memset(wide + test_random_below(&random, 32), i % 4 == 1 ? 255 : 0,
			       test_random_below(&random, 33));
		reduces(wide);
	}
	memset(wide, 0, sizeof wide);
	reduces(wide);
	memset(wide, 255, sizeof wide);
	reduces(wide);
}

/* n L - 1, n L and n L + 1, for n from 1 to the largest. */
static void
reduction_edges(void **state)
{
	uint8_t wide[SCALAR_WIDE_SIZE];
	mpz_t value;

	(void)state;
	mpz_init(value);
	for (unsigned shift = 0; shift < 259; shift++) {
		mpz_mul_2exp(value, order, shift);
		mpz_sub_ui(value, value, 1);
		for (int i = 0; i < 3; i++, mpz_add_ui(value, value, 1)) {
			bytes_of(wide, sizeof wide, value);
			reduces(wide);
		}
	}
	mpz_clear(value);
}

static void
canonical(void **state)
{
	uint8_t scalar[SCALAR_SIZE];
	mpz_t value;

	(void)state;
	mpz_init_set(value, order);
	mpz_sub_ui(value, value, 3);
	for (int i = -3; i < 3; i++, mpz_add_ui(value, value, 1)) {
		bytes_of(scalar, sizeof scalar, value);
		assert_int_equal(scalar_is_canonical(scalar), i < 0);
	}
	memset(scalar, 255, sizeof scalar);
	assert_false(scalar_is_canonical(scalar));
	memset(scalar, 0, sizeof scalar);
	assert_true(scalar_is_canonical(scalar));
	mpz_clear(value);
}

/* By GMP, modulo 2^256. */
static void
another_form(void **state)
{
	struct test_random random = test_random_make(253);
	uint8_t scalar[SCALAR_SIZE], expected[SCALAR_SIZE];
	mpz_t value;

	(void)state;
	mpz_init(value);
	for (int i = 0; i < 1000; i++) {
		test_random_fill(&random, scalar, sizeof scalar);
		memset(scalar, 255, (size_t)i % 33); /* carries */
		mpz_import(value, sizeof scalar, -1, 1, 0, 0, scalar);
		mpz_add(value, value, order);
		mpz_fdiv_r_2exp(value, value, 256);
		bytes_of(expected, sizeof expected, value);
		scalar_add_order(scalar);
		assert_memory_equal(scalar, expected, sizeof scalar);
	}
	mpz_clear(value);
}

static void
digits_sum(const mpz_t scalar, unsigned window)
{
	const unsigned rows = (253 + window - 1) / window;
	int16_t digits[KEYTABLE_ROWS_MAX];
	uint8_t bytes[SCALAR_SIZE];
	mpz_t sum;

	bytes_of(bytes, sizeof bytes, scalar);
	scalar_digits(digits, bytes, window, rows);
	mpz_init_set_ui(sum, 0);
	for (unsigned row = rows; row-- > 0;) {
		assert_true(abs(digits[row]) <= 1 << (window - 1));
		mpz_mul_2exp(sum, sum, window);
		if (digits[row] < 0)
			mpz_sub_ui(sum, sum, (unsigned long)-digits[row]);
		else
			mpz_add_ui(sum, sum, (unsigned long)digits[row]);
	}
	assert_int_equal(mpz_cmp(sum, scalar), 0);
	mpz_clear(sum);
}

/* 0, 1, L - 1, 2^252, alternating and full digits, and random ones, by every window. */
static void
digits(void **state)
{
	struct test_random random = test_random_make(11);
	uint8_t bytes[SCALAR_SIZE];
	mpz_t scalar;

	(void)state;
	mpz_init(scalar);
	for (unsigned window = KEYTABLE_WINDOW_LEAST; window <= KEYTABLE_WINDOW_MAX; window++) {
		mpz_set_ui(scalar, 0);
		digits_sum(scalar, window);
		mpz_sub_ui(scalar, order, 1);
		digits_sum(scalar, window);
		for (unsigned bit = 0; bit <= 252; bit++) {
			mpz_ui_pow_ui(scalar, 2, bit);
			digits_sum(scalar, window);
			mpz_sub_ui(scalar, scalar, 1);
			digits_sum(scalar, window);
		}
		mpz_set_ui(scalar, 0); /* every digit 2^(window-1), then one more below */
		for (unsigned bit = window - 1; bit < 252; bit += window)
			mpz_setbit(scalar, bit);
		digits_sum(scalar, window);
		mpz_add_ui(scalar, scalar, 1);
		digits_sum(scalar, window);
		for (int i = 0; i < 1000; i++) {
			test_random_fill(&random, bytes, sizeof bytes);
			mpz_import(scalar, sizeof bytes, -1, 1, 0, 0, bytes);
			mpz_mod(scalar, scalar, order);
			digits_sum(scalar, window);
		}
	}
	mpz_clear(scalar);
}

/* Every size up to some blocks of the hash. */
static void
challenge(void **state)
{
	struct test_random random = test_random_make(512);
	uint8_t text[64 + 400], hash[64], expected[32], seen[32];

	(void)state;
	test_random_fill(&random, text, sizeof text);
	for (size_t size = 0; size <= 400; size++) {
		crypto_hash_sha512(hash, text, 64 + size);
		crypto_core_ed25519_scalar_reduce(expected, hash);
		scalar_challenge(seen, text, text + 32, bytes_make(text + 64, size));
		assert_memory_equal(seen, expected, sizeof seen);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reduction), cmocka_unit_test(reduction_edges),
	    cmocka_unit_test(canonical), cmocka_unit_test(digits),
	    cmocka_unit_test(challenge), cmocka_unit_test(another_form),
	};

	if (sodium_init() < 0)
		return 1;
	mpz_init_set_str(
	    order,
	    "7237005577332262213973186563042994240857116359379907606001950938285454250989", 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
