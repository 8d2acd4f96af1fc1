#include "verify/genuine.h"

#include <sodium.h>
#include <string.h>

#include "ballot/certificate.h"
#include "ballot/notice.h"
#include "campaign/rules.h"
#include "campaign/sheetrules.h"

bool
verify_signature(const uint8_t signature[TALLY_SIGNATURE_SIZE], struct bytes message,
		 const uint8_t key[TALLY_KEY_SIZE])
{
	return crypto_sign_verify_detached(signature, message.data, message.size, key) == 0;
}

static const struct note_key *
key_find(const struct note_key *keys, size_t count, uint32_t id)
{
	for (size_t i = 0; i < count; i++) {
		if (keys[i].id == id)
			return &keys[i];
	}
	return NULL;
}

/* Signatures of listed keys that wait for one look at all of them. */
struct queue {
	size_t count;
	struct ed25519_item signatures[ED25519_BATCH_MAX];
	struct verify_item *owners[ED25519_BATCH_MAX];
};

/* What a listed key has signed of a ballot. */
struct claim {
	const uint8_t *signature;
	struct bytes message;
	const uint8_t *key;
	size_t place; /* of the key in the manifest */
};

/* The frontend's word; false if none has that id. */
static bool
claim_ballot(const struct manifest *manifest, const struct ballot *ballot, struct claim *claim)
{
	claim->place = manifest_frontend_place(manifest, ballot->key_id);
	if (claim->place == manifest->frontends_count)
		return false;
	claim->key = manifest->frontends[claim->place].key.public_key;
	claim->signature = ballot->signature;
	claim->message = ballot->signed_bytes;
	return true;
}

/* The registrar's word, in `message`; false if none has that id. */
static bool
claim_certificate(const struct manifest *manifest, const struct ballot *ballot,
		  uint8_t message[CERTIFICATE_MESSAGE_SIZE], struct claim *claim)
{
	claim->place = manifest_registrar_place(manifest, ballot->key_id);
	if (claim->place == manifest->registrars_count)
		return false;
	certificate_message(ballot, message);
	claim->key = manifest->registrars[claim->place].public_key;
	claim->signature = ballot->certificate;
	claim->message = bytes_make(message, CERTIFICATE_MESSAGE_SIZE);
	return true;
}

static void
settle(struct verify_item *item, bool genuine)
{
	if (!genuine)
		item->verdict = item->ballot.signing == TALLY_SIGNING_VOTER
				    ? TALLY_BAD_CERTIFICATE
				    : TALLY_BAD_SIGNATURE;
}

/* Into the queue, or settled at once where the key has no table. */
static void
ask(const struct verifier *verifier, struct queue *queue, struct verify_item *item,
    const struct claim *claim)
{
	if (verifier->keys_count == 0 || verifier->keys[claim->place].entries == NULL) {
		settle(item, verify_signature(claim->signature, claim->message, claim->key));
		return;
	}
	CHECK(queue->count < ED25519_BATCH_MAX);
	queue->owners[queue->count] = item;
	queue->signatures[queue->count++] =
	    (struct ed25519_item){.signature = claim->signature,
				  .message = claim->message,
				  .key = &verifier->keys[claim->place]};
}

static void
ask_all(const struct verifier *verifier, struct queue *queue)
{
	if (queue->count > 0)
		verifier_check(verifier, queue->signatures, queue->count);
	for (size_t i = 0; i < queue->count; i++)
		settle(queue->owners[i], queue->signatures[i].genuine);
}

/* Shape and rules. */
static bool
read_item(const struct manifest *manifest, struct verify_item *item)
{
	item->verdict = ballot_parse(item->bytes, &item->ballot);
	if (item->verdict == TALLY_ACCEPTED)
		item->verdict = rules_check(manifest, &item->ballot);
	return item->verdict == TALLY_ACCEPTED;
}

static void
batch_frontends(const struct verifier *verifier, struct verify_item *items, size_t count)
{
	struct queue queue;

	queue.count = 0;
	for (size_t i = 0; i < count; i++) {
		struct claim claim;

		if (!read_item(verifier->manifest, &items[i]))
			continue;
		if (claim_ballot(verifier->manifest, &items[i].ballot, &claim))
			ask(verifier, &queue, &items[i], &claim);
		else
			items[i].verdict = TALLY_UNKNOWN_SIGNER;
	}
	ask_all(verifier, &queue);
}

static void
batch_registrars(const struct verifier *verifier, struct verify_item *items, size_t count)
{
	uint8_t messages[ED25519_BATCH_MAX][CERTIFICATE_MESSAGE_SIZE];
	struct queue queue;

	queue.count = 0;
	for (size_t i = 0; i < count; i++) {
		struct claim claim;

		if (!read_item(verifier->manifest, &items[i]))
			continue;
		if (claim_certificate(verifier->manifest, &items[i].ballot, messages[i],
				      &claim))
			ask(verifier, &queue, &items[i], &claim);
		else
			items[i].verdict = TALLY_BAD_CERTIFICATE;
	}
	ask_all(verifier, &queue);
}

/* Nobody knew the voters' own keys beforehand. */
static void
batch_voters(struct verify_item *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct ballot *ballot = &items[i].ballot;

		if (items[i].verdict == TALLY_ACCEPTED &&
		    !verify_signature(ballot->signature, ballot->signed_bytes,
				      ballot->voter_key))
			items[i].verdict = TALLY_BAD_SIGNATURE;
	}
}

static void
batch(const struct verifier *verifier, struct verify_item *items, size_t count)
{
	if (verifier->manifest->signing == TALLY_SIGNING_VOTER) {
		batch_registrars(verifier, items, count);
		batch_voters(items, count);
	} else {
		batch_frontends(verifier, items, count);
	}
	for (size_t i = 0; i < count; i++)
		if (items[i].verdict == TALLY_ACCEPTED)
			ballot_digest(&items[i].ballot, items[i].digest);
}

void
verify_batch(const struct verifier *verifier, struct verify_item *items, size_t count)
{
	for (size_t at = 0; at < count; at += ED25519_BATCH_MAX)
		batch(verifier, items + at,
		      count - at < ED25519_BATCH_MAX ? count - at : ED25519_BATCH_MAX);
}

enum tally_verdict
verify_notice(const struct manifest *manifest, const struct notice *notice)
{
	const struct note_key *authority =
	    key_find(manifest->authorities, manifest->authorities_count, notice->key_id);

	if (memcmp(notice->campaign, manifest->id, TALLY_HASH_SIZE) != 0)
		return TALLY_WRONG_CAMPAIGN;
	if (authority == NULL)
		return TALLY_UNKNOWN_SIGNER;
	return verify_signature(notice->signature, notice->signed_bytes, authority->public_key)
		   ? TALLY_ACCEPTED
		   : TALLY_BAD_SIGNATURE;
}

enum tally_verdict
verify_sheet(const struct manifest *manifest, const struct sheet *sheet)
{
	enum tally_verdict verdict = sheetrules_check(manifest, sheet);

	if (verdict != TALLY_ACCEPTED)
		return verdict;
	return verify_signature(sheet->signature, sheet->signed_bytes,
				sheetrules_booth(manifest, sheet)->key.public_key)
		   ? TALLY_ACCEPTED
		   : TALLY_BAD_SIGNATURE;
}
