/* Against plain arithmetic (GMP), with limbs at their bounds. */
#include "tests/lib/test.h"

#include <gmp.h>

#include "ed25519/fieldx.h"
#include "tests/lib/lanesprobe.h"

enum {
	ROUNDS = 200,
};

static mpz_t prime;

static bool
below_zero(const struct lanesprobe *body, uint64_t limb)
{
	return body->has_doubles && (int64_t)limb < 0;
}

static uint64_t
magnitude(const struct lanesprobe *body, uint64_t limb)
{
	return below_zero(body, limb) ? 0 - limb : limb;
}

/* value = sum of limb 2^(51 i), modulo p */
static void
value_of(const struct lanesprobe *body, mpz_t value, uint64_t limbs[5][8], unsigned lane)
{
	mpz_set_ui(value, 0);
	for (unsigned i = 5; i-- > 0;) {
		mpz_mul_2exp(value, value, 51);
		if (below_zero(body, limbs[i][lane]))
			mpz_sub_ui(value, value, 0 - limbs[i][lane]);
		else
			mpz_add_ui(value, value, limbs[i][lane]);
	}
	mpz_mod(value, value, prime);
}

/* Limbs below 2^bits: at their bounds, near them, of p, of p - 1, powers of two (whose products are
 * cut in the middle), small, or anywhere; where they have a sign, of any sign or of one. */
static void
draw(const struct lanesprobe *body, struct test_random *random, unsigned bits, uint64_t a[5][8])
{
	uint64_t limit = ((uint64_t)1 << bits) - 1;

	for (unsigned lane = 0; lane < 8; lane++) {
		unsigned kind = (unsigned)test_random_below(random, 8);
		unsigned signs = (unsigned)test_random_below(random, 4);

		for (unsigned i = 0; i < 5; i++) {
			uint64_t any = test_random_next(random) & limit;
			uint64_t p = i == 0 ? FIELDX_MASK - 18 : FIELDX_MASK;
			uint64_t kinds[8] = {limit,
					     limit - any % 64,
					     p,
					     p - (i == 0),
					     any,
					     any % 2 == 0 ? 0 : limit,
					     i == 0 ? any % 40 : 0,
					     (uint64_t)1 << any % bits};

			a[i][lane] = kinds[kind];
			if (body->has_doubles &&
			    (signs == 1 || (signs > 1 && test_random_below(random, 2) == 0)))
				a[i][lane] = 0 - a[i][lane];
		}
	}
}

static void
right_value(mpz_t r, enum lanesprobe_field what, mpz_t a, mpz_t b, bool masked)
{
	mpz_set(r, a);
	if (what == LANESPROBE_MULTIPLY)
		mpz_mul(r, a, b);
	else if (what == LANESPROBE_SQUARE)
		mpz_mul(r, a, a);
	else if (what == LANESPROBE_SUM)
		mpz_add(r, a, b);
	else if (what == LANESPROBE_DIFFERENCE)
		mpz_sub(r, a, b);
	else if (what == LANESPROBE_NEGATE && masked)
		mpz_neg(r, a);
	else if (what == LANESPROBE_INVERT && mpz_invert(r, a, prime) == 0)
		mpz_set_ui(r, 0);
	mpz_mod(r, r, prime);
}

/* Values right, and the magnitude of every limb below `bound`. */
static void
try_one(const struct lanesprobe *body, struct test_random *random, enum lanesprobe_field what,
	const unsigned bits[2], uint64_t bound)
{
	uint64_t a[5][8], b[5][8], out[5][8];
	uint8_t mask = (uint8_t)test_random_next(random);
	mpz_t x, y, right, seen;

	mpz_inits(x, y, right, seen, NULL);
	draw(body, random, bits[0], a);
	draw(body, random, bits[1], b);
	body->field(what, a, b, mask, out);
	for (unsigned lane = 0; lane < 8; lane++) {
		value_of(body, x, a, lane);
		value_of(body, y, b, lane);
		value_of(body, seen, out, lane);
		right_value(right, what, x, y, mask >> lane & 1);
		if (mpz_cmp(right, seen) != 0)
			fail_msg("operation %d, lane %u", what, lane);
		for (unsigned i = 0; i < 5; i++)
			assert_true(magnitude(body, out[i][lane]) < bound);
	}
	mpz_clears(x, y, right, seen, NULL);
}

/* The bounds are those of the headers. */
struct operation {
	enum lanesprobe_field what;
	unsigned bits[2];
	uint64_t bound;
	unsigned rounds;
};

static const struct operation integer_operations[] = {
    {LANESPROBE_MULTIPLY, {52, 52}, (uint64_t)1 << 61, ROUNDS},
    {LANESPROBE_SQUARE, {52, 52}, (uint64_t)1 << 61, ROUNDS},
    {LANESPROBE_CARRY, {63, 1}, ((uint64_t)1 << 51) + (1 << 18), ROUNDS},
    {LANESPROBE_SUM, {62, 61}, (uint64_t)1 << 63, ROUNDS},
    {LANESPROBE_DIFFERENCE, {62, 61}, (uint64_t)1 << 63, ROUNDS},
    {LANESPROBE_NEGATE, {51, 51}, (uint64_t)1 << 52, ROUNDS},
    {LANESPROBE_WIDEN, {52, 52}, (uint64_t)1 << 52, ROUNDS},
    {LANESPROBE_INVERT, {52, 52}, ((uint64_t)1 << 51) + (1 << 18), 20},
};

static const struct operation double_operations[] = {
    {LANESPROBE_MULTIPLY, {51, 51}, (uint64_t)1 << 59, 10 * ROUNDS},
    {LANESPROBE_SQUARE, {51, 51}, (uint64_t)1 << 59, 10 * ROUNDS},
    {LANESPROBE_CARRY, {62, 1}, ((uint64_t)1 << 50) + (1 << 16), 5 * ROUNDS},
    {LANESPROBE_SUM, {60, 59}, (uint64_t)1 << 61, ROUNDS},
    {LANESPROBE_DIFFERENCE, {60, 59}, (uint64_t)1 << 61, ROUNDS},
    {LANESPROBE_NEGATE, {51, 51}, (uint64_t)1 << 51, ROUNDS},
    {LANESPROBE_WIDEN, {51, 51}, (uint64_t)1 << 51, ROUNDS},
    {LANESPROBE_INVERT, {51, 51}, ((uint64_t)1 << 50) + (1 << 16), 20},
};

static void
try_operations(const struct lanesprobe *body)
{
	struct test_random random = test_random_make(2);
	const struct operation *operation =
	    body->has_doubles ? double_operations : integer_operations;

	_Static_assert(sizeof double_operations == sizeof integer_operations, "one for each");
	for (size_t k = 0; k < sizeof double_operations / sizeof double_operations[0]; k++) {
		for (unsigned round = 0; round < operation[k].rounds; round++)
			try_one(body, &random, operation[k].what, operation[k].bits,
				operation[k].bound);
	}
}

static void
operations(void **state)
{
	const struct lanesprobe *bodies[3];
	size_t count = lanesprobe_bodies(bodies);

	(void)state;
	for (size_t i = 0; i < count; i++)
		try_operations(bodies[i]);
}

/* words: the one encoding below p, of whatever was carried; and back. */
static void
try_words(const struct lanesprobe *body, uint64_t a[5][8])
{
	uint64_t carried[5][8], words[5][8], back[5][8];
	mpz_t value, encoded;

	mpz_inits(value, encoded, NULL);
	body->field(LANESPROBE_CARRY, a, a, 0, carried);
	body->field(LANESPROBE_WORDS, carried, a, 0, words);
	body->field(LANESPROBE_LOAD, words, a, 0, back);
	for (unsigned lane = 0; lane < 8; lane++) {
		uint64_t column[4];

		for (unsigned i = 0; i < 4; i++)
			column[i] = words[i][lane];
		mpz_import(encoded, 4, -1, 8, 0, 0, column);
		value_of(body, value, a, lane);
		assert_int_equal(mpz_cmp(encoded, value), 0);
		value_of(body, value, back, lane);
		assert_int_equal(mpz_cmp(encoded, value), 0);
		for (unsigned i = 0; i < 5; i++)
			assert_true(back[i][lane] <= FIELDX_MASK);
	}
	mpz_clears(value, encoded, NULL);
}

/* 0, 1, 18, 19, 20, p - 20, p - 1, p, p + 1, 2^255 - 20, 2^255 - 1, by their limbs. */
static void
encodings(void **state)
{
	static const int64_t near_p[8] = {-20, -1, 0, 1, 18, 19, -2, 2}; /* added to p */
	static const uint64_t small[8] = {0, 1, 18, 19, 20, 21, 1 << 20, 37};
	const struct lanesprobe *bodies[3];
	size_t count = lanesprobe_bodies(bodies);
	struct test_random random = test_random_make(3);
	uint64_t a[5][8] = {0};

	(void)state;
	for (size_t k = 0; k < count; k++) {
		memset(a, 0, sizeof a);
		memcpy(a[0], small, sizeof small);
		try_words(bodies[k], a);
		for (unsigned lane = 0; lane < 8; lane++) {
			for (unsigned i = 1; i < 5; i++)
				a[i][lane] = FIELDX_MASK;
			a[0][lane] = FIELDX_MASK - 18 + (uint64_t)near_p[lane];
		}
		try_words(bodies[k], a);
		for (unsigned round = 0; round < ROUNDS; round++) {
			draw(bodies[k], &random,
			     round % 2 != 0           ? 51
			     : bodies[k]->has_doubles ? 62
						      : 63,
			     a);
			try_words(bodies[k], a);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(operations),
	    cmocka_unit_test(encodings),
	};

	mpz_init_set_ui(prime, 1);
	mpz_mul_2exp(prime, prime, 255);
	mpz_sub_ui(prime, prime, 19);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
