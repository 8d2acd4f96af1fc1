#include "tests/lib/test.h"

#include <sodium.h>

#include "base/text.h"
#include "tree/sha256pair.h"

enum {
	SIZE_MAX_TRIED = 200,
	LARGE = 70000,
};

static void
pair_is(uint8_t prefix, struct bytes a, struct bytes b)
{
	static uint8_t message[1 + LARGE];
	const struct bytes messages[2] = {a, b};
	uint8_t digests[2][TALLY_HASH_SIZE];
	uint8_t plain[2][TALLY_HASH_SIZE];
	uint8_t expected[TALLY_HASH_SIZE];

	sha256_pair(prefix, messages, (uint8_t *[]){digests[0], digests[1]});
	sha256_pair_plain(prefix, messages, (uint8_t *[]){plain[0], plain[1]});
	for (int i = 0; i < 2; i++) {
		message[0] = prefix;
		if (messages[i].size > 0)
			memcpy(message + 1, messages[i].data, messages[i].size);
		crypto_hash_sha256(expected, message, 1 + messages[i].size);
		assert_memory_equal(digests[i], expected, sizeof expected);
		assert_memory_equal(plain[i], expected, sizeof expected);
	}
}

static void
known_answers(void **state)
{
	const struct bytes messages[2] = {bytes_of_string("bc"), bytes_make(NULL, 0)};
	uint8_t digests[2][TALLY_HASH_SIZE];
	uint8_t expected[TALLY_HASH_SIZE];

	(void)state;
	sha256_pair('a', messages, (uint8_t *[]){digests[0], digests[1]});
	assert_true(text_hex_parse(
	    bytes_of_string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
	    expected, sizeof expected));
	assert_memory_equal(digests[0], expected, sizeof expected);
	assert_true(text_hex_parse(
	    bytes_of_string("ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"),
	    expected, sizeof expected));
	assert_memory_equal(digests[1], expected, sizeof expected);
}

static void
as_libsodium_at_every_two_sizes(void **state)
{
	struct test_random random = test_random_make(2561);
	uint8_t bytes[2][SIZE_MAX_TRIED];

	(void)state;
	test_random_fill(&random, bytes, sizeof bytes);
	for (size_t a = 0; a <= SIZE_MAX_TRIED; a++)
		for (size_t b = 0; b <= SIZE_MAX_TRIED; b++)
			pair_is((uint8_t)(a & 1), bytes_make(bytes[0], a),
				bytes_make(bytes[1], b));
}

static void
as_libsodium_wherever_they_lie(void **state)
{
	struct test_random random = test_random_make(2562);
	static uint8_t bytes[2][LARGE];

	(void)state;
	test_random_fill(&random, bytes, sizeof bytes);
	for (int i = 0; i < 300; i++) {
		size_t at = test_random_below(&random, 64);
		size_t a = test_random_below(&random, i % 10 == 0 ? LARGE - 64 : 400);
		size_t b = test_random_below(&random, i % 10 == 1 ? LARGE - 64 : 400);

		pair_is((uint8_t)i, bytes_make(bytes[0] + at, a),
			bytes_make(bytes[1] + 63 - at, b));
	}
}

typedef void
pair_by(uint8_t prefix, const struct bytes messages[2], uint8_t *const digests[2]);

static void
digests_lie_in_messages(pair_by *by)
{
	uint8_t bytes[128] = {1, 2, 3};
	const struct bytes messages[2] = {bytes_make(bytes, 64), bytes_make(bytes + 64, 64)};
	uint8_t expected[2][TALLY_HASH_SIZE];

	by(1, messages, (uint8_t *[]){expected[0], expected[1]});
	by(1, messages, (uint8_t *[]){bytes + 64, bytes + 32});
	assert_memory_equal(bytes + 64, expected[0], TALLY_HASH_SIZE);
	assert_memory_equal(bytes + 32, expected[1], TALLY_HASH_SIZE);
}

static void
digests_may_lie_in_what_is_hashed(void **state)
{
	(void)state;
	digests_lie_in_messages(sha256_pair);
	digests_lie_in_messages(sha256_pair_plain);
}

/* Wrong for messages of one length alone. */
static size_t wrong_at;

static void
wrong(uint8_t prefix, const struct bytes messages[2], uint8_t *const digests[2])
{
	sha256_pair_plain(prefix, messages, digests);
	for (int i = 0; i < 2; i++)
		digests[i][31] ^= messages[i].size == wrong_at;
}

static void
put_on_trial(void **state)
{
	(void)state;
	assert_true(sha256_pair_fits(sha256_pair));
	assert_true(sha256_pair_fits(sha256_pair_plain));
	for (wrong_at = 0; wrong_at <= 192; wrong_at++)
		assert_false(sha256_pair_fits(wrong));
	assert_true(sha256_pair_fits(wrong));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(known_answers),
	    cmocka_unit_test(as_libsodium_at_every_two_sizes),
	    cmocka_unit_test(as_libsodium_wherever_they_lie),
	    cmocka_unit_test(digests_may_lie_in_what_is_hashed),
	    cmocka_unit_test(put_on_trial),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
