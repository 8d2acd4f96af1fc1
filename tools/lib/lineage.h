/* lineage: which ballot of the log replaces which, found by sorting (tag, index).
 *
 * The auditor's own way to what tallyd's poll book knows. First every ballot is entered, from
 * any number of threads; then lineage_link sorts and names the earliest ballots that break a
 * rule; then lineage_replaced answers. When the log has grown, lineage_extend makes room for
 * its new entries, and the same steps follow for those alone.
 *
 * 56 bytes for every ballot, 168 where voters sign for themselves; past the bound given they go
 * to temporary files. And 8 bytes for every new entry. */
#ifndef TALLY_TOOLS_LINEAGE_H
#define TALLY_TOOLS_LINEAGE_H

#include "ballot/ballot.h"
#include "campaign/manifest.h"
#include "tools/lib/sorter.h"
#include "tools/lib/trouble.h"

static const uint64_t lineage_memory_usual = (uint64_t)1 << 30;

struct lineage {
	const struct manifest *manifest;
	uint64_t first; /* entries below were linked before */
	uint64_t entries;
	_Atomic uint64_t ballots; /* after linking: ballots below the end asked for */
	_Atomic uint64_t voters;  /* after linking: different tags among them */
	struct sorter tags;
	struct sorter holders; /* of voters' keys, in voter mode */
	uint64_t *previous;    /* of entry first + i: the ballot it replaces, + 1 */
};

/* A rule that a ballot broke, together with an earlier one. */
struct lineage_finding {
	bool found;
	struct trouble trouble; /* with the index of the later ballot */
};

/* Holds `manifest` until lineage_free. Up to about `memory_max` bytes are kept in memory. */
MUST_USE enum tally_exit
lineage_init(struct lineage *lineage, const struct manifest *manifest, uint64_t entries,
	     uint64_t memory_max, struct trouble *trouble);

/* After linking all: the log now has `entries`, no fewer than before. */
MUST_USE enum tally_exit
lineage_extend(struct lineage *lineage, uint64_t entries, struct trouble *trouble);

/* While ballots are linked it is told how far that is. */
void
lineage_watch(struct lineage *lineage, sorter_progress *progress, void *context);

void
lineage_free(struct lineage *lineage);

/* Any thread; no two with the same index. */
void
lineage_enter(struct lineage *lineage, uint64_t index, const struct ballot *ballot);

/* Once after all were entered, and after each extension. Ballots at `end` and above are left
 * out. *votes: a tag's ballots must have rising revisions, and under the policy `first` a tag
 * has one. *keys: in voter mode a tag follows its highest serial, and one key serves one tag.
 * TALLY_EXIT_WORLD if memory or temporary files did not suffice. */
MUST_USE enum tally_exit
lineage_link(struct lineage *lineage, uint64_t end, unsigned workers,
	     struct lineage_finding *votes, struct lineage_finding *keys,
	     struct trouble *trouble);

/* True if the ballot at `index` follows another of its tag, the newest of which is at
 * *previous. Not for entries that were linked before an extension. */
bool
lineage_replaced(const struct lineage *lineage, uint64_t index, uint64_t *previous);

#endif
