#define OPENSSL_SUPPRESS_DEPRECATED /* SHA256_Init: a fifth of what the one-shot call costs */
#include "bench/probe/facts.h"

#include <openssl/sha.h>
#include <sodium.h>
#include <string.h>

#include "ballot/certificate.h"
#include "limits.h"
#include "verify/genuine.h"

const char *const facts_paths[FACTS_PATHS] = {"none", "libsodium", "portable", "ifma"};

static const struct manifest *campaign;
static enum facts_path path;
static uint8_t name_key[32];

bool
facts_begin(const struct manifest *manifest, enum facts_path asked)
{
	campaign = manifest;
	path = asked;
	randombytes_buf(name_key, sizeof name_key);
	return asked <= FACTS_LIBSODIUM;
}

static const uint8_t *
known_key(const struct ballot *ballot)
{
	bool voter = ballot->signing == TALLY_SIGNING_VOTER;
	size_t place = voter ? manifest_registrar_place(campaign, ballot->key_id)
			     : manifest_frontend_place(campaign, ballot->key_id);

	if (place == (voter ? campaign->registrars_count : campaign->frontends_count))
		return NULL;
	return voter ? campaign->registrars[place].public_key
		     : campaign->frontends[place].key.public_key;
}

static bool
genuine(const struct ballot *ballot)
{
	const uint8_t *key = known_key(ballot);
	uint8_t message[CERTIFICATE_MESSAGE_SIZE];

	if (key == NULL)
		return false;
	if (ballot->signing != TALLY_SIGNING_VOTER)
		return verify_signature(ballot->signature, ballot->signed_bytes, key);
	certificate_message(ballot, message);
	return verify_signature(ballot->certificate, bytes_make(message, sizeof message),
				key) &&
	       verify_signature(ballot->signature, ballot->signed_bytes, ballot->voter_key);
}

static void
leaf(struct bytes entry, uint8_t out[TALLY_HASH_SIZE])
{
	SHA256_CTX context;

	SHA256_Init(&context);
	SHA256_Update(&context, (uint8_t[]){0}, 1);
	SHA256_Update(&context, entry.data, entry.size);
	SHA256_Final(out, &context);
}

void
facts_node(const uint8_t *left, const uint8_t *right, uint8_t out[TALLY_HASH_SIZE])
{
	SHA256_CTX context;

	SHA256_Init(&context);
	SHA256_Update(&context, (uint8_t[]){1}, 1);
	SHA256_Update(&context, left, TALLY_HASH_SIZE);
	SHA256_Update(&context, right, TALLY_HASH_SIZE);
	SHA256_Final(out, &context);
}

void
facts_find(struct facts *facts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct bytes bytes =
		    bytes_make(facts[i].entry.data + 1, facts[i].entry.size - 1);
		struct ballot ballot;

		facts[i].genuine = ballot_parse(bytes, &ballot) == TALLY_ACCEPTED &&
				   (path == FACTS_NONE || genuine(&ballot));
		if (!facts[i].genuine)
			continue;
		crypto_generichash(facts[i].name, FACTS_NAME_SIZE, ballot.tag, TALLY_TAG_SIZE,
				   name_key, sizeof name_key);
		leaf(facts[i].entry, facts[i].leaf);
	}
}
