/* Against libsodium, message by message. */
#include "tests/lib/test.h"

#include <sodium.h>

#include "ed25519/signatures.h"
#include "ed25519/sha512x.h"

enum {
	MESSAGES_MAX = 400,
	REST_MAX = 700,
};

void
sha512x_emulated(struct sha512x_message *messages, size_t count);

void
sha512x_avx2(struct sha512x_message *messages, size_t count);

typedef void
hash(struct sha512x_message *messages, size_t count);

static struct sha512x_message messages[MESSAGES_MAX];
static uint8_t memory[MESSAGES_MAX + REST_MAX + 64];

static void
try_messages(hash *body, size_t count)
{
	for (size_t i = 0; i < count; i++)
		memset(messages[i].digest, 0xee, sizeof messages[i].digest);
	body(messages, count);
	for (size_t i = 0; i < count; i++) {
		uint8_t right[crypto_hash_sha512_BYTES];
		crypto_hash_sha512_state state;

		crypto_hash_sha512_init(&state);
		crypto_hash_sha512_update(&state, messages[i].first, 32);
		crypto_hash_sha512_update(&state, messages[i].second, 32);
		crypto_hash_sha512_update(&state, messages[i].rest.data, messages[i].rest.size);
		crypto_hash_sha512_final(&state, right);
		if (memcmp(right, messages[i].digest, sizeof right) != 0)
			fail_msg("message %zu of %zu, %zu bytes", i, count,
				 messages[i].rest.size);
	}
}

static void
message_put(size_t i, size_t size)
{
	messages[i].first = memory + i;
	messages[i].second = memory + i + 17;
	messages[i].rest =
	    size == 0 ? (struct bytes){NULL, 0} : (struct bytes){memory + i + 64, size};
}

static size_t
bodies(hash *body[3])
{
	struct test_random random = test_random_make(4);
	size_t count = 0;

	test_random_fill(&random, memory, sizeof memory);
	body[count++] = sha512x_emulated;
	if (ed25519_avx2_available())
		body[count++] = sha512x_avx2;
	if (ed25519_ifma_available())
		body[count++] = sha512x_ifma;
	return count;
}

/* Every size over several edges of blocks, alone and in company. */
static void
sizes(void **state)
{
	hash *body[3];
	size_t count = bodies(body);

	(void)state;
	for (size_t k = 0; k < count; k++) {
		for (size_t size = 0; size < MESSAGES_MAX; size++)
			message_put(size, size);
		try_messages(body[k], MESSAGES_MAX);
		for (size_t size = 30; size < 80; size++) {
			message_put(0, size);
			try_messages(body[k], 1);
		}
	}
}

/* Lanes that end at different times take new messages; none, one, and more than all lanes. */
static void
companies(void **state)
{
	hash *body[3];
	size_t count = bodies(body);

	(void)state;
	for (size_t k = 0; k < count; k++) {
		struct test_random random = test_random_make(5);

		for (size_t company = 0; company < 40; company++) {
			for (size_t i = 0; i < company; i++)
				message_put(i, test_random_below(&random, REST_MAX));
			try_messages(body[k], company);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sizes),
	    cmocka_unit_test(companies),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
