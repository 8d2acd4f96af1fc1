#include "tests/lib/test.h"

#include <sodium.h>

#include "base/text.h"
#include "tree/sha256.h"

enum {
	SIZE_MAX_TRIED = 300
};

static void
known_answers(void **state)
{
	uint8_t digest[32], expected[32];

	(void)state;
	sha256_of(bytes_make(NULL, 0), bytes_make(NULL, 0), digest);
	assert_true(text_hex_parse(
	    bytes_of_string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
	    expected, 32));
	assert_memory_equal(digest, expected, 32);
	sha256_of(bytes_of_string("a"), bytes_of_string("bc"), digest);
	assert_true(text_hex_parse(
	    bytes_of_string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
	    expected, 32));
	assert_memory_equal(digest, expected, 32);
}

static void
as_libsodium_at_every_size_and_split(void **state)
{
	uint8_t bytes[SIZE_MAX_TRIED];
	uint8_t digest[32], expected[32];

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 151 + 7);
	for (size_t size = 0; size <= sizeof bytes; size++) {
		crypto_hash_sha256(expected, bytes, size);
		for (size_t head = 0; head <= size; head++) {
			sha256_of(bytes_make(bytes, head),
				  bytes_make(bytes + head, size - head), digest);
			assert_memory_equal(digest, expected, 32);
		}
	}
}

static void
the_digest_may_lie_in_what_is_hashed(void **state)
{
	uint8_t bytes[65] = {1, 2, 3};
	uint8_t expected[32];

	(void)state;
	crypto_hash_sha256(expected, bytes, sizeof bytes);
	sha256_of(bytes_make(bytes, 1), bytes_make(bytes + 1, 64), bytes + 33);
	assert_memory_equal(bytes + 33, expected, 32);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(known_answers),
	    cmocka_unit_test(as_libsodium_at_every_size_and_split),
	    cmocka_unit_test(the_digest_may_lie_in_what_is_hashed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
