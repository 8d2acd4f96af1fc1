/* certificate: a registrar's word that a voter key may vote for a tag in a district.
 *
 *   offset size
 *   0      21   "tally/certificate/v1" NUL
 *   21     32   campaign id
 *   53     32   voter tag
 *   85     2    district
 *   87     32   voter key
 *   119    8    serial, at most 2^64 - 2; a tag follows its highest
 *   127    4    key id of the registrar
 *   131    64   Ed25519 signature by the registrar over all that precedes it
 *
 * Inside a ballot only what the ballot does not already say is carried (see ballot.h); the
 * message is put together again from both. Any thread; no allocation. */
#ifndef TALLY_BALLOT_CERTIFICATE_H
#define TALLY_BALLOT_CERTIFICATE_H

#include "ballot/ballot.h"

enum {
	CERTIFICATE_MESSAGE_SIZE = 131,
	CERTIFICATE_SIZE = 195,
};

struct ballot_certificate {
	uint8_t campaign[TALLY_HASH_SIZE];
	uint8_t tag[TALLY_TAG_SIZE];
	uint16_t district;
	uint8_t voter_key[TALLY_KEY_SIZE];
	uint64_t serial;
	uint32_t registrar;
	uint8_t signature[TALLY_SIGNATURE_SIZE];
};

/* False unless it is exactly one certificate. The signature is not checked. */
MUST_USE bool
certificate_parse(struct bytes bytes, struct ballot_certificate *out);

void
certificate_write(struct writer *writer, const struct ballot_certificate *certificate);

/* The signed message of the certificate a voter-mode ballot carries. */
void
certificate_message(const struct ballot *ballot, uint8_t message[CERTIFICATE_MESSAGE_SIZE]);

/* Fills `signature` with the registrar's 64-byte libsodium secret key. */
void
certificate_sign(struct ballot_certificate *certificate, const uint8_t *secret_key);

#endif
