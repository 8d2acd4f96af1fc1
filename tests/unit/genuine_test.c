#include "tests/lib/test.h"

#include <sodium.h>

#include "ballot/notice.h"
#include "verify/genuine.h"
#include "tests/lib/draft.h"

static void
look(const struct draft_campaign *campaign, struct verify_item *items, size_t count)
{
	const struct verifier verifier = verifier_plain(&campaign->manifest);

	verify_batch(&verifier, items, count);
}

static enum tally_verdict
verdict_of_bytes(const struct draft_campaign *campaign, struct bytes bytes)
{
	struct verify_item item = {.bytes = bytes};

	look(campaign, &item, 1);
	return item.verdict;
}

static enum tally_verdict
verdict_of(struct draft *draft, const struct draft_campaign *campaign)
{
	draft_finish(draft, campaign);
	return verdict_of_bytes(campaign, draft->bytes);
}

static void
frontend_accepted(void **state)
{
	struct draft_campaign campaign;
	struct draft drafts[2];
	struct verify_item items[2] = {0};
	uint8_t digest[BALLOT_DIGEST_SIZE];

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
	for (size_t i = 0; i < 2; i++) {
		drafts[i] = draft_make(&campaign);
		drafts[i].head.district = (uint16_t)i;
		drafts[i].key_id = drafts[i].signer =
		    i == 0 ? DRAFT_FRONTEND : DRAFT_FRONTEND_OTHER;
		draft_finish(&drafts[i], &campaign);
		items[i].bytes = drafts[i].bytes;
	}
	look(&campaign, items, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(items[i].verdict, TALLY_ACCEPTED);
		assert_int_equal(items[i].ballot.district, i);
		assert_ptr_equal(items[i].ballot.bytes.data, drafts[i].memory);
		ballot_digest(&items[i].ballot, digest);
		assert_memory_equal(items[i].digest, digest, sizeof digest);
	}
	assert_memory_not_equal(items[0].digest, items[1].digest, BALLOT_DIGEST_SIZE);
}

static void
one_bad_item_leaves_the_others(void **state)
{
	struct draft_campaign campaign;
	struct draft draft;
	struct verify_item items[5] = {0};
	uint8_t forged[1024];

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
	draft = draft_make(&campaign);
	draft_finish(&draft, &campaign);
	memcpy(forged, draft.memory, draft.bytes.size);
	forged[draft.bytes.size - 64] ^= 1;
	for (size_t i = 0; i < 5; i++)
		items[i].bytes = draft.bytes;
	items[1].bytes.data = forged;
	items[3].bytes.size = 20;
	look(&campaign, items, 5);
	assert_int_equal(items[0].verdict, TALLY_ACCEPTED);
	assert_int_equal(items[1].verdict, TALLY_BAD_SIGNATURE);
	assert_int_equal(items[2].verdict, TALLY_ACCEPTED);
	assert_int_equal(items[3].verdict, TALLY_MALFORMED);
	assert_int_equal(items[4].verdict, TALLY_ACCEPTED);
	look(&campaign, items, 0);
}

static void
frontend_refusals_before_the_signature(void **state)
{
	static uint8_t large[TALLY_BALLOT_SIZE_MAX + 1];
	static const uint8_t other_campaign[32] = {1};
	struct draft_campaign campaign;
	struct draft draft;

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
	assert_int_equal(verdict_of_bytes(&campaign, bytes_make(large, sizeof large)),
			 TALLY_TOO_LARGE);
	assert_int_equal(verdict_of_bytes(&campaign, BYTES_OF("")), TALLY_MALFORMED);
	assert_int_equal(verdict_of_bytes(&campaign, BYTES_OF("tally/ballot/v2\0")),
			 TALLY_UNKNOWN_VERSION);

	draft = draft_make(&campaign);
	draft.head.campaign = other_campaign;
	assert_int_equal(verdict_of(&draft, &campaign), TALLY_WRONG_CAMPAIGN);
	draft = draft_make(&campaign);
	draft.head.revision = 0;
	assert_int_equal(verdict_of(&draft, &campaign), TALLY_BAD_REVISION);
	draft = draft_make(&campaign);
	draft.head.district = 2;
	assert_int_equal(verdict_of(&draft, &campaign), TALLY_UNKNOWN_DISTRICT);
	draft = draft_make(&campaign);
	draft.choice.option = 3;
	assert_int_equal(verdict_of(&draft, &campaign), TALLY_UNKNOWN_OPTION);
	draft = draft_make(&campaign);
	draft.head.signing = TALLY_SIGNING_VOTER;
	draft.signer = 0;
	draft_certify(&draft, DRAFT_REGISTRAR);
	assert_int_equal(verdict_of(&draft, &campaign), TALLY_MALFORMED);
}

static void
frontend_signers(void **state)
{
	static const uint32_t strangers[] = {DRAFT_REGISTRAR, DRAFT_AUTHORITY, 1000, 0};
	struct draft_campaign campaign;
	struct draft draft;

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
	for (size_t i = 0; i < 4; i++) {
		draft = draft_make(&campaign);
		draft.key_id = strangers[i];
		assert_int_equal(verdict_of(&draft, &campaign), TALLY_UNKNOWN_SIGNER);
	}
	draft = draft_make(&campaign);
	draft.signer = DRAFT_FRONTEND_OTHER; /* listed, but not the one named */
	assert_int_equal(verdict_of(&draft, &campaign), TALLY_BAD_SIGNATURE);
	draft = draft_make(&campaign);
	draft.signer = 1000;
	assert_int_equal(verdict_of(&draft, &campaign), TALLY_BAD_SIGNATURE);
}

/* Adds the group order L to a little-endian scalar. */
static void
order_add(uint8_t scalar[32])
{
	static const uint8_t order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a,       0x63,
					  0x12, 0x58, 0xd6, 0x9c, 0xf7,       0xa2,
					  0xde, 0xf9, 0xde, 0x14, [31] = 0x10};
	unsigned carry = 0;

	for (size_t i = 0; i < 32; i++) {
		carry += scalar[i] + order[i];
		scalar[i] = (uint8_t)carry;
		carry >>= 8;
	}
}

static void
a_signature_has_no_second_form(void **state)
{
	struct draft_campaign campaign;
	struct draft draft;

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
	draft = draft_make(&campaign);
	assert_int_equal(verdict_of(&draft, &campaign), TALLY_ACCEPTED);
	order_add(draft.memory + draft.bytes.size - 32);
	assert_int_equal(verdict_of_bytes(&campaign, draft.bytes), TALLY_BAD_SIGNATURE);
}

/* Whatever bit is changed, the ballot is not accepted. */
static void
every_bit_flip_is_refused(const struct draft_campaign *campaign, struct draft *draft)
{
	assert_int_equal(verdict_of(draft, campaign), TALLY_ACCEPTED);
	for (size_t bit = 0; bit < 8 * draft->bytes.size; bit++) {
		draft->memory[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_not_equal(verdict_of_bytes(campaign, draft->bytes), TALLY_ACCEPTED);
		draft->memory[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void
bit_flips(void **state)
{
	struct draft_campaign campaign;
	struct draft draft;

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
	draft = draft_make(&campaign);
	every_bit_flip_is_refused(&campaign, &draft);
	draft_campaign_init(&campaign, TALLY_SIGNING_VOTER);
	draft = draft_make(&campaign);
	draft_certify(&draft, DRAFT_REGISTRAR);
	every_bit_flip_is_refused(&campaign, &draft);
}

static void
voter_accepted(void **state)
{
	struct draft_campaign campaign;
	struct draft draft;
	struct verify_item item = {0};

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_VOTER);
	draft = draft_make(&campaign);
	draft_certify(&draft, DRAFT_REGISTRAR);
	draft_finish(&draft, &campaign);
	item.bytes = draft.bytes;
	look(&campaign, &item, 1);
	assert_int_equal(item.verdict, TALLY_ACCEPTED);
	assert_int_equal(item.ballot.serial, 7);
	assert_memory_equal(item.ballot.voter_key, campaign.voter_key, 32);

	draft = draft_make(&campaign);
	draft.certificate.registrar = DRAFT_REGISTRAR_OTHER;
	draft_certify(&draft, DRAFT_REGISTRAR_OTHER);
	assert_int_equal(verdict_of(&draft, &campaign), TALLY_ACCEPTED);
}

static void
voter_registrars(void **state)
{
	static const uint32_t strangers[] = {DRAFT_FRONTEND, DRAFT_AUTHORITY, 1000, 0};
	struct draft_campaign campaign;
	struct draft draft;

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_VOTER);
	for (size_t i = 0; i < 4; i++) {
		draft = draft_make(&campaign);
		draft.certificate.registrar = strangers[i];
		draft_certify(&draft, strangers[i]);
		assert_int_equal(verdict_of(&draft, &campaign), TALLY_BAD_CERTIFICATE);
	}
	draft = draft_make(&campaign);
	draft_certify(&draft, DRAFT_REGISTRAR_OTHER); /* listed, but not the one named */
	assert_int_equal(verdict_of(&draft, &campaign), TALLY_BAD_CERTIFICATE);
	draft = draft_make(&campaign);
	draft_certify(&draft, DRAFT_REGISTRAR);
	draft.certificate.registrar = DRAFT_REGISTRAR_OTHER;
	assert_int_equal(verdict_of(&draft, &campaign), TALLY_BAD_CERTIFICATE);
}

/* A certificate is good for its own campaign, tag, district, key and serial only. */
static void
voter_borrowed_certificates(void **state)
{
	struct draft_campaign campaign;

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_VOTER);
	for (int what = 0; what < 5; what++) {
		struct draft draft = draft_make(&campaign);
		struct ballot_certificate *certificate = &draft.certificate;

		certificate->campaign[0] ^= what == 0;
		certificate->tag[31] ^= what == 1;
		certificate->district = what == 2 ? 0 : 1;
		certificate->voter_key[5] ^= what == 3;
		draft_certify(&draft, DRAFT_REGISTRAR);
		memcpy(certificate->voter_key, campaign.voter_key, 32);
		certificate->serial += what == 4;
		assert_int_equal(verdict_of(&draft, &campaign), TALLY_BAD_CERTIFICATE);
	}
}

static void
voter_signatures(void **state)
{
	struct draft_campaign campaign;
	struct draft draft;

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_VOTER);
	draft = draft_make(&campaign);
	draft_certify(&draft, DRAFT_REGISTRAR);
	draft.signer = 1001;
	assert_int_equal(verdict_of(&draft, &campaign), TALLY_BAD_SIGNATURE);
	draft.signer = DRAFT_REGISTRAR; /* a registrar cannot vote for whom it certifies */
	assert_int_equal(verdict_of(&draft, &campaign), TALLY_BAD_SIGNATURE);

	/* the identity as a voter's key: anything would verify under a lax rule */
	draft = draft_make(&campaign);
	memset(draft.certificate.voter_key, 0, 32);
	draft.certificate.voter_key[0] = 1;
	draft_certify(&draft, DRAFT_REGISTRAR);
	draft_finish(&draft, &campaign);
	memset(draft.memory + draft.bytes.size - 64, 0, 64);
	draft.memory[draft.bytes.size - 64] = 1;
	assert_int_equal(verdict_of_bytes(&campaign, draft.bytes), TALLY_BAD_SIGNATURE);
}

static void
voter_campaign_takes_no_frontend_ballot(void **state)
{
	struct draft_campaign campaign;
	struct draft draft;

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_VOTER);
	draft = draft_make(&campaign);
	draft.head.signing = TALLY_SIGNING_FRONTEND;
	draft.signer = DRAFT_FRONTEND;
	assert_int_equal(verdict_of(&draft, &campaign), TALLY_MALFORMED);
}

static enum tally_verdict
notice_verdict(const struct draft_campaign *campaign, uint32_t key_id, uint32_t signer,
	       bool altered)
{
	static const uint8_t previous[32];
	uint8_t memory[256], public_key[32], secret[64];
	struct writer writer = writer_make(memory, sizeof memory);
	struct notice_head head = {campaign->manifest.id, 1, previous, TALLY_NOTICE_CLOSE};
	struct notice notice;

	draft_secret(signer, public_key, secret);
	notice_write(&writer, &head, bytes_make(NULL, 0), key_id, secret);
	memory[51] ^= altered; /* the number: 0 */
	assert_int_equal(notice_parse(writer_view(&writer), &notice), TALLY_ACCEPTED);
	return verify_notice(&campaign->manifest, &notice);
}

static void
notices(void **state)
{
	struct draft_campaign campaign;

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
	assert_int_equal(notice_verdict(&campaign, DRAFT_AUTHORITY, DRAFT_AUTHORITY, false),
			 TALLY_ACCEPTED);
	assert_int_equal(notice_verdict(&campaign, DRAFT_AUTHORITY, DRAFT_AUTHORITY, true),
			 TALLY_BAD_SIGNATURE);
	assert_int_equal(notice_verdict(&campaign, DRAFT_AUTHORITY, DRAFT_FRONTEND, false),
			 TALLY_BAD_SIGNATURE);
	assert_int_equal(notice_verdict(&campaign, DRAFT_FRONTEND, DRAFT_FRONTEND, false),
			 TALLY_UNKNOWN_SIGNER);
	assert_int_equal(notice_verdict(&campaign, DRAFT_REGISTRAR, DRAFT_REGISTRAR, false),
			 TALLY_UNKNOWN_SIGNER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(frontend_accepted),
	    cmocka_unit_test(one_bad_item_leaves_the_others),
	    cmocka_unit_test(frontend_refusals_before_the_signature),
	    cmocka_unit_test(frontend_signers),
	    cmocka_unit_test(a_signature_has_no_second_form),
	    cmocka_unit_test(bit_flips),
	    cmocka_unit_test(voter_accepted),
	    cmocka_unit_test(voter_registrars),
	    cmocka_unit_test(voter_borrowed_certificates),
	    cmocka_unit_test(voter_signatures),
	    cmocka_unit_test(voter_campaign_takes_no_frontend_ballot),
	    cmocka_unit_test(notices),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
