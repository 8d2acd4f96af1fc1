/* The field against GMP, at random and at the ends of what the header allows. */
#include "tests/lib/test.h"

#include <gmp.h>

#include "ed25519/field.h"

static mpz_t prime;

static void
value_of(mpz_t value, const struct field *a)
{
	mpz_t limb;

	mpz_init(limb);
	mpz_set_ui(value, 0);
	for (int i = FIELD_LIMBS; i-- > 0;) {
		mpz_mul_2exp(value, value, 51);
		mpz_set_ui(limb, a->limb[i]);
		mpz_add(value, value, limb);
	}
	mpz_mod(value, value, prime);
	mpz_clear(limb);
}

static void
equals(const struct field *a, const mpz_t expected)
{
	uint8_t bytes[FIELD_SIZE], wanted[FIELD_SIZE] = {0};
	mpz_t reduced;

	mpz_init(reduced);
	mpz_mod(reduced, expected, prime);
	mpz_export(wanted, NULL, -1, 1, 0, 0, reduced);
	field_store(bytes, a);
	assert_memory_equal(bytes, wanted, sizeof bytes);
	assert_int_equal(field_is_odd(a), mpz_odd_p(reduced) != 0);
	assert_int_equal(field_is_zero(a), mpz_sgn(reduced) == 0);
	mpz_clear(reduced);
}

static void
tight(const struct field *a)
{
	for (int i = 0; i < FIELD_LIMBS; i++)
		assert_true(a->limb[i] < ((uint64_t)1 << 51) + (1 << 13));
}

/* Each limb at random, the largest, or 0. */
static struct field
any_field(struct test_random *random, uint64_t limit)
{
	struct field a;

	for (int i = 0; i < FIELD_LIMBS; i++) {
		const uint64_t choice = test_random_below(random, 4);

		a.limb[i] = choice == 0   ? 0
			    : choice == 1 ? limit - 1
					  : test_random_below(random, limit);
	}
	return a;
}

static void
products(void **state)
{
	struct test_random random = test_random_make(51);
	const uint64_t loose = (uint64_t)1 << 54;
	mpz_t a, b;

	(void)state;
	mpz_inits(a, b, NULL);
	for (int i = 0; i < 20000; i++) {
		const struct field f = any_field(&random, loose), g = any_field(&random, loose);
		const struct field product = field_mul(&f, &g), square = field_square(&f);

		tight(&product);
		tight(&square);
		value_of(a, &f);
		value_of(b, &g);
		mpz_mul(b, a, b);
		equals(&product, b);
		mpz_mul(b, a, a);
		equals(&square, b);
	}
	mpz_clears(a, b, NULL);
}

static void
sums(void **state)
{
	struct test_random random = test_random_make(52);
	const uint64_t limit = ((uint64_t)1 << 51) + (1 << 13);
	mpz_t a, b, c;

	(void)state;
	mpz_inits(a, b, c, NULL);
	for (int i = 0; i < 20000; i++) {
		const struct field f = any_field(&random, limit), g = any_field(&random, limit);
		const struct field sum = field_add(&f, &g), difference = field_sub(&f, &g);
		const struct field further = field_sub(&sum, &g);

		value_of(a, &f);
		value_of(b, &g);
		mpz_add(c, a, b);
		equals(&sum, c);
		mpz_sub(c, a, b);
		equals(&difference, c);
		equals(&further, a);
		assert_int_equal(field_equal(&f, &further), true);
	}
	mpz_clears(a, b, c, NULL);
}

/* All of [0, 40), [p - 40, p + 19) and [2^255, 2^255 + 40), whose topmost bit is ignored. */
static void
encodings(void **state)
{
	uint8_t bytes[FIELD_SIZE];
	mpz_t value;

	(void)state;
	mpz_init(value);
	for (int i = -40; i < 59; i++) {
		struct field a;

		mpz_set(value, prime);
		if (i < 0)
			mpz_sub_ui(value, value, (unsigned long)-i);
		else
			mpz_add_ui(value, value, (unsigned long)i);
		memset(bytes, 0, sizeof bytes);
		mpz_export(bytes, NULL, -1, 1, 0, 0, value);
		a = field_load(bytes);
		mpz_fdiv_r_2exp(value, value, 255);
		equals(&a, value);
	}
	mpz_clear(value);
}

static void
powers(void **state)
{
	struct test_random random = test_random_make(53);
	const struct field zero = {{0}};
	struct field root = field_square(&field_sqrt_m1), inverse;
	mpz_t a, exponent;

	(void)state;
	mpz_inits(a, exponent, NULL);
	root = field_add(&root, &field_one);
	assert_true(field_is_zero(&root));
	inverse = field_invert(&zero);
	assert_true(field_is_zero(&inverse));
	for (int i = 0; i < 200; i++) {
		const struct field f = any_field(&random, (uint64_t)1 << 54);
		const struct field power = field_power_p58(&f);

		inverse = field_invert(&f);
		value_of(a, &f);
		mpz_sub_ui(exponent, prime, 5);
		mpz_fdiv_q_2exp(exponent, exponent, 3);
		mpz_powm(exponent, a, exponent, prime);
		equals(&power, exponent);
		mpz_sub_ui(exponent, prime, 2);
		mpz_powm(exponent, a, exponent, prime);
		equals(&inverse, exponent);
	}
	mpz_clears(a, exponent, NULL);
}

/* d = -121665 / 121666 */
static void
constants(void **state)
{
	mpz_t d;

	(void)state;
	mpz_init_set_ui(d, 121666);
	mpz_invert(d, d, prime);
	mpz_mul_si(d, d, -121665);
	equals(&field_d, d);
	mpz_mul_ui(d, d, 2);
	equals(&field_2d, d);
	mpz_clear(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(products),  cmocka_unit_test(sums),
	    cmocka_unit_test(encodings), cmocka_unit_test(powers),
	    cmocka_unit_test(constants),
	};

	mpz_init(prime);
	mpz_ui_pow_ui(prime, 2, 255);
	mpz_sub_ui(prime, prime, 19);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
