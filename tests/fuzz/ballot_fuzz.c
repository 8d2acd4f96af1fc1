/* What ballot_parse accepts, the writers write again: the same signed bytes. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "ballot/certificate.h"

/* Any key will do: the signature is not compared. */
static const uint8_t secret_key[64] = {1};

static void
choices_rewrite(struct writer *writer, struct bytes contests)
{
	static struct ballot_choice list[TALLY_BALLOT_SIZE_MAX / BALLOT_CHOICE_SIZE];
	struct reader reader = reader_make(contests);

	while (reader_left(&reader) > 0) {
		struct ballot_choices choices = ballot_choices_next(&reader);

		for (size_t i = 0; i < choices.count; i++)
			list[i] = ballot_choice_at(&choices, i);
		if (choices.blank)
			ballot_blank_write(writer);
		else
			ballot_choices_write(writer, list, choices.count);
	}
	CHECK(reader_done(&reader));
}

/* The certificate a voter's ballot implies, put together twice. */
static struct ballot_certificate
certificate_of(const struct ballot *ballot)
{
	uint8_t whole[CERTIFICATE_SIZE];
	struct ballot_certificate certificate;

	certificate_message(ballot, whole);
	memcpy(whole + CERTIFICATE_MESSAGE_SIZE, ballot->certificate, TALLY_SIGNATURE_SIZE);
	CHECK(certificate_parse(bytes_make(whole, sizeof whole), &certificate));
	return certificate;
}

static void
rewrite(struct writer *writer, const struct ballot *ballot)
{
	struct ballot_head head = {.campaign = ballot->campaign,
				   .tag = ballot->tag,
				   .revision = ballot->revision,
				   .district = ballot->district,
				   .signing = ballot->signing};

	ballot_head_write(writer, &head);
	choices_rewrite(writer, ballot->choices);
	if (ballot->signing == TALLY_SIGNING_VOTER) {
		struct ballot_certificate certificate = certificate_of(ballot);

		ballot_voter_sign(writer, &certificate, secret_key);
	} else {
		ballot_frontend_sign(writer, ballot->key_id, secret_key);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct writer writer = writer_make(memory, sizeof memory);
	struct ballot ballot;
	uint8_t digest[BALLOT_DIGEST_SIZE];

	if (ballot_parse(bytes_make(data, size), &ballot) != TALLY_ACCEPTED)
		return 0;
	ballot_digest(&ballot, digest);
	rewrite(&writer, &ballot);
	CHECK(!writer.failed);
	CHECK(writer.size == size);
	CHECK(
	    bytes_equal(ballot.signed_bytes, bytes_make(memory, size - TALLY_SIGNATURE_SIZE)));
	CHECK(ballot.signature + TALLY_SIGNATURE_SIZE == data + size);
	return 0;
}
