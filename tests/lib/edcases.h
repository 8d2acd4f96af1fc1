/* edcases: signatures with libsodium's verdict beside each, and how an implementation of
 * ed25519/signatures.h is held against them. Needs sodium_init(). */
#ifndef TALLY_TESTS_EDCASES_H
#define TALLY_TESTS_EDCASES_H

#include "ed25519/signatures.h"
#include "tests/lib/test.h"

enum {
	EDCASE_MESSAGE_MAX = 1100,
};

struct edcase {
	uint8_t key[TALLY_KEY_SIZE];
	uint8_t signature[TALLY_SIGNATURE_SIZE];
	uint8_t message[EDCASE_MESSAGE_MAX];
	size_t message_size;
	bool genuine; /* what libsodium says */
};

/* As ed25519_portable. */
typedef void
edcases_verify(const struct keytable *base, struct ed25519_item *items, size_t count);

/* Every vector of the shared data whose signature has 64 bytes, malloc'ed; *count 0 and NULL after
 * a SKIPPED line if they are absent. That libsodium's verdict is the vectors' own is
 * ed25519_test's to say. */
struct edcase *
edcases_vectors(size_t *count);

/* Signatures made from a seed, honest and not: bits flipped in R, S and message; S + nL and S near
 * L; small-order and non-canonical R; R and keys with a part of small order (of which libsodium
 * accepts some); wrong keys and wrong signs. Keys are of a few only. malloc'ed. */
struct edcase *
edcases_mutants(struct test_random *random, size_t count);

/* Tables of `window` for the keys, verification in batches of 1 to batch_max, one after the other;
 * every verdict is libsodium's, or the test fails and says which case. Returns how many are
 * genuine. Consecutive cases of a key share its table. */
size_t
edcases_run(edcases_verify *verify, const struct edcase *cases, size_t count, unsigned window,
	    size_t batch_max);

#endif
