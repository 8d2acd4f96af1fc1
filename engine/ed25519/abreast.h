/* abreast: ed25519_ifma and ed25519_avx2 (signatures.h): eight or four, one in each lane.
 *
 * Refused by their bytes alone (S, R of small order), items do not reach a lane. The others are
 * hashed together (sha512x.h) and then added up in groups of as many as there are lanes, whose
 * keys' tables have the same window, as far as there are such; idle lanes, at the end, add
 * identities. The groups share one inversion. Entries are listed before the first is added, and
 * fetched some additions ahead (steps.h). */
#ifndef TALLY_ED25519_ABREAST_H
#define TALLY_ED25519_ABREAST_H

#include "ed25519/signatures.h"
#include "ed25519/lanes.h"

enum {
	ABREAST_GROUPS_MAX = ED25519_BATCH_MAX / LANES_COUNT,
};

/* The same in plain C (lanes.h): not part of the engine, built for its tests. */
void
ed25519_emulated(const struct keytable *base, struct ed25519_item *items, size_t count);

#endif
