/* The tables' entries against libsodium's multiples, and the keys that get no table. */
#include "tests/lib/test.h"

#include <sodium.h>

#include "ed25519/keytable.h"
#include "ed25519/point.h"

static void *
entries_alloc(unsigned window)
{
	void *memory = aligned_alloc(KEYTABLE_ALIGNMENT, keytable_room(window));

	assert_non_null(memory);
	return memory;
}

/* From y + x and y - x the point's encoding; 2dxy is looked at. */
static void
entry_encode(uint8_t bytes[FIELD_SIZE], const uint8_t *entry)
{
	const struct field two = {{2}}, half = field_invert(&two);
	const struct field plus = field_load(entry), minus = field_load(entry + FIELD_SIZE);
	const struct field product = field_load(entry + 2 * FIELD_SIZE);
	const struct field y2 = field_add(&plus, &minus), x2 = field_sub(&plus, &minus);
	const struct field x = field_mul(&x2, &half), y = field_mul(&y2, &half);
	const struct field xy = field_mul(&x, &y), scaled = field_mul(&xy, &field_2d);

	assert_true(field_equal(&product, &scaled));
	field_store(bytes, &y);
	bytes[FIELD_SIZE - 1] |= (uint8_t)(field_is_odd(&x) << 7);
}

/* Entry (row, j) is [j 2^(window row)] of the point: a multiple of B by that and by `factor`. */
static void
entry_is(const struct keytable *table, const uint8_t factor[32], unsigned row, unsigned j)
{
	const size_t at = row * keytable_entries(table->window) + j;
	uint8_t scalar[64] = {0}, expected[32] = {1}, seen[32];
	const unsigned bit = table->window * row;

	for (unsigned i = 0; i < 12; i++) {
		if (j >> i & 1)
			scalar[(bit + i) / 8] |= (uint8_t)(1U << (bit + i) % 8);
	}
	crypto_core_ed25519_scalar_reduce(scalar, scalar);
	crypto_core_ed25519_scalar_mul(scalar, scalar, factor);
	if (j != 0)
		assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(expected, scalar), 0);
	entry_encode(seen, table->entries + at * KEYTABLE_ENTRY_SIZE);
	assert_memory_equal(seen, expected, sizeof seen);
}

static void
entries_are(const struct keytable *table, const uint8_t factor[32], struct test_random *random)
{
	const unsigned half = 1U << (table->window - 1);

	for (unsigned row = 0; row < table->rows; row++) {
		entry_is(table, factor, row, 0);
		entry_is(table, factor, row, 1);
		entry_is(table, factor, row, half);
		entry_is(table, factor, row, (unsigned)test_random_below(random, half + 1));
	}
}

static void
entries(void **state)
{
	struct test_random random = test_random_make(96);
	const uint8_t one[32] = {1};
	uint8_t wide[64], scalar[32], key[32], negative[32];

	(void)state;
	for (unsigned window = KEYTABLE_WINDOW_LEAST; window <= KEYTABLE_WINDOW_MAX; window++) {
		void *memory = entries_alloc(window);
		struct keytable table;

		test_random_fill(&random, wide, sizeof wide);
		crypto_core_ed25519_scalar_reduce(scalar, wide);
		crypto_core_ed25519_scalar_negate(negative, scalar);
		assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(key, scalar), 0);
		assert_true(keytable_make(&table, key, window, memory));
		assert_memory_equal(table.key, key, sizeof key);
		assert_true(table.rows * window >= 253 && table.rows <= KEYTABLE_ROWS_MAX);
		assert_int_equal(table.rows * keytable_entries(window) * KEYTABLE_ENTRY_SIZE,
				 keytable_size(window));
		entries_are(&table, negative, &random);
		keytable_make_base(&table, window, memory);
		assert_true(sodium_is_zero(table.key, sizeof table.key));
		entries_are(&table, one, &random);
		free(memory);
	}
}

static void
refused(void **state)
{
	static const char *const texts[] = {
	    "0000000000000000000000000000000000000000000000000000000000000000", /* order 4 */
	    "0100000000000000000000000000000000000000000000000000000000000000", /* order 1 */
	    "0100000000000000000000000000000000000000000000000000000000000080",
	    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", /* order 8 */
	    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
	    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* order 2 */
	    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* 0 as p */
	    "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", /* 3 as p + 3 */
	    "0200000000000000000000000000000000000000000000000000000000000000", /* no x */
	};
	void *memory = entries_alloc(KEYTABLE_WINDOW_LEAST);
	struct keytable table;
	uint8_t key[32];

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		test_hex(texts[i], key, sizeof key);
		assert_false(keytable_make(&table, key, KEYTABLE_WINDOW_LEAST, memory));
	}
	test_hex("0300000000000000000000000000000000000000000000000000000000000000", key,
		 sizeof key); /* 3 itself is a point */
	assert_true(keytable_make(&table, key, KEYTABLE_WINDOW_LEAST, memory));
	free(memory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(entries),
	    cmocka_unit_test(refused),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
