#include "tests/lib/draft.h"

#include <sodium.h>

void
draft_secret(uint32_t id, uint8_t public_key[32], uint8_t secret[64])
{
	uint8_t seed[32] = {0};

	be32_store(seed, id);
	crypto_sign_seed_keypair(public_key, secret, seed);
}

static struct note_key
key_of(uint32_t id)
{
	struct note_key key = {.name = "key", .id = id};
	uint8_t secret[64];

	draft_secret(id, key.public_key, secret);
	return key;
}

void
draft_campaign_init(struct draft_campaign *campaign, enum tally_signing signing)
{
	static const uint8_t everywhere[2] = {1, 1};
	struct manifest *manifest = &campaign->manifest;

	*campaign = (struct draft_campaign){
	    .frontends = {{.key = key_of(DRAFT_FRONTEND)},
			  {.key = key_of(DRAFT_FRONTEND_OTHER)}},
	    .registrars = {key_of(DRAFT_REGISTRAR), key_of(DRAFT_REGISTRAR_OTHER)},
	    .authority = key_of(DRAFT_AUTHORITY),
	    .districts = {{.id = "north"}, {.id = "south"}},
	    .options = {{.id = "a"}, {.id = "b"}, {.id = "c"}},
	    .contest = {.id = "projects",
			.all_districts = true,
			.districts = everywhere,
			.method = MANIFEST_METHOD_APPROVAL,
			.min = 1,
			.max = 2,
			.budget_cap = -1,
			.sum_points = -1,
			.value_min = 1,
			.value_max = 1,
			.outcome.id = "none",
			.options_count = 3},
	};
	memset(campaign->tag, 0x5a, sizeof campaign->tag);
	draft_secret(1000, campaign->voter_key, campaign->voter_secret);
	campaign->contest.options = campaign->options;
	*manifest = (struct manifest){
	    .signing = signing,
	    .revisions_max = 1,
	    .authorities_count = 1,
	    .authorities = &campaign->authority,
	    .frontends_count = 2,
	    .frontends = campaign->frontends,
	    .registrars_count = 2,
	    .registrars = campaign->registrars,
	    .districts_count = 2,
	    .districts = campaign->districts,
	    .contests_count = 1,
	    .contests = &campaign->contest,
	    .options_count = 3,
	};
	memset(manifest->id, 0xc1, sizeof manifest->id);
}

struct draft
draft_make(const struct draft_campaign *campaign)
{
	struct draft draft = {
	    .head = {.campaign = campaign->manifest.id,
		     .tag = campaign->tag,
		     .revision = 1,
		     .district = 1,
		     .signing = campaign->manifest.signing},
	    .choice = {2, 1},
	    .key_id = DRAFT_FRONTEND,
	    .signer = campaign->manifest.signing == TALLY_SIGNING_VOTER ? 0 : DRAFT_FRONTEND,
	    .certificate = {.district = 1, .serial = 7, .registrar = DRAFT_REGISTRAR},
	};

	memcpy(draft.certificate.campaign, campaign->manifest.id, 32);
	memcpy(draft.certificate.tag, campaign->tag, 32);
	memcpy(draft.certificate.voter_key, campaign->voter_key, 32);
	return draft;
}

void
draft_certify(struct draft *draft, uint32_t registrar)
{
	uint8_t public_key[32], secret[64];

	draft_secret(registrar, public_key, secret);
	certificate_sign(&draft->certificate, secret);
}

void
draft_finish(struct draft *draft, const struct draft_campaign *campaign)
{
	struct writer writer = writer_make(draft->memory, sizeof draft->memory);
	uint8_t public_key[32], secret[64];

	if (draft->signer == 0)
		memcpy(secret, campaign->voter_secret, sizeof secret);
	else
		draft_secret(draft->signer, public_key, secret);
	ballot_head_write(&writer, &draft->head);
	ballot_choices_write(&writer, &draft->choice, 1);
	if (draft->head.signing == TALLY_SIGNING_VOTER)
		ballot_voter_sign(&writer, &draft->certificate, secret);
	else
		ballot_frontend_sign(&writer, draft->key_id, secret);
	assert_false(writer.failed);
	draft->bytes = writer_view(&writer);
}
