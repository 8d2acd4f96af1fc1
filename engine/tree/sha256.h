/* sha256: SHA-256 by the instructions this processor has for it.
 *
 * An entry is hashed four times on its way (at verification, before signing, before publishing,
 * for the kept state) and so is the tree above it; libcrypto's code uses SHA-NI where libsodium's
 * does not, and is four times as fast there. This is the one place that asks libcrypto for it;
 * whoever hashes seldom asks libsodium.
 *
 * Any thread; no allocation. */
#ifndef TALLY_TREE_SHA256_H
#define TALLY_TREE_SHA256_H

#include "base/bytes.h"
#include "tally/formats.h"

/* The digest of `head` followed by `rest`; either may be empty. `digest` may lie in them. */
void
sha256_of(struct bytes head, struct bytes rest, uint8_t digest[TALLY_HASH_SIZE]);

#endif
