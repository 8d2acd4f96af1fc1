/* ousted: which ballots of a log count no longer: replaced by a later one, or voided. One bit for
 * each entry; whoever is out never comes back. One thread. */
#ifndef TALLY_TOOLS_OUSTED_H
#define TALLY_TOOLS_OUSTED_H

#include "base/check.h"
#include "tools/lib/trouble.h"

/* All zero at first: nobody is out. */
struct ousted {
	uint64_t capacity; /* entries there is room for, a multiple of 8 */
	uint8_t *bits;
};

/* Room for a log of so many entries, none out that was not before. */
MUST_USE enum tally_exit
ousted_extend(struct ousted *ousted, uint64_t entries, struct trouble *trouble);

/* `index` is below the entries there is room for. */
void
ousted_mark(struct ousted *ousted, uint64_t index);

bool
ousted_has(const struct ousted *ousted, uint64_t index);

void
ousted_free(struct ousted *ousted);

#endif
