#include "ballot/certificate.h"

#include <sodium.h>

#include "ballot/separator.h"

static void
message_write(struct writer *writer, const struct ballot_certificate *certificate)
{
	writer_bytes(writer, SEPARATOR_OF(TALLY_SEPARATOR_CERTIFICATE));
	writer_copy(writer, certificate->campaign, TALLY_HASH_SIZE);
	writer_copy(writer, certificate->tag, TALLY_TAG_SIZE);
	writer_u16(writer, certificate->district);
	writer_copy(writer, certificate->voter_key, TALLY_KEY_SIZE);
	writer_u64(writer, certificate->serial);
	writer_u32(writer, certificate->registrar);
}

bool
certificate_parse(struct bytes bytes, struct ballot_certificate *out)
{
	struct reader reader = reader_make(bytes);
	struct ballot_certificate certificate;

	reader_expect(&reader, SEPARATOR_OF(TALLY_SEPARATOR_CERTIFICATE));
	reader_copy(&reader, certificate.campaign, TALLY_HASH_SIZE);
	reader_copy(&reader, certificate.tag, TALLY_TAG_SIZE);
	certificate.district = reader_u16(&reader);
	reader_copy(&reader, certificate.voter_key, TALLY_KEY_SIZE);
	certificate.serial = reader_u64(&reader);
	certificate.registrar = reader_u32(&reader);
	reader_copy(&reader, certificate.signature, TALLY_SIGNATURE_SIZE);
	if (!reader_done(&reader) || certificate.serial > BALLOT_SERIAL_MAX)
		return false;
	*out = certificate;
	return true;
}

void
certificate_write(struct writer *writer, const struct ballot_certificate *certificate)
{
	message_write(writer, certificate);
	writer_copy(writer, certificate->signature, TALLY_SIGNATURE_SIZE);
}

/* Field by field from the ballot's views: this runs once for every ballot verified. */
void
certificate_message(const struct ballot *ballot, uint8_t message[CERTIFICATE_MESSAGE_SIZE])
{
	struct writer writer = writer_make(message, CERTIFICATE_MESSAGE_SIZE);

	CHECK(ballot->signing == TALLY_SIGNING_VOTER);
	writer_bytes(&writer, SEPARATOR_OF(TALLY_SEPARATOR_CERTIFICATE));
	writer_copy(&writer, ballot->campaign, TALLY_HASH_SIZE);
	writer_copy(&writer, ballot->tag, TALLY_TAG_SIZE);
	writer_u16(&writer, ballot->district);
	writer_copy(&writer, ballot->voter_key, TALLY_KEY_SIZE);
	writer_u64(&writer, ballot->serial);
	writer_u32(&writer, ballot->key_id);
	CHECK(!writer.failed);
	CHECK(writer.size == CERTIFICATE_MESSAGE_SIZE);
}

void
certificate_sign(struct ballot_certificate *certificate, const uint8_t *secret_key)
{
	uint8_t message[CERTIFICATE_MESSAGE_SIZE];
	struct writer writer = writer_make(message, sizeof message);

	message_write(&writer, certificate);
	CHECK(writer.size == CERTIFICATE_MESSAGE_SIZE);
	crypto_sign_detached(certificate->signature, NULL, message, sizeof message, secret_key);
}
