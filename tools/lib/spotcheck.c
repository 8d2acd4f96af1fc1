#include "tools/lib/spotcheck.h"

#include <sodium.h>

#include "tools/lib/signature.h"

enum {
	PERCENT_OF_BUNDLE = (TALLY_TILE_WIDTH + 99) / 100,
};

static uint64_t
share_of(uint64_t bundles)
{
	uint64_t share = bundles == 0 ? 0 : (SPOTCHECK_LEAST + bundles - 1) / bundles;

	return share > PERCENT_OF_BUNDLE ? share : PERCENT_OF_BUNDLE;
}

enum keyring_state
spotcheck_open(struct spotcheck *spotcheck, const struct manifest *manifest, uint64_t bundles)
{
	*spotcheck = (struct spotcheck){.share = share_of(bundles)};
	return keyring_open(&spotcheck->keyring, manifest, verifier_path_best());
}

void
spotcheck_close(struct spotcheck *spotcheck)
{
	keyring_close(&spotcheck->keyring);
}

/* Asks libsodium about one; the item then has its word. */
static void
recheck(struct spotcheck *spotcheck, struct verify_item *items, size_t at,
	struct spotcheck_finding *finding)
{
	enum tally_verdict by_tables = items[at].verdict;

	items[at].verdict = signature_ballot(spotcheck->keyring.verifier.manifest,
					     items[at].bytes, &items[at].ballot);
	if (items[at].verdict == by_tables || (finding->found && finding->item < at))
		return;
	*finding = (struct spotcheck_finding){true, at, by_tables};
}

/* `share` different ones, each as likely as the others; returns how many of them the tables have
 * taken. */
static size_t
recheck_some(struct spotcheck *spotcheck, struct verify_item *items, size_t count,
	     struct spotcheck_finding *finding)
{
	uint16_t places[TALLY_TILE_WIDTH];
	size_t share = count < spotcheck->share ? count : (size_t)spotcheck->share;
	size_t taken = 0;

	for (size_t i = 0; i < count; i++)
		places[i] = (uint16_t)i;
	for (size_t i = 0; i < share; i++) {
		size_t other = i + randombytes_uniform((uint32_t)(count - i));
		uint16_t chosen = places[other];

		places[other] = places[i];
		taken += items[chosen].verdict == TALLY_ACCEPTED;
		recheck(spotcheck, items, chosen, finding);
	}
	return taken;
}

void
spotcheck_ballots(struct spotcheck *spotcheck, struct verify_item *items, size_t count,
		  struct spotcheck_finding *finding)
{
	size_t taken = 0;

	CHECK(count <= TALLY_TILE_WIDTH);
	*finding = (struct spotcheck_finding){0};
	verify_batch(&spotcheck->keyring.verifier, items, count);
	for (size_t i = 0; i < count; i++)
		taken += items[i].verdict == TALLY_ACCEPTED;
	atomic_fetch_add(&spotcheck->by_tables, taken);
	taken = recheck_some(spotcheck, items, count, finding);
	atomic_fetch_add(&spotcheck->rechecked, taken);
	for (size_t i = 0; i < count; i++) {
		if (items[i].verdict != TALLY_ACCEPTED)
			recheck(spotcheck, items, i, finding);
	}
}
