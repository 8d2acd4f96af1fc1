/* The steps of a signature: one for each row of both tables, within its row; their sum, added by
 * the plainest means, is R. */
#include "tests/lib/test.h"

#include <sodium.h>

#include "ed25519/point.h"
#include "ed25519/steps.h"

enum {
	BASE_WINDOW = 7,
	KEY_WINDOW = 6,
	MESSAGE_SIZE = 33,
};

static uint8_t key[32], secret[64];
static struct keytable base, table;

static void
rows_are(const struct steps *steps, size_t first, const struct keytable *of)
{
	const size_t entries = keytable_entries(of->window);

	for (unsigned row = 0; row < of->rows; row++) {
		const size_t at = (size_t)(steps->entries[first + row] - of->entries);

		assert_int_equal(at % KEYTABLE_ENTRY_SIZE, 0);
		assert_int_equal(at / KEYTABLE_ENTRY_SIZE / entries, row);
		assert_true(steps->negative[first + row] <= 1);
	}
}

static void
sums_to_r(void **state)
{
	struct test_random random = test_random_make(3);
	uint8_t message[MESSAGE_SIZE], signature[64], encoded[32];
	struct ed25519_item item = {.signature = signature,
				    .message = bytes_make(message, sizeof message),
				    .key = &table};

	(void)state;
	for (int i = 0; i < 200; i++) {
		struct point sum = point_identity();
		struct field inverse;
		struct steps steps;

		test_random_fill(&random, message, sizeof message);
		crypto_sign_detached(signature, NULL, message, sizeof message, secret);
		steps_make(&steps, &base, &item);
		assert_int_equal(steps.count, base.rows + table.rows);
		rows_are(&steps, 0, &base);
		rows_are(&steps, base.rows, &table);
		for (size_t j = 0; j < steps.count; j++)
			sum = point_add_entry(&sum, steps.entries[j], steps.negative[j]);
		for (size_t j = 0; j < STEPS_AHEAD; j++)
			assert_ptr_equal(steps.entries[steps.count + j],
					 steps.entries[steps.count - 1]);
		inverse = field_invert(&sum.z);
		point_encode(encoded, &sum, &inverse);
		assert_memory_equal(encoded, signature, sizeof encoded);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sums_to_r),
	};
	static _Alignas(KEYTABLE_ALIGNMENT) uint8_t base_memory[1 << 19];
	static _Alignas(KEYTABLE_ALIGNMENT) uint8_t memory[1 << 19];
	const uint8_t seed[32] = {7};

	if (sodium_init() < 0 || keytable_size(BASE_WINDOW) > sizeof base_memory ||
	    keytable_size(KEY_WINDOW) > sizeof memory)
		return 1;
	crypto_sign_seed_keypair(key, secret, seed);
	keytable_make_base(&base, BASE_WINDOW, base_memory);
	if (!keytable_make(&table, key, KEY_WINDOW, memory))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
