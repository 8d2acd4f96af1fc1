/* Whatever the path, whatever else is in the batch: the same verdict for the same ballot. */
#include <sodium.h>

#include "tests/lib/draft.h"
#include "tests/lib/verifiers.h"

#include "limits.h"
#include "verify/genuine.h"

enum {
	ITEMS = ED25519_BATCH_MAX + 1,
	STRANGER = 77,
};

struct sample {
	struct draft draft;
	uint8_t tag[TALLY_TAG_SIZE];
	enum tally_verdict verdict; /* that it must get */
};

static struct sample samples[ITEMS];

static void
flip(struct draft *draft, size_t from_end)
{
	draft->memory[draft->bytes.size - from_end] ^= 1;
}

enum {
	R = 64,
	S = 32,
	CERTIFICATE = 128,
};

static void
make_frontends(struct sample *sample, const struct draft_campaign *campaign, size_t kind)
{
	static const enum tally_verdict verdicts[] = {
	    TALLY_ACCEPTED,      TALLY_ACCEPTED,      TALLY_BAD_SIGNATURE,
	    TALLY_BAD_SIGNATURE, TALLY_BAD_SIGNATURE, TALLY_UNKNOWN_SIGNER,
	    TALLY_MALFORMED,     TALLY_UNKNOWN_OPTION};
	struct draft *draft = &sample->draft;

	kind %= sizeof verdicts / sizeof verdicts[0];
	draft->key_id = kind == 5   ? STRANGER
			: kind == 1 ? DRAFT_FRONTEND_OTHER
				    : DRAFT_FRONTEND;
	draft->signer = kind == 4 ? DRAFT_FRONTEND_OTHER : draft->key_id;
	draft->choice.option = kind == 7 ? 3 : 2;
	draft_finish(draft, campaign);
	if (kind == 2 || kind == 3)
		flip(draft, kind == 2 ? R : S);
	if (kind == 6)
		draft->bytes.size = 30;
	sample->verdict = verdicts[kind];
}

static void
make_voters(struct sample *sample, const struct draft_campaign *campaign, size_t kind)
{
	static const enum tally_verdict verdicts[] = {
	    TALLY_ACCEPTED,        TALLY_BAD_CERTIFICATE, TALLY_BAD_CERTIFICATE,
	    TALLY_BAD_CERTIFICATE, TALLY_BAD_SIGNATURE,   TALLY_BAD_CERTIFICATE,
	    TALLY_MALFORMED,       TALLY_ACCEPTED};
	struct draft *draft = &sample->draft;

	kind %= sizeof verdicts / sizeof verdicts[0];
	if (kind == 1)
		draft->certificate.registrar = DRAFT_REGISTRAR_OTHER;
	if (kind == 2)
		draft->certificate.registrar = STRANGER;
	if (kind == 7)
		draft->certificate.registrar = DRAFT_REGISTRAR_OTHER;
	draft_certify(draft, kind == 7 ? DRAFT_REGISTRAR_OTHER : DRAFT_REGISTRAR);
	draft_finish(draft, campaign);
	if (kind == 3 || kind == 5)
		flip(draft, CERTIFICATE);
	if (kind == 4 || kind == 5)
		flip(draft, R);
	if (kind == 6)
		draft->bytes.size = 30;
	sample->verdict = verdicts[kind];
}

static void
make_samples(const struct draft_campaign *campaign)
{
	for (size_t i = 0; i < ITEMS; i++) {
		struct sample *sample = &samples[i];
		size_t kind = i < 16 ? i : i * 7 + i / 8;

		memset(sample->tag, 0, sizeof sample->tag);
		be32_store(sample->tag, (uint32_t)i);
		sample->draft = draft_make(campaign);
		sample->draft.head.tag = sample->tag;
		memcpy(sample->draft.certificate.tag, sample->tag, sizeof sample->tag);
		if (campaign->manifest.signing == TALLY_SIGNING_VOTER)
			make_voters(sample, campaign, kind);
		else
			make_frontends(sample, campaign, kind);
	}
}

/* Samples [first, first + count), as one batch. */
static void
look(const struct verifier *verifier, size_t first, size_t count)
{
	static struct verify_item items[ITEMS];

	for (size_t i = 0; i < count; i++) {
		memset(&items[i], 0xa5, sizeof items[i]);
		items[i].bytes = samples[first + i].draft.bytes;
	}
	verify_batch(verifier, items, count);
	for (size_t i = 0; i < count; i++) {
		uint8_t digest[BALLOT_DIGEST_SIZE];

		assert_int_equal(items[i].verdict, samples[first + i].verdict);
		if (items[i].verdict != TALLY_ACCEPTED)
			continue;
		assert_ptr_equal(items[i].ballot.tag, items[i].bytes.data + 48);
		ballot_digest(&items[i].ballot, digest);
		assert_memory_equal(items[i].digest, digest, sizeof digest);
	}
}

static void
every_size(enum tally_signing signing)
{
	static const size_t sizes[] = {0, 1, 2, 3, 7, 8, 9, 15, 17, 32, 64, 255, 256, ITEMS};
	struct draft_campaign campaign;
	struct verifiers verifiers;

	draft_campaign_init(&campaign, signing);
	make_samples(&campaign);
	verifiers_make(&verifiers, &campaign.manifest);
	assert_true(verifiers.count >= 2);
	for (size_t at = 0; at < verifiers.count; at++)
		for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
			look(&verifiers.list[at], 0, sizes[i]);
			look(&verifiers.list[at], ITEMS - sizes[i], sizes[i]);
		}
	verifiers_free(&verifiers);
}

static void
frontends(void **state)
{
	(void)state;
	every_size(TALLY_SIGNING_FRONTEND);
}

static void
voters(void **state)
{
	(void)state;
	every_size(TALLY_SIGNING_VOTER);
}

/* What would pass where A were the identity: R = [S]B, made without any secret; or R the identity
 * and S zero. */
static void
forge_for_nobody(uint8_t signature[TALLY_SIGNATURE_SIZE], bool zero)
{
	if (zero) {
		memset(signature, 0, TALLY_SIGNATURE_SIZE);
		signature[0] = 1;
		return;
	}
	assert_int_equal(crypto_scalarmult_ed25519_base_noclamp(signature, signature + R - S),
			 0);
}

/* A listed key that is none: the identity, whose signature (R the identity, S zero) the equation
 * meets for every message; and the identity written another way. */
static void
key_that_is_none(void **state)
{
	static const uint8_t keys[2][TALLY_KEY_SIZE] = {
	    {1}, {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}};
	struct draft_campaign campaign;
	struct verifiers verifiers;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
		memcpy(campaign.frontends[1].key.public_key, keys[i], TALLY_KEY_SIZE);
		make_samples(&campaign);
		verifiers_make(&verifiers, &campaign.manifest);
		for (size_t at = 0; at < ITEMS; at++) {
			struct draft *draft = &samples[at].draft;

			if (draft->key_id != DRAFT_FRONTEND_OTHER)
				continue;
			samples[at].verdict = TALLY_BAD_SIGNATURE;
			forge_for_nobody(draft->memory + draft->bytes.size - R, at % 2 == 0);
		}
		for (size_t at = 0; at < verifiers.count; at++) {
			assert_int_equal(verifier_tables(&verifiers.list[at]), at > 0);
			look(&verifiers.list[at], 0, ITEMS);
		}
		verifiers_free(&verifiers);
	}
}

/* However many keys: what they need stays below the bound, and every one of them works. */
static void
many_keys(void **state)
{
	static struct manifest_frontend many[frontends_max];
	struct draft_campaign campaign;
	struct verifiers verifiers;

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
	for (uint32_t i = 0; i < frontends_max; i++) {
		uint8_t secret[64];

		many[i] = campaign.frontends[0];
		many[i].key.id = 1000 + i;
		draft_secret(many[i].key.id, many[i].key.public_key, secret);
	}
	campaign.manifest.frontends = many;
	for (size_t count = 1; count <= frontends_max; count++) {
		campaign.manifest.frontends_count = count;
		assert_true(verifier_memory(&campaign.manifest) <= key_tables_bytes_max);
	}
	for (size_t i = 0; i < ITEMS; i++) {
		struct draft *draft = &samples[i].draft;

		*draft = draft_make(&campaign);
		draft->key_id = draft->signer = 1000 + (uint32_t)i % frontends_max;
		draft_finish(draft, &campaign);
		samples[i].verdict = TALLY_ACCEPTED;
		if (i % 5 != 4)
			continue;
		flip(draft, i % 2 == 0 ? R : S);
		samples[i].verdict = TALLY_BAD_SIGNATURE;
	}
	verifiers_make(&verifiers, &campaign.manifest);
	for (size_t at = 0; at < verifiers.count; at++)
		look(&verifiers.list[at], 0, ITEMS);
	assert_int_equal(verifier_tables(&verifiers.list[1]), frontends_max);
	verifiers_free(&verifiers);
}

/* By what a signature costs; where voters sign, libsodium looks at one of each ballot. */
static void
jobs(void **state)
{
	const struct {
		enum tally_signing signing;
		enum verifier_path path;
		bool avx2;
		unsigned job;
	} cases[] = {
	    {TALLY_SIGNING_FRONTEND, VERIFIER_LIBSODIUM, true, 32},
	    {TALLY_SIGNING_FRONTEND, VERIFIER_PORTABLE, false, 160},
	    {TALLY_SIGNING_FRONTEND, VERIFIER_PORTABLE, true, 256},
	    {TALLY_SIGNING_FRONTEND, VERIFIER_IFMA, false, 256},
	    {TALLY_SIGNING_VOTER, VERIFIER_LIBSODIUM, true, 32},
	    {TALLY_SIGNING_VOTER, VERIFIER_PORTABLE, true, 32},
	    {TALLY_SIGNING_VOTER, VERIFIER_IFMA, true, 32},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct draft_campaign campaign;
		struct verifier verifier;

		draft_campaign_init(&campaign, cases[i].signing);
		verifier = verifier_plain(&campaign.manifest);
		verifier.path = cases[i].path;
		verifier.avx2 = cases[i].avx2;
		assert_int_equal(verifier_job(&verifier), cases[i].job);
	}
}

static void
names(void **state)
{
	(void)state;
	for (int i = 0; i < VERIFIER_PATHS_COUNT; i++) {
		enum verifier_path path = VERIFIER_PATHS_COUNT;
		const char *name = verifier_path_name((enum verifier_path)i);

		assert_true(verifier_path_parse(bytes_of_string(name), &path));
		assert_int_equal(path, i);
		assert_false(verifier_path_parse(bytes_make(name, strlen(name) - 1), &path));
	}
	assert_true(verifier_path_available(VERIFIER_LIBSODIUM));
	assert_true(verifier_path_available(VERIFIER_PORTABLE));
	assert_true(verifier_path_available(verifier_path_best()));
	assert_int_not_equal(verifier_path_best(), VERIFIER_LIBSODIUM);
	assert_string_equal(verifier_path_sums(VERIFIER_LIBSODIUM), "");
	assert_string_equal(verifier_path_sums(VERIFIER_IFMA), "");
	assert_string_equal(verifier_path_sums(VERIFIER_PORTABLE),
			    ed25519_avx2_available()  ? "avx2"
			    : ed25519_adx_available() ? "adx"
						      : "plain");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(frontends),
	    cmocka_unit_test(voters),
	    cmocka_unit_test(key_that_is_none),
	    cmocka_unit_test(many_keys),
	    cmocka_unit_test(jobs),
	    cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
