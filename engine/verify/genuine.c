#include "verify/genuine.h"

#include <sodium.h>
#include <string.h>

#include "ballot/certificate.h"
#include "ballot/notice.h"
#include "base/text.h"
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

static enum tally_verdict
frontend_check(const struct manifest *manifest, const struct ballot *ballot)
{
	const struct manifest_frontend *frontend =
	    manifest_frontend_find(manifest, ballot->key_id);

	if (frontend == NULL)
		return TALLY_UNKNOWN_SIGNER;
	return verify_signature(ballot->signature, ballot->signed_bytes,
				frontend->key.public_key)
		   ? TALLY_ACCEPTED
		   : TALLY_BAD_SIGNATURE;
}

static enum tally_verdict
voter_check(const struct manifest *manifest, const struct ballot *ballot)
{
	const struct note_key *registrar =
	    key_find(manifest->registrars, manifest->registrars_count, ballot->key_id);
	uint8_t message[CERTIFICATE_MESSAGE_SIZE];

	if (registrar == NULL)
		return TALLY_BAD_CERTIFICATE;
	certificate_message(ballot, message);
	if (!verify_signature(ballot->certificate, bytes_make(message, sizeof message),
			      registrar->public_key))
		return TALLY_BAD_CERTIFICATE;
	return verify_signature(ballot->signature, ballot->signed_bytes, ballot->voter_key)
		   ? TALLY_ACCEPTED
		   : TALLY_BAD_SIGNATURE;
}

static enum tally_verdict
ballot_check(const struct manifest *manifest, const struct ballot *ballot)
{
	enum tally_verdict verdict = rules_check(manifest, ballot);

	if (verdict != TALLY_ACCEPTED)
		return verdict;
	return ballot->signing == TALLY_SIGNING_VOTER ? voter_check(manifest, ballot)
						      : frontend_check(manifest, ballot);
}

static void
item_check(const struct manifest *manifest, struct verify_item *item)
{
	item->verdict = ballot_parse(item->bytes, &item->ballot);
	if (item->verdict == TALLY_ACCEPTED)
		item->verdict = ballot_check(manifest, &item->ballot);
	if (item->verdict == TALLY_ACCEPTED)
		ballot_digest(&item->ballot, item->digest);
}

void
verify_batch(const struct manifest *manifest, struct verify_item *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		item_check(manifest, &items[i]);
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

struct self_case {
	bool accepted;
	const char *key;
	const char *message;
	const char *signature;
};

/* One for each line where verifiers in the field differ. */
static const struct self_case self_cases[] = {
    /* prime-order key */
    {true, "a95ca4e7c8023d597ae0943cb3838b1921f2224f7cc5e5dd77eadd98d6bf2262", "6d616c6c2030",
     "cae2d95b2fb09c8cd2b368e3863311b3fc26e268acb87ed59da484d6cf75fdd8"
     "aacce69aac92874258aa842b8a0a4b6025485a769b0960301b3a67d1a2053b08"},
    /* key with a part of order 2, which the equation without cofactor still meets */
    {true, "44a35b1837fdc2a6851f6bc34c7c74e6de0dddb0833a1a22881522672940dd9d",
     "746f7273696f6e203420342030",
     "7cab3d8e3f7b5ac6c2b59541285280692cc75db909acba30c3291d30440c41a6"
     "d71045079266cc3b80784ed5c3ad85c770c6ecf110e706dd77fcf5eb2a3cd90e"},
    /* R with a part of order 8: equal only after multiplication by the cofactor */
    {false, "a95ca4e7c8023d597ae0943cb3838b1921f2224f7cc5e5dd77eadd98d6bf2262",
     "746f7273696f6e203020312030",
     "d3f66f79540464e07672dacff636182360b4c2643086ae23ea15e78054dd7552"
     "b6103b18fe666b04ae536d11a7a6baa7e36d8a4bc930265159151f0946cd3a06"},
    /* S + L */
    {false, "a95ca4e7c8023d597ae0943cb3838b1921f2224f7cc5e5dd77eadd98d6bf2262", "6d616c6c2030",
     "cae2d95b2fb09c8cd2b368e3863311b3fc26e268acb87ed59da484d6cf75fdd8"
     "97a0dcf7c6f5999a2e477cce68042a7525485a769b0960301b3a67d1a2053b18"},
    /* R of small order, which OpenSSL accepts */
    {false, "a95ca4e7c8023d597ae0943cb3838b1921f2224f7cc5e5dd77eadd98d6bf2262", "736d522030",
     "0100000000000000000000000000000000000000000000000000000000000000"
     "f2096f9fbbc65d83e1f640bfe0128360c11fc81a13fa037f716d5440995e6301"},
    /* key of small order, which OpenSSL accepts */
    {false, "0100000000000000000000000000000000000000000000000000000000000000",
     "736d616c6c2030",
     "0100000000000000000000000000000000000000000000000000000000000000"
     "0000000000000000000000000000000000000000000000000000000000000000"},
    /* key of small order, not canonical */
    {false, "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
     "736d616c6c2030",
     "0100000000000000000000000000000000000000000000000000000000000000"
     "0000000000000000000000000000000000000000000000000000000000000000"},
};

static bool
self_case_holds(const struct self_case *item)
{
	uint8_t key[TALLY_KEY_SIZE], message[32], signature[TALLY_SIGNATURE_SIZE];
	size_t message_size = strlen(item->message) / 2;

	CHECK(message_size <= sizeof message);
	if (!text_hex_parse(bytes_of_string(item->key), key, sizeof key) ||
	    !text_hex_parse(bytes_of_string(item->message), message, message_size) ||
	    !text_hex_parse(bytes_of_string(item->signature), signature, sizeof signature))
		return false;
	return verify_signature(signature, bytes_make(message, message_size), key) ==
	       item->accepted;
}

bool
verify_self_test(void)
{
	for (size_t i = 0; i < sizeof self_cases / sizeof self_cases[0]; i++) {
		if (!self_case_holds(&self_cases[i]))
			return false;
	}
	return true;
}
