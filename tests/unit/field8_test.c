/* Against plain arithmetic (GMP), with limbs at their bounds. */
#include "tests/lib/test.h"

#include <gmp.h>

#include "ed25519/field8.h"
#include "tests/lib/lanesprobe.h"

enum {
	ROUNDS = 200,
};

static mpz_t prime;

/* value = sum of limb 2^(51 i), modulo p */
static void
value_of(mpz_t value, uint64_t limbs[5][8], unsigned lane)
{
	mpz_set_ui(value, 0);
	for (unsigned i = 5; i-- > 0;) {
		mpz_mul_2exp(value, value, 51);
		mpz_add_ui(value, value, limbs[i][lane]);
	}
	mpz_mod(value, value, prime);
}

/* Limbs below 2^bits: at their bounds, near them, of p, of p - 1, small, or anywhere. */
static void
draw(struct test_random *random, unsigned bits, uint64_t a[5][8])
{
	uint64_t limit = ((uint64_t)1 << bits) - 1;

	for (unsigned lane = 0; lane < 8; lane++) {
		unsigned kind = (unsigned)test_random_below(random, 7);

		for (unsigned i = 0; i < 5; i++) {
			uint64_t any = test_random_next(random) & limit;
			uint64_t p = i == 0 ? FIELD8_MASK - 18 : FIELD8_MASK;
			uint64_t kinds[7] = {limit,
					     limit - any % 64,
					     p,
					     p - (i == 0),
					     any,
					     any % 2 == 0 ? 0 : limit,
					     i == 0 ? any % 40 : 0};

			a[i][lane] = kinds[kind];
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
	else if (what == LANESPROBE_PICK && masked)
		mpz_set(r, b);
	else if (what == LANESPROBE_INVERT && mpz_invert(r, a, prime) == 0)
		mpz_set_ui(r, 0);
	mpz_mod(r, r, prime);
}

/* Values right, and every limb below `bound`. */
static void
try_one(const struct lanesprobe *body, struct test_random *random, enum lanesprobe_field what,
	const unsigned bits[2], uint64_t bound)
{
	uint64_t a[5][8], b[5][8], out[5][8];
	uint8_t mask = (uint8_t)test_random_next(random);
	mpz_t x, y, right, seen;

	mpz_inits(x, y, right, seen, NULL);
	draw(random, bits[0], a);
	draw(random, bits[1], b);
	body->field(what, a, b, mask, out);
	for (unsigned lane = 0; lane < 8; lane++) {
		value_of(x, a, lane);
		value_of(y, b, lane);
		value_of(seen, out, lane);
		right_value(right, what, x, y, mask >> lane & 1);
		if (mpz_cmp(right, seen) != 0)
			fail_msg("operation %d, lane %u", what, lane);
		for (unsigned i = 0; i < 5; i++)
			assert_true(out[i][lane] < bound);
	}
	mpz_clears(x, y, right, seen, NULL);
}

/* The bounds are those of the header. */
static const struct {
	enum lanesprobe_field what;
	unsigned bits[2];
	uint64_t bound;
	unsigned rounds;
} operations_table[] = {
    {LANESPROBE_MULTIPLY, {52, 52}, (uint64_t)1 << 61, ROUNDS},
    {LANESPROBE_SQUARE, {52, 52}, (uint64_t)1 << 61, ROUNDS},
    {LANESPROBE_CARRY, {63, 1}, ((uint64_t)1 << 51) + (1 << 18), ROUNDS},
    {LANESPROBE_SUM, {62, 61}, (uint64_t)1 << 63, ROUNDS},
    {LANESPROBE_DIFFERENCE, {62, 61}, (uint64_t)1 << 63, ROUNDS},
    {LANESPROBE_NEGATE, {51, 51}, (uint64_t)1 << 52, ROUNDS},
    {LANESPROBE_PICK, {52, 52}, (uint64_t)1 << 52, ROUNDS},
    {LANESPROBE_INVERT, {52, 52}, ((uint64_t)1 << 51) + (1 << 18), 20},
};

static void
operations(void **state)
{
	const struct lanesprobe *bodies[2];
	size_t count = lanesprobe_bodies(bodies);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		struct test_random random = test_random_make(2);

		for (size_t k = 0; k < sizeof operations_table / sizeof operations_table[0];
		     k++) {
			for (unsigned round = 0; round < operations_table[k].rounds; round++)
				try_one(bodies[i], &random, operations_table[k].what,
					operations_table[k].bits, operations_table[k].bound);
		}
	}
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
		value_of(value, a, lane);
		assert_int_equal(mpz_cmp(encoded, value), 0);
		value_of(value, back, lane);
		assert_int_equal(mpz_cmp(encoded, value), 0);
		for (unsigned i = 0; i < 5; i++)
			assert_true(back[i][lane] <= FIELD8_MASK);
	}
	mpz_clears(value, encoded, NULL);
}

/* 0, 1, 18, 19, 20, p - 20, p - 1, p, p + 1, 2^255 - 20, 2^255 - 1, by their limbs. */
static void
encodings(void **state)
{
	static const int64_t near_p[8] = {-20, -1, 0, 1, 18, 19, -2, 2}; /* added to p */
	static const uint64_t small[8] = {0, 1, 18, 19, 20, 21, 1 << 20, 37};
	const struct lanesprobe *bodies[2];
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
				a[i][lane] = FIELD8_MASK;
			a[0][lane] = FIELD8_MASK - 18 + (uint64_t)near_p[lane];
		}
		try_words(bodies[k], a);
		for (unsigned round = 0; round < ROUNDS; round++) {
			draw(&random, round % 2 == 0 ? 63 : 51, a);
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
