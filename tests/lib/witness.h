/* witness: who cosigns what a stage offers. A place is a witness's place in the campaign. */
#ifndef TALLY_TESTS_WITNESS_H
#define TALLY_TESTS_WITNESS_H

#include "tests/lib/guest.h"
#include "tree/cosignature.h"

enum {
	WITNESS_TIME = 1767254400
};

/* The text of what was offered last. */
struct bytes
witness_text(const struct stage *stage);

/* Sends the witness's line over that, as being over `tree_size`; the correlation. */
uint32_t
witness_sends(struct guest *guest, size_t place, uint64_t tree_size);

/* How often the checkpoint published last has a valid line of this witness. Fails the test if
 * the log's signature is not the first. */
unsigned
witness_lines(const struct stage *stage, size_t place);

/* Lines of all witnesses in it. Fails the test if there is one that is not valid, or two of one
 * witness. */
unsigned
witness_lines_all(const struct stage *stage);

#endif
