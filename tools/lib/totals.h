/* totals: the texts of a log's TALLY entries, made again by counting its bundles.
 *
 * For a copy that has bundles and no texts. It goes on from where it stood: each call reads the
 * entries that have come since, and the ballots they replace. Law and counts are replayed as
 * tallyd did; signatures are the audit's work. */
#ifndef TALLY_TOOLS_TOTALS_H
#define TALLY_TOOLS_TOTALS_H

#include "tools/lib/deposit.h"
#include "tools/lib/recount.h"

struct totals {
	const struct publiclog *log;
	const struct deposit *deposit; /* where tally/<index> are put */
	bool begun;
	struct scroll scroll;
	struct lineage lineage;
	struct recount recount;
};

void
totals_init(struct totals *totals, const struct publiclog *log, const struct deposit *deposit);

/* Texts of all TALLY entries below `size`, whose bundles are there and proven. After
 * TALLY_EXIT_FAILED (an entry breaks a rule: the trouble has its index) only totals_free may
 * follow. */
MUST_USE enum tally_exit
totals_until(struct totals *totals, uint64_t size, struct trouble *trouble);

void
totals_free(struct totals *totals);

#endif
