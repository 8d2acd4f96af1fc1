#include "tools/lib/spotcheck.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "tools/lib/signature.h"
#include "verify/trial.h"

enum {
	HUGE_PAGE = 2 * 1024 * 1024,
	PERCENT_OF_BUNDLE = (TALLY_TILE_WIDTH + 99) / 100,
};

static enum spotcheck_state
try_tables(const struct verifier *verifier)
{
	void *memory = aligned_alloc(KEYTABLE_ALIGNMENT, trial_memory(verifier));
	uint8_t seed[TRIAL_SEED_SIZE];
	bool passed;

	if (memory == NULL)
		return SPOTCHECK_NO_MEMORY;
	randombytes_buf(seed, sizeof seed);
	passed = trial_tables(verifier, seed, memory);
	free(memory);
	return passed ? SPOTCHECK_READY : SPOTCHECK_UNFIT;
}

static uint64_t
share_of(uint64_t bundles)
{
	uint64_t share = bundles == 0 ? 0 : (SPOTCHECK_LEAST + bundles - 1) / bundles;

	return share > PERCENT_OF_BUNDLE ? share : PERCENT_OF_BUNDLE;
}

enum spotcheck_state
spotcheck_open(struct spotcheck *spotcheck, const struct manifest *manifest, uint64_t bundles)
{
	size_t bytes = (verifier_memory(manifest) + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
	void *memory = aligned_alloc(HUGE_PAGE, bytes);
	enum spotcheck_state state;

	if (memory == NULL)
		return SPOTCHECK_NO_MEMORY;
	(void)madvise(memory, bytes, MADV_HUGEPAGE); /* faster; right without it */
	*spotcheck = (struct spotcheck){
	    .verifier = verifier_make(manifest, verifier_path_best(), memory),
	    .mapping = memory,
	    .mapping_bytes = bytes,
	    .share = share_of(bundles)};
	state = try_tables(&spotcheck->verifier);
	if (state == SPOTCHECK_READY && mprotect(memory, bytes, PROT_READ) != 0)
		state = SPOTCHECK_NO_MEMORY;
	if (state != SPOTCHECK_READY)
		free(memory);
	return state;
}

void
spotcheck_close(struct spotcheck *spotcheck)
{
	CHECK(mprotect(spotcheck->mapping, spotcheck->mapping_bytes, PROT_READ | PROT_WRITE) ==
	      0);
	free(spotcheck->mapping);
}

/* Asks libsodium about one; the item then has its word. */
static void
recheck(struct spotcheck *spotcheck, struct verify_item *items, size_t at,
	struct spotcheck_finding *finding)
{
	enum tally_verdict by_tables = items[at].verdict;

	items[at].verdict =
	    signature_ballot(spotcheck->verifier.manifest, items[at].bytes, &items[at].ballot);
	if (items[at].verdict == by_tables || (finding->found && finding->item < at))
		return;
	*finding = (struct spotcheck_finding){true, at, by_tables};
}

/* `share` different ones, each as likely as the others. */
static size_t
recheck_some(struct spotcheck *spotcheck, struct verify_item *items, size_t count,
	     struct spotcheck_finding *finding)
{
	uint16_t places[TALLY_TILE_WIDTH];
	size_t share = count < spotcheck->share ? count : (size_t)spotcheck->share;

	for (size_t i = 0; i < count; i++)
		places[i] = (uint16_t)i;
	for (size_t i = 0; i < share; i++) {
		size_t other = i + randombytes_uniform((uint32_t)(count - i));
		uint16_t chosen = places[other];

		places[other] = places[i];
		recheck(spotcheck, items, chosen, finding);
	}
	return share;
}

void
spotcheck_ballots(struct spotcheck *spotcheck, struct verify_item *items, size_t count,
		  struct spotcheck_finding *finding)
{
	size_t rechecked;

	CHECK(count <= TALLY_TILE_WIDTH);
	*finding = (struct spotcheck_finding){0};
	verify_batch(&spotcheck->verifier, items, count);
	rechecked = recheck_some(spotcheck, items, count, finding);
	for (size_t i = 0; i < count; i++) {
		if (items[i].verdict != TALLY_ACCEPTED)
			recheck(spotcheck, items, i, finding);
	}
	atomic_fetch_add(&spotcheck->by_tables, count);
	atomic_fetch_add(&spotcheck->rechecked, rechecked);
}
