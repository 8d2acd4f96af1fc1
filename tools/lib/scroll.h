/* scroll: the entries of a public log as one checkpoint covers them, the same at every reading.
 *
 * A recount reads bundles more than once. The first reading of each is remembered by its
 * BLAKE2b, and a later one that yields other bytes is refused, so that no step works on entries
 * that another step has not seen. Any thread may read, but no two the same bundle for its first
 * time. */
#ifndef TALLY_TOOLS_SCROLL_H
#define TALLY_TOOLS_SCROLL_H

#include "tools/lib/publiclog.h"

struct scroll {
	const struct publiclog *log;
	uint64_t size; /* entries */
	uint64_t bundles;
	struct scroll_digest *digests;
};

/* Holds `log` until scroll_free. */
MUST_USE enum tally_exit
scroll_init(struct scroll *scroll, const struct publiclog *log, uint64_t size,
	    struct trouble *trouble);

/* The log now has `size` entries, no fewer than before: its last bundle may have grown. */
MUST_USE enum tally_exit
scroll_extend(struct scroll *scroll, uint64_t size, struct trouble *trouble);

void
scroll_free(struct scroll *scroll);

/* As publiclog_bundle. */
MUST_USE enum tally_exit
scroll_read(const struct scroll *scroll, uint64_t number, struct bundle *bundle,
	    struct trouble *trouble);

#endif
