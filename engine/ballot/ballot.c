#include "ballot/ballot.h"

#include <sodium.h>
#include <string.h>

#include "ballot/certificate.h"
#include "ballot/separator.h"

enum {
	FRONTEND_BLOCK_SIZE = 4,
	VOTER_BLOCK_SIZE = 4 + 8 + TALLY_KEY_SIZE + TALLY_SIGNATURE_SIZE,
	MODE_OFFSET = BALLOT_CHOICES_OFFSET - 1,
};

static size_t
signer_block_size(enum tally_signing signing)
{
	return signing == TALLY_SIGNING_VOTER ? VOTER_BLOCK_SIZE : FRONTEND_BLOCK_SIZE;
}

/* True if they are whole contests, one after the other. */
static bool
choices_whole(struct bytes choices)
{
	struct reader reader = reader_make(choices);

	while (reader_left(&reader) > 0)
		(void)ballot_choices_next(&reader);
	return reader_done(&reader);
}

static void
head_read(struct reader *reader, struct ballot *out)
{
	out->campaign = reader_bytes(reader, TALLY_HASH_SIZE).data;
	out->tag = reader_bytes(reader, TALLY_TAG_SIZE).data;
	out->revision = reader_u16(reader);
	out->district = reader_u16(reader);
	out->signing = reader_u8(reader);
}

static void
signer_read(struct reader *reader, struct ballot *out)
{
	out->key_id = reader_u32(reader);
	if (out->signing == TALLY_SIGNING_VOTER) {
		out->serial = reader_u64(reader);
		out->voter_key = reader_bytes(reader, TALLY_KEY_SIZE).data;
		out->certificate = reader_bytes(reader, TALLY_SIGNATURE_SIZE).data;
	}
}

/* The end has a fixed size, so the choices are what lies between. */
static bool
body_read(struct reader *reader, struct ballot *out)
{
	size_t end_size = signer_block_size(out->signing) + TALLY_SIGNATURE_SIZE;

	if (reader_left(reader) < end_size)
		return false;
	out->choices = reader_bytes(reader, reader_left(reader) - end_size);
	signer_read(reader, out);
	out->signed_bytes = bytes_make(out->bytes.data, out->bytes.size - TALLY_SIGNATURE_SIZE);
	out->signature = reader_bytes(reader, TALLY_SIGNATURE_SIZE).data;
	return reader_done(reader) && choices_whole(out->choices) &&
	       out->serial <= BALLOT_SERIAL_MAX;
}

enum tally_verdict
ballot_parse(struct bytes bytes, struct ballot *out)
{
	struct reader reader = reader_make(bytes);
	struct ballot ballot = {.bytes = bytes};
	enum tally_verdict verdict;

	if (bytes.size > TALLY_BALLOT_SIZE_MAX)
		return TALLY_TOO_LARGE;
	verdict = separator_take(&reader, SEPARATOR_OF(TALLY_SEPARATOR_BALLOT));
	if (verdict != TALLY_ACCEPTED)
		return verdict;
	head_read(&reader, &ballot);
	if (reader.failed)
		return TALLY_MALFORMED;
	if (ballot.signing != TALLY_SIGNING_FRONTEND && ballot.signing != TALLY_SIGNING_VOTER)
		return TALLY_UNKNOWN_VERSION;
	if (!body_read(&reader, &ballot))
		return TALLY_MALFORMED;
	if (ballot.revision == 0)
		return TALLY_BAD_REVISION;
	*out = ballot;
	return TALLY_ACCEPTED;
}

struct ballot_choices
ballot_choices_next(struct reader *reader)
{
	struct ballot_choices choices = {.count = reader_u16(reader)};

	if (choices.count == TALLY_CHOICES_BLANK) {
		choices.blank = true;
		choices.count = 0;
	}
	choices.pairs = reader_bytes(reader, (size_t)choices.count * BALLOT_CHOICE_SIZE).data;
	if (reader->failed)
		return (struct ballot_choices){0};
	return choices;
}

struct ballot_choice
ballot_choice_at(const struct ballot_choices *choices, size_t at)
{
	const uint8_t *pair;

	CHECK(at < choices->count);
	pair = choices->pairs + at * BALLOT_CHOICE_SIZE;
	return (struct ballot_choice){be16_load(pair), (int32_t)be32_load(pair + 2)};
}

void
ballot_head_write(struct writer *writer, const struct ballot_head *head)
{
	writer_bytes(writer, SEPARATOR_OF(TALLY_SEPARATOR_BALLOT));
	writer_copy(writer, head->campaign, TALLY_HASH_SIZE);
	writer_copy(writer, head->tag, TALLY_TAG_SIZE);
	writer_u16(writer, head->revision);
	writer_u16(writer, head->district);
	writer_u8(writer, (uint8_t)head->signing);
}

void
ballot_blank_write(struct writer *writer)
{
	writer_u16(writer, TALLY_CHOICES_BLANK);
}

void
ballot_choices_write(struct writer *writer, const struct ballot_choice *choices, size_t count)
{
	CHECK(count < TALLY_CHOICES_BLANK);
	writer_u16(writer, (uint16_t)count);
	for (size_t i = 0; i < count; i++) {
		writer_u16(writer, choices[i].option);
		writer_u32(writer, (uint32_t)choices[i].value);
	}
}

static void
sign(struct writer *writer, enum tally_signing signing, const uint8_t *secret_key)
{
	uint8_t signature[TALLY_SIGNATURE_SIZE];

	if (writer->failed)
		return;
	CHECK(writer->size >= BALLOT_CHOICES_OFFSET + signer_block_size(signing));
	CHECK(writer->data[MODE_OFFSET] == signing);
	crypto_sign_detached(signature, NULL, writer->data, writer->size, secret_key);
	writer_copy(writer, signature, sizeof signature);
}

void
ballot_frontend_sign(struct writer *writer, uint32_t key_id, const uint8_t *secret_key)
{
	writer_u32(writer, key_id);
	sign(writer, TALLY_SIGNING_FRONTEND, secret_key);
}

void
ballot_voter_sign(struct writer *writer, const struct ballot_certificate *certificate,
		  const uint8_t *secret_key)
{
	writer_u32(writer, certificate->registrar);
	writer_u64(writer, certificate->serial);
	writer_copy(writer, certificate->voter_key, TALLY_KEY_SIZE);
	writer_copy(writer, certificate->signature, TALLY_SIGNATURE_SIZE);
	sign(writer, TALLY_SIGNING_VOTER, secret_key);
}

void
ballot_digest(const struct ballot *ballot, uint8_t digest[BALLOT_DIGEST_SIZE])
{
	uint8_t whole[crypto_generichash_BYTES];

	crypto_generichash(whole, sizeof whole, ballot->signed_bytes.data,
			   ballot->signed_bytes.size, NULL, 0);
	memcpy(digest, whole, BALLOT_DIGEST_SIZE);
}
