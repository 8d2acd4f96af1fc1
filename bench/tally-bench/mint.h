/* mint: the bytes of one dealt ballot: the same mint and the same deal make the same bytes, so that
 * a repeat, wherever it stands, is made without looking the first one up.
 *
 * Tags and voters' keys come of the seed alone (or the tags of a roster): a load has no identities,
 * and no tag secret. Voter v is always signed for by the same listed key. Immutable once made: any
 * thread. */
#ifndef TALLY_BENCH_MINT_H
#define TALLY_BENCH_MINT_H

#include "bench/tally-bench/deal.h"
#include "campaign/manifest.h"
#include "tree/key.h"

enum {
	MINT_KEYS_MAX = 256
};

struct mint {
	const struct manifest *manifest;
	uint64_t seed;
	size_t keys_count; /* at least 1: of frontends; in signing mode voter of registrars */
	struct note_private_key keys[MINT_KEYS_MAX];
	struct note_private_key stranger; /* not listed; set by mint_ready */
	const uint8_t *roster; /* records of campaign/roster.h, held by the caller; or NULL */
	uint64_t roster_count; /* voters are its records, in its order */
};

/* The rest of it is set. */
void
mint_ready(struct mint *mint);

/* Is it a key of those who sign in this campaign? */
bool
mint_is_signer(const struct manifest *manifest, uint32_t key_id);

/* The writer has room for TALLY_BALLOT_SIZE_MAX bytes and is empty. */
void
mint_ballot(const struct mint *mint, const struct deal_ballot *dealt, struct writer *writer);

#endif
