#include "bench/tally-bench/mint.h"

#include <sodium.h>
#include <string.h>

#include "ballot/ballot.h"
#include "ballot/certificate.h"
#include "bench/tally-bench/vote.h"
#include "campaign/roster.h"
#include "ed25519/scalar.h"

enum {
	versions_max = 8
};

/* What a seed is used for: the first word of what is hashed. */
enum purpose {
	FOR_TAG = 1,
	FOR_VOTER_KEY,
	FOR_STRANGER,
	FOR_DISTRICT, /* and choices: purpose = FOR_DISTRICT + version */
};

/* A ballot in the making. */
struct coin {
	const struct mint *mint;
	const struct deal_ballot *dealt;
	uint16_t revision;
	unsigned version; /* another one: other choices, by chance */
	uint8_t tag[TALLY_TAG_SIZE];
	uint8_t campaign[TALLY_HASH_SIZE];
	uint16_t district;
};

static void
derive(const struct mint *mint, enum purpose purpose, uint64_t number, uint8_t out[32])
{
	uint8_t words[24];

	be64_store(words, mint->seed);
	be64_store(words + 8, purpose);
	be64_store(words + 16, number);
	crypto_generichash(out, 32, words, sizeof words, NULL, 0);
}

void
mint_ready(struct mint *mint)
{
	uint8_t seed[TALLY_SEED_SIZE];

	derive(mint, FOR_STRANGER, 0, seed);
	note_private_key_make(&mint->stranger, BYTES_OF("stranger.example"), seed);
}

bool
mint_is_signer(const struct manifest *manifest, uint32_t key_id)
{
	if (manifest->signing == TALLY_SIGNING_FRONTEND)
		return manifest_frontend_find(manifest, key_id) != NULL;
	return manifest_registrar_place(manifest, key_id) < manifest->registrars_count;
}

static struct coin
coin_make(const struct mint *mint, const struct deal_ballot *dealt)
{
	struct coin coin = {.mint = mint, .dealt = dealt, .revision = dealt->revision};
	struct dice dice = dice_make(mint->seed ^ FOR_DISTRICT, dealt->voter);

	memcpy(coin.campaign, mint->manifest->id, sizeof coin.campaign);
	if (mint->roster != NULL) {
		const uint8_t *record = mint->roster + dealt->voter * ROSTER_RECORD_SIZE;

		CHECK(dealt->voter < mint->roster_count);
		memcpy(coin.tag, record, sizeof coin.tag);
		coin.district = be16_load(record + TALLY_TAG_SIZE);
		return coin;
	}
	derive(mint, FOR_TAG, dealt->voter, coin.tag);
	coin.district = (uint16_t)dice_below(&dice, manifest_districts(mint->manifest));
	return coin;
}

static const struct note_private_key *
signer_of(const struct coin *coin)
{
	return &coin->mint->keys[coin->dealt->voter % coin->mint->keys_count];
}

static void
voter_sign(const struct coin *coin, const struct note_private_key *registrar,
	   struct writer *writer)
{
	const struct note_private_key *stranger = &coin->mint->stranger;
	struct ballot_certificate certificate = {
	    .district = coin->district, .serial = 1, .registrar = registrar->key.id};
	uint8_t seed[32], secret[64];
	enum kind kind = coin->dealt->kind;

	derive(coin->mint, FOR_VOTER_KEY, coin->dealt->voter, seed);
	crypto_sign_seed_keypair(certificate.voter_key, secret, seed);
	memcpy(certificate.campaign, coin->campaign, sizeof certificate.campaign);
	memcpy(certificate.tag, coin->tag, sizeof certificate.tag);
	certificate_sign(&certificate, registrar->secret);
	if (kind == KIND_CERTIFICATE)
		certificate.signature[coin->dealt->place % 32] ^= 1;
	ballot_voter_sign(writer, &certificate, kind == KIND_KEY ? stranger->secret : secret);
}

static void
frontend_sign(const struct coin *coin, const struct note_private_key *frontend,
	      struct writer *writer)
{
	const struct note_private_key *stranger = &coin->mint->stranger;

	if (coin->dealt->kind == KIND_STRANGER)
		ballot_frontend_sign(writer, stranger->key.id, stranger->secret);
	else
		ballot_frontend_sign(writer, frontend->key.id,
				     coin->dealt->kind == KIND_KEY ? stranger->secret
								   : frontend->secret);
}

static void
strike(const struct coin *coin, struct writer *writer)
{
	const struct manifest *manifest = coin->mint->manifest;
	struct ballot_head head = {.campaign = coin->campaign,
				   .tag = coin->tag,
				   .revision = coin->revision,
				   .district = coin->district,
				   .signing = manifest->signing};
	struct dice dice = dice_make(coin->mint->seed ^ (FOR_DISTRICT + 1 + coin->version),
				     coin->dealt->voter * 65536 + coin->revision);

	ballot_head_write(writer, &head);
	vote_write(writer, manifest, coin->district, &dice);
	if (manifest->signing == TALLY_SIGNING_VOTER)
		voter_sign(coin, signer_of(coin), writer);
	else
		frontend_sign(coin, signer_of(coin), writer);
	CHECK(!writer->failed);
}

/* What the voter signed first, but with another vote in it; if chance finds no other one, then with
 * another revision. */
static void
strike_other(struct coin *coin, struct writer *writer)
{
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct writer first = writer_make(memory, sizeof memory);
	size_t size;

	strike(coin, &first);
	size = first.size - TALLY_SIGNATURE_SIZE;
	do {
		if (++coin->version == versions_max)
			coin->revision++;
		writer->size = 0;
		strike(coin, writer);
	} while (writer->size == first.size && memcmp(writer->data, memory, size) == 0);
	if (coin->dealt->kind == KIND_CHANGED)
		memcpy(writer->data + writer->size - TALLY_SIGNATURE_SIZE, memory + size,
		       TALLY_SIGNATURE_SIZE);
}

static void
bit_flip(const struct coin *coin, uint8_t signature[TALLY_SIGNATURE_SIZE])
{
	struct dice dice = dice_make(coin->mint->seed ^ KIND_BIT, coin->dealt->place);
	uint64_t bit = dice_below(&dice, 8 * TALLY_SIGNATURE_SIZE);

	signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
}

void
mint_ballot(const struct mint *mint, const struct deal_ballot *dealt, struct writer *writer)
{
	struct coin coin = coin_make(mint, dealt);

	if (dealt->kind == KIND_CAMPAIGN)
		crypto_generichash(coin.campaign, sizeof coin.campaign, mint->manifest->id,
				   TALLY_HASH_SIZE, NULL, 0);
	/* A second vote has the first one's revision; each its own choices. */
	if (dealt->kind == KIND_SECOND || dealt->kind == KIND_CHANGED)
		strike_other(&coin, writer);
	else
		strike(&coin, writer);
	if (dealt->kind == KIND_BIT)
		bit_flip(&coin, writer->data + writer->size - TALLY_SIGNATURE_SIZE);
	if (dealt->kind == KIND_SCALAR)
		scalar_add_order(writer->data + writer->size - 32);
}
