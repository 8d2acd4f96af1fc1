/* Points against libsodium's, and the additions that incomplete formulas get wrong. */
#include "tests/lib/test.h"

#include <sodium.h>

#include "ed25519/point.h"

static void
encode(uint8_t bytes[FIELD_SIZE], const struct point *point)
{
	const struct field inverse = field_invert(&point->z);

	point_encode(bytes, point, &inverse);
}

static void
is_encoding(const struct point *point, const uint8_t expected[FIELD_SIZE])
{
	const struct field xy = field_mul(&point->x, &point->y);
	const struct field tz = field_mul(&point->t, &point->z);
	uint8_t bytes[FIELD_SIZE];

	encode(bytes, point);
	assert_memory_equal(bytes, expected, sizeof bytes);
	assert_true(field_equal(&xy, &tz));
}

/* p + q in the three ways there are, against libsodium. */
static void
adds(const uint8_t p_bytes[FIELD_SIZE], const uint8_t q_bytes[FIELD_SIZE])
{
	uint8_t entry[3 * FIELD_SIZE], expected[FIELD_SIZE];
	struct field inverse;
	struct point p, q, sum, minus_q;

	assert_true(point_decode(&p, p_bytes));
	assert_true(point_decode(&q, q_bytes));
	assert_int_equal(crypto_core_ed25519_add(expected, p_bytes, q_bytes), 0);
	sum = point_add(&p, &q);
	is_encoding(&sum, expected);
	p = point_add(&sum, &p); /* a Z other than 1 */
	assert_int_equal(crypto_core_ed25519_add(expected, expected, p_bytes), 0);
	is_encoding(&p, expected);

	inverse = field_invert(&sum.z);
	point_pack(entry, &sum, &inverse);
	q = point_add_entry(&p, entry, 0);
	sum = point_add(&p, &sum);
	encode(expected, &sum);
	is_encoding(&q, expected);
	q = point_add_entry(&q, entry, 1);
	encode(expected, &p);
	is_encoding(&q, expected);
	minus_q = point_negate(&q);
	q = point_add(&q, &minus_q);
	p = point_identity();
	encode(expected, &p);
	is_encoding(&q, expected);
}

static void
random_point(struct test_random *random, uint8_t bytes[FIELD_SIZE])
{
	uint8_t uniform[FIELD_SIZE];

	test_random_fill(random, uniform, sizeof uniform);
	assert_int_equal(crypto_core_ed25519_from_uniform(bytes, uniform), 0);
}

static void
additions(void **state)
{
	struct test_random random = test_random_make(8032);
	uint8_t p[FIELD_SIZE], q[FIELD_SIZE];

	(void)state;
	for (int i = 0; i < 500; i++) {
		random_point(&random, p);
		random_point(&random, q);
		adds(p, q);
		adds(p, p);
		q[0] = 1, memset(q + 1, 0, sizeof q - 1);
		adds(p, q);
		adds(q, p);
		memcpy(q, p, sizeof q);
		q[31] ^= 0x80;
		adds(p, q);
	}
}

static void
doublings(void **state)
{
	struct test_random random = test_random_make(8033);
	uint8_t bytes[FIELD_SIZE];
	struct point point, twice;

	(void)state;
	for (int i = 0; i < 500; i++) {
		random_point(&random, bytes);
		assert_true(point_decode(&point, bytes));
		for (int j = 0; j < 3; j++) {
			assert_int_equal(crypto_core_ed25519_add(bytes, bytes, bytes), 0);
			twice = point_double(&point);
			is_encoding(&twice, bytes);
			point = twice;
		}
	}
}

/* The multiples of a point of order 8 go round, all of small order; random points are not. */
static void
small_orders(void **state)
{
	struct test_random random = test_random_make(8);
	uint8_t eighth[FIELD_SIZE], bytes[FIELD_SIZE];
	struct point step, point = point_identity();

	(void)state;
	test_hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", eighth,
		 sizeof eighth);
	assert_true(point_decode(&step, eighth));
	for (int i = 0; i < 8; i++) {
		encode(bytes, &point);
		assert_true(point_small_order(bytes));
		bytes[31] ^= 0x80;
		assert_true(point_small_order(bytes));
		adds(eighth, eighth);
		point = point_add(&point, &step);
	}
	step = point_identity();
	encode(bytes, &step);
	is_encoding(&point, bytes);
	for (int i = 0; i < 100; i++) {
		random_point(&random, bytes);
		assert_false(point_small_order(bytes));
	}
}

/* Of random bytes some half have an x; libsodium agrees which. (It adds points of encodings that
 * are not canonical, too: random bytes never are.) */
static void
decoding(void **state)
{
	struct test_random random = test_random_make(255);
	uint8_t bytes[FIELD_SIZE], sum[FIELD_SIZE], identity[FIELD_SIZE] = {1};
	int decoded = 0;

	(void)state;
	for (int i = 0; i < 4000; i++) {
		struct point point;
		bool valid;

		test_random_fill(&random, bytes, sizeof bytes);
		valid = point_decode(&point, bytes);
		assert_int_equal(crypto_core_ed25519_add(sum, bytes, identity) == 0, valid);
		if (valid)
			is_encoding(&point, bytes);
		decoded += valid;
	}
	assert_in_range(decoded, 1600, 2400);
}

/* p to p + 18 in the place of 0 to 18, with either sign; and 1 and -1 with the sign of no x. */
static void
not_canonical(void **state)
{
	uint8_t bytes[FIELD_SIZE];
	struct point point;

	(void)state;
	for (int i = 0; i < 38; i++) {
		memset(bytes, 255, sizeof bytes);
		bytes[0] = (uint8_t)(0xed + i % 19);
		bytes[31] = i < 19 ? 0x7f : 0xff;
		assert_false(point_decode(&point, bytes));
	}
	memset(bytes, 0, sizeof bytes);
	bytes[0] = 1;
	assert_true(point_decode(&point, bytes));
	bytes[31] = 0x80;
	assert_false(point_decode(&point, bytes));
	memset(bytes, 255, sizeof bytes);
	bytes[0] = 0xec;
	assert_false(point_decode(&point, bytes));
	bytes[31] = 0x7f;
	assert_true(point_decode(&point, bytes));
}

/* As one inversion for each, whatever their number; the identity, whose Z is 1, among them. */
static void
inversions(void **state)
{
	struct test_random random = test_random_make(42);
	struct field inverses[8] = {{{0}}};
	struct point points[7];
	uint8_t bytes[FIELD_SIZE];

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		random_point(&random, bytes);
		assert_true(point_decode(&points[i], bytes));
		points[i] = i % 3 == 0 ? point_identity() : point_double(&points[i]);
	}
	for (size_t count = 0; count <= 7; count++) {
		point_invert_all(inverses, points, count);
		for (size_t i = 0; i < count; i++) {
			const struct field expected = field_invert(&points[i].z);

			assert_true(field_equal(&inverses[i], &expected));
		}
		assert_true(field_is_zero(&inverses[count]));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(additions),     cmocka_unit_test(doublings),
	    cmocka_unit_test(small_orders),  cmocka_unit_test(decoding),
	    cmocka_unit_test(not_canonical), cmocka_unit_test(inversions),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
