#define OPENSSL_SUPPRESS_DEPRECATED /* the call that OpenSSL prefers costs twice as much */

#include "tree/sha256.h"

#include <openssl/sha.h>

#include "base/check.h"

_Static_assert((int)TALLY_HASH_SIZE == (int)SHA256_DIGEST_LENGTH, "the tree is of SHA-256");

void
sha256_of(struct bytes head, struct bytes rest, uint8_t digest[TALLY_HASH_SIZE])
{
	SHA256_CTX state;

	CHECK(SHA256_Init(&state) == 1);
	CHECK(SHA256_Update(&state, head.data, head.size) == 1);
	CHECK(SHA256_Update(&state, rest.data, rest.size) == 1);
	CHECK(SHA256_Final(digest, &state) == 1);
}
