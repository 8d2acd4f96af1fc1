/* sha256pair: two SHA-256 digests at the same time.
 *
 * A step of the SHA instructions waits for the one before it twice as long as the unit needs for
 * it: a second message takes the other half. Two leaves or two nodes together cost little more
 * than half of what libcrypto (sha256.h) takes for one after the other. Where the processor has no
 * such instructions it is libcrypto, twice; which, is decided once, when the program is loaded.
 *
 * Any thread; no allocation. */
#ifndef TALLY_TREE_SHA256PAIR_H
#define TALLY_TREE_SHA256PAIR_H

#include <stdbool.h>

#include "base/bytes.h"
#include "tally/formats.h"

typedef void
sha256_pair_function(uint8_t prefix, const struct bytes messages[2], uint8_t *const digests[2]);

/* digests[i], of TALLY_HASH_SIZE bytes: SHA-256(prefix || messages[i]). Messages of a like size are
 * cheapest. Both are read before a digest is written. */
sha256_pair_function sha256_pair;

/* The same by libcrypto, on every processor. */
sha256_pair_function sha256_pair_plain;

/* Does `pair` give here what libcrypto gives, for every length of some blocks? Both looks at an
 * entry (L5) are made by sha256_pair: who signs or audits asks first, and goes no further without
 * it. */
bool
sha256_pair_fits(sha256_pair_function *pair);

#endif
