/* lineage: which ballot of the log replaces which, found by sorting (tag, index).
 *
 * The auditor's own way to what tallyd's poll book knows. One slot for every entry of the log:
 * 64 bytes each, and 80 more where voters sign for themselves. First every ballot is entered,
 * from any number of threads; then lineage_link sorts and names the earliest ballots that break
 * a rule; then lineage_replaced answers. */
#ifndef TALLY_TOOLS_LINEAGE_H
#define TALLY_TOOLS_LINEAGE_H

#include "ballot/ballot.h"
#include "campaign/manifest.h"
#include "tools/lib/trouble.h"

struct lineage {
	const struct manifest *manifest;
	uint64_t entries;
	uint64_t ballots; /* after linking: ballots below the end asked for */
	uint64_t voters;  /* after linking: different tags among them */
	struct lineage_record *records;
	struct lineage_holder *holders; /* voter mode, else NULL */
	uint64_t *previous;
};

/* A rule that a ballot broke, together with an earlier one. */
struct lineage_finding {
	bool found;
	struct trouble trouble; /* with the index of the later ballot */
};

/* Holds `manifest` until lineage_free. */
MUST_USE enum tally_exit
lineage_init(struct lineage *lineage, const struct manifest *manifest, uint64_t entries,
	     struct trouble *trouble);

void
lineage_free(struct lineage *lineage);

/* Any thread; no two with the same index. */
void
lineage_enter(struct lineage *lineage, uint64_t index, const struct ballot *ballot);

/* Once, after all were entered. Ballots at `end` and above are left out. *votes: a tag's
 * ballots must have rising revisions, and under the policy `first` a tag has one. *keys: in
 * voter mode a tag follows its highest serial, and one key serves one tag. */
void
lineage_link(struct lineage *lineage, uint64_t end, unsigned workers,
	     struct lineage_finding *votes, struct lineage_finding *keys);

/* True if the ballot at `index` follows another of its tag, the newest of which is at
 * *previous. */
bool
lineage_replaced(const struct lineage *lineage, uint64_t index, uint64_t *previous);

#endif
