#include "tools/lib/signature.h"

#include <sodium.h>
#include <string.h>

#include "ballot/certificate.h"
#include "campaign/rules.h"
#include "campaign/sheetrules.h"

static bool
holds(const uint8_t *signature, struct bytes message, const uint8_t *key)
{
	return crypto_sign_verify_detached(signature, message.data, message.size, key) == 0;
}

/* NULL if no key has that id. */
static const uint8_t *
key_of(const struct note_key *keys, size_t count, uint32_t id)
{
	for (size_t i = 0; i < count; i++)
		if (keys[i].id == id)
			return keys[i].public_key;
	return NULL;
}

static const uint8_t *
frontend_key(const struct manifest *manifest, uint32_t id)
{
	for (size_t i = 0; i < manifest->frontends_count; i++)
		if (manifest->frontends[i].key.id == id)
			return manifest->frontends[i].key.public_key;
	return NULL;
}

static bool
certificate_holds(const struct manifest *manifest, const struct ballot *ballot)
{
	const uint8_t *registrar =
	    key_of(manifest->registrars, manifest->registrars_count, ballot->key_id);
	uint8_t message[CERTIFICATE_MESSAGE_SIZE];

	certificate_message(ballot, message);
	return registrar != NULL &&
	       holds(ballot->certificate, bytes_make(message, sizeof message), registrar);
}

enum tally_verdict
signature_ballot(const struct manifest *manifest, struct bytes bytes, struct ballot *out)
{
	enum tally_verdict verdict = ballot_parse(bytes, out);
	const uint8_t *key;

	if (verdict == TALLY_ACCEPTED)
		verdict = rules_check(manifest, out);
	if (verdict != TALLY_ACCEPTED)
		return verdict;
	if (out->signing == TALLY_SIGNING_VOTER && !certificate_holds(manifest, out))
		return TALLY_BAD_CERTIFICATE;
	key = out->signing == TALLY_SIGNING_VOTER ? out->voter_key
						  : frontend_key(manifest, out->key_id);
	if (key == NULL)
		return TALLY_UNKNOWN_SIGNER;
	return holds(out->signature, out->signed_bytes, key) ? TALLY_ACCEPTED
							     : TALLY_BAD_SIGNATURE;
}

enum tally_verdict
signature_notice(const struct manifest *manifest, const struct notice *notice)
{
	const uint8_t *key =
	    key_of(manifest->authorities, manifest->authorities_count, notice->key_id);

	if (memcmp(notice->campaign, manifest->id, TALLY_HASH_SIZE) != 0)
		return TALLY_WRONG_CAMPAIGN;
	if (key == NULL)
		return TALLY_UNKNOWN_SIGNER;
	return holds(notice->signature, notice->signed_bytes, key) ? TALLY_ACCEPTED
								   : TALLY_BAD_SIGNATURE;
}

enum tally_verdict
signature_sheet(const struct manifest *manifest, const struct sheet *sheet)
{
	enum tally_verdict verdict = sheetrules_check(manifest, sheet);

	if (verdict != TALLY_ACCEPTED)
		return verdict;
	return holds(sheet->signature, sheet->signed_bytes,
		     frontend_key(manifest, sheet->key_id))
		   ? TALLY_ACCEPTED
		   : TALLY_BAD_SIGNATURE;
}
