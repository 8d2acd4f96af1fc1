/* journaled: which of a journal's ballots one connection has submitted and is owed answers to.
 *
 * Part of libtally. Without a journal nothing happens. FINE, or a status of client.h; then
 * tally_journal_trouble says why. */
#ifndef TALLY_TOOLS_JOURNALED_H
#define TALLY_TOOLS_JOURNALED_H

#include "base/check.h"
#include "limits.h"
#include "tally/journal.h"

struct journaled {
	struct tally_journal *journal; /* or NULL */
	uint64_t submitted;            /* ballots, and of those */
	uint64_t answered;
	uint64_t numbers[window_requests]; /* the journal's, of the ballots between: a ring */
};

MUST_USE int
journaled_submit(struct journaled *journaled, const void *ballot, size_t size);

/* Of an event: only the answer to a SUBMIT is written; ballots are answered in their order. */
MUST_USE int
journaled_answer(struct journaled *journaled, const struct tally_client_event *event);

/* What was submitted must be in the journal before it leaves. */
MUST_USE int
journaled_flush(struct journaled *journaled);

#endif
