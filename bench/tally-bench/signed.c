#include "bench/tally-bench/signed.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/check.h"

enum {
	HUGE_PAGE = 2 * 1024 * 1024,
};

static void
sign(struct signed_messages *all)
{
	uint8_t secrets[frontends_max][crypto_sign_SECRETKEYBYTES];
	size_t keys_count = all->manifest.frontends_count;

	for (size_t i = 0; i < keys_count; i++)
		CHECK(crypto_sign_keypair(all->frontends[i].key.public_key, secrets[i]) == 0);
	randombytes_buf(all->messages, SIGNED_MESSAGES * all->message_size);
	for (size_t i = 0; i < SIGNED_MESSAGES; i++)
		CHECK(crypto_sign_detached(all->signatures[i], NULL,
					   all->messages + i * all->message_size,
					   all->message_size, secrets[i % keys_count]) == 0);
	sodium_memzero(secrets, sizeof secrets);
}

static void
tables_make(struct signed_messages *all, enum verifier_path path)
{
	size_t size = (verifier_memory(&all->manifest) + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;

	all->memory = aligned_alloc(HUGE_PAGE, size);
	CHECK(all->memory != NULL);
	(void)madvise(all->memory, size, MADV_HUGEPAGE); /* as tallyd's, where it is possible */
	all->verifier = verifier_make(&all->manifest, path, all->memory);
}

struct signed_messages *
signed_make(enum verifier_path path, size_t message_size, size_t keys_count)
{
	struct signed_messages *all = calloc(1, sizeof *all);

	CHECK(all != NULL && keys_count > 0 && keys_count <= frontends_max);
	all->messages = malloc(SIGNED_MESSAGES * message_size);
	CHECK(all->messages != NULL);
	all->message_size = message_size;
	all->manifest.frontends = all->frontends;
	all->manifest.frontends_count = keys_count;
	all->manifest.signing = TALLY_SIGNING_FRONTEND;
	sign(all);
	all->verifier = verifier_plain(&all->manifest);
	if (path != VERIFIER_LIBSODIUM)
		tables_make(all, path);
	return all;
}

void
signed_free(struct signed_messages *all)
{
	free(all->memory);
	free(all->messages);
	free(all);
}

static bool
plain_check(const struct signed_messages *all, size_t at)
{
	size_t key = at % all->manifest.frontends_count;

	return crypto_sign_verify_detached(
		   all->signatures[at], all->messages + at * all->message_size,
		   all->message_size, all->frontends[key].key.public_key) == 0;
}

bool
signed_check(const struct signed_messages *all, size_t first, size_t count)
{
	const struct verifier *verifier = &all->verifier;
	struct ed25519_item items[ED25519_BATCH_MAX];
	bool genuine = true;

	CHECK(count <= ED25519_BATCH_MAX);
	for (size_t i = 0; i < count; i++) {
		size_t at = (first + i) % SIGNED_MESSAGES;

		items[i].signature = all->signatures[at];
		items[i].message =
		    bytes_make(all->messages + at * all->message_size, all->message_size);
		if (verifier->path == VERIFIER_LIBSODIUM)
			items[i].genuine = plain_check(all, at);
		else
			items[i].key = &verifier->keys[at % all->manifest.frontends_count];
	}
	if (verifier->path != VERIFIER_LIBSODIUM)
		verifier_check(verifier, items, count);
	for (size_t i = 0; i < count; i++)
		genuine &= items[i].genuine;
	return genuine;
}
