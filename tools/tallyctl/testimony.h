/* testimony: what tally-verify --cosign writes, read line by line: of which tree, and the
 * cosignature.
 *
 * A line that has "N entries with root" in it (a PASS of --follow, the last line of a report)
 * tells the size of the tree; the cosignature that follows is over that. All other lines mean
 * nothing here. */
#ifndef TALLY_TOOLS_TESTIMONY_H
#define TALLY_TOOLS_TESTIMONY_H

#include "tree/cosignature.h"

struct testimony {
	bool has_size;
	uint64_t size; /* of the tree that was told last */
	struct cosignature cosignature;
};

/* True if `line`, newline included, begins as a cosignature does; it may still be none. */
bool
testimony_begins(struct bytes line);

/* True if it is one; testimony->cosignature is then what it says. Any other line may tell a
 * size. */
MUST_USE bool
testimony_take(struct testimony *testimony, struct bytes line);

#endif
