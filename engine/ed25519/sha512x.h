/* sha512x: SHA-512 of many messages, one in each lane (FIPS 180-4).
 *
 * A lane that has finished its message takes the next one, so that all are busy until the messages
 * run out, whatever their sizes. What is hashed is what Ed25519 asks for: R, A, message. Pure;
 * thread: any; no allocation. */
#ifndef TALLY_ED25519_SHA512X_H
#define TALLY_ED25519_SHA512X_H

#include "base/bytes.h"
#include "ed25519/lanes.h"

enum {
	SHA512X_DIGEST_SIZE = 64,
	SHA512X_HALF_SIZE = 32,
};

struct sha512x_message {
	const uint8_t *first; /* SHA512X_HALF_SIZE bytes each, read during the call */
	const uint8_t *second;
	struct bytes rest;
	uint8_t digest[SHA512X_DIGEST_SIZE]; /* out */
};

void LANES_NAME(sha512x)(struct sha512x_message *messages, size_t count);

#define sha512x LANES_NAME(sha512x)

#endif
