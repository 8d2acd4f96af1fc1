/* outlook: what public/results says of a publication: its counts, and who wins by them.
 *
 * Contests whose rule reads ballots have no winners here: who wants to know counts the log again
 * (tallyctl results). Where a rule cannot decide yet (its ties wait for a draw), or memory is
 * short, they have none either.
 *
 * Thread: the loop fills it in, then the publisher's reads it until the publication has ended.
 * Allocates. */
#ifndef TALLY_SHELL_OUTLOOK_H
#define TALLY_SHELL_OUTLOOK_H

#include "tally/results.h"

struct outlook {
	const struct manifest *manifest;
	struct results results; /* all but its winners: the caller's, before each publication */
	uint8_t *memory;
	size_t capacity;
	struct results_winners *winners;
};

/* False: no memory. */
MUST_USE bool
outlook_open(struct outlook *outlook, const struct manifest *manifest);

void
outlook_close(struct outlook *outlook);

/* The JSON, valid until the next call: a publisher_results of `outlook`. */
struct bytes
outlook_write(void *outlook);

#endif
