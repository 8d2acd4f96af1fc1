#include "bench/probe/facts.h"

#include <sodium.h>

#include "ballot/certificate.h"
#include "verify/genuine.h"

/* What a worker looks at together. */
struct examination {
	size_t count;
	struct facts *facts[ED25519_BATCH_MAX];
	struct ballot ballots[ED25519_BATCH_MAX];
	struct ed25519_item items[ED25519_BATCH_MAX]; /* by keys of the manifest */
	uint8_t certificates[ED25519_BATCH_MAX][CERTIFICATE_MESSAGE_SIZE];
};

static const struct verifier *verifier; /* NULL: none */
static uint8_t name_key[32];

void
facts_begin(const struct verifier *by)
{
	verifier = by;
	randombytes_buf(name_key, sizeof name_key);
}

/* The listed key that signs first: its place; false if there is none. */
static bool
signer_of(const struct ballot *ballot, size_t *place, const uint8_t **key)
{
	const struct manifest *manifest = verifier->manifest;

	if (ballot->signing == TALLY_SIGNING_VOTER) {
		*place = manifest_registrar_place(manifest, ballot->key_id);
		if (*place < manifest->registrars_count)
			*key = manifest->registrars[*place].public_key;
		return *place < manifest->registrars_count;
	}
	*place = manifest_frontend_place(manifest, ballot->key_id);
	if (*place < manifest->frontends_count)
		*key = manifest->frontends[*place].key.public_key;
	return *place < manifest->frontends_count;
}

static void
put(struct examination *all, struct facts *facts)
{
	size_t at = all->count;
	struct ballot *ballot = &all->ballots[at];
	struct ed25519_item *item = &all->items[at];
	const uint8_t *key = NULL;
	size_t place = 0;

	facts->genuine = ballot_parse(bytes_make(facts->entry.data + 1, facts->entry.size - 1),
				      ballot) == TALLY_ACCEPTED &&
			 (verifier == NULL || signer_of(ballot, &place, &key));
	if (!facts->genuine)
		return;
	all->facts[all->count++] = facts;
	if (verifier == NULL)
		return;
	*item = (struct ed25519_item){.signature = ballot->signature,
				      .message = ballot->signed_bytes};
	if (ballot->signing == TALLY_SIGNING_VOTER) {
		certificate_message(ballot, all->certificates[at]);
		item->signature = ballot->certificate;
		item->message = bytes_make(all->certificates[at], CERTIFICATE_MESSAGE_SIZE);
	}
	if (verifier->path == VERIFIER_LIBSODIUM)
		item->genuine = verify_signature(item->signature, item->message, key);
	else
		item->key = &verifier->keys[place];
}

static void
look(struct examination *all, size_t at)
{
	const struct ballot *ballot = &all->ballots[at];
	struct facts *facts = all->facts[at];

	if (verifier != NULL)
		facts->genuine = all->items[at].genuine;
	if (verifier != NULL && ballot->signing == TALLY_SIGNING_VOTER)
		facts->genuine =
		    facts->genuine && verify_signature(ballot->signature, ballot->signed_bytes,
						       ballot->voter_key);
	if (!facts->genuine)
		return;
	crypto_generichash(facts->name, FACTS_NAME_SIZE, ballot->tag, TALLY_TAG_SIZE, name_key,
			   sizeof name_key);
	tree_leaf(facts->entry, &facts->leaf);
}

void
facts_find(struct facts *facts, size_t count)
{
	struct examination all;

	for (size_t first = 0; first < count; first += ED25519_BATCH_MAX) {
		all.count = 0;
		for (size_t i = first; i < count && i < first + ED25519_BATCH_MAX; i++)
			put(&all, &facts[i]);
		if (verifier != NULL && verifier->path != VERIFIER_LIBSODIUM)
			verifier_check(verifier, all.items, all.count);
		for (size_t i = 0; i < all.count; i++)
			look(&all, i);
	}
}
