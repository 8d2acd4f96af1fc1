/* trial: does a way of looking at signatures follow P1, here and now? Asked once, before anything
 * rests on it.
 *
 * The trial of libsodium is a few hard-coded signatures, one for each line where verifiers in the
 * field differ. The trial of a verifier's tables (verifier.h) is
 *
 *   those same signatures, by tables of their keys; keys that are none must get no table;
 *   TRIAL_SIGNATURES by TRIAL_KEYS keys made from `seed`, of many lengths, a part of them changed
 *   in a bit, in the key or by adding L to S: all must be what libsodium says, in batches of many
 *   sizes;
 *   every listed key's table, made a second time: it must come out byte for byte the same; and the
 *   base point's, which has always the same bytes, by their digest.
 *
 * About 50 ms, and 5 for each listed key. Any thread; no allocation. */
#ifndef TALLY_VERIFY_TRIAL_H
#define TALLY_VERIFY_TRIAL_H

#include "verify/verifier.h"

enum {
	TRIAL_SEED_SIZE = 32,
	TRIAL_KEYS = 2,
	TRIAL_SIGNATURES = 64,
};

/* False: libsodium does not follow P1, and the caller must not go on. */
MUST_USE bool
trial_libsodium(void);

/* Bytes that trial_tables works in. */
size_t
trial_memory(const struct verifier *verifier);

/* False: the verifier must not be used, and verifier_plain be put in its place. `memory` is aligned
 * to KEYTABLE_ALIGNMENT, and free afterwards. */
MUST_USE bool
trial_tables(const struct verifier *verifier, const uint8_t seed[TRIAL_SEED_SIZE],
	     void *memory);

#endif
