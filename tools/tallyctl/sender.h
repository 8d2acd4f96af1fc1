/* sender: many ballots to one tallyd, over one or more connections, each answer in its place.
 *
 * Ballots of one tag take one connection, so that they arrive in the file's order. A connection
 * that breaks leaves its ballots unknown: they are sent again, which is always safe. Answers of
 * class "later" that a loaded server gives (slow-down, unavailable, stopping) are asked for again
 * a bounded number of times. */
#ifndef TALLY_TOOLS_SENDER_H
#define TALLY_TOOLS_SENDER_H

#include <stdbool.h>

#include "base/bytes.h"
#include "base/check.h"
#include "tools/lib/peer.h"

enum {
	SENDER_CONNECTIONS_MAX = 64
};

struct sender_answer {
	bool answered;
	uint16_t verdict;
	uint8_t class;  /* enum tally_class */
	uint64_t index; /* TALLY_CLIENT_NO_INDEX: none */
};

struct sender_options {
	const struct peer *peer;
	const struct note_private_key *key;
	unsigned connections; /* 1 to SENDER_CONNECTIONS_MAX */
	unsigned retries;     /* of each connection, after it broke */
	bool retry_later;
};

/* Fills answers[0, count). TALLY_EXIT_FINE if all of them were answered, else TALLY_EXIT_WORLD;
 * what broke is complained about. Progress is shown on a terminal. */
MUST_USE enum tally_exit
sender_run(const struct sender_options *options, const struct bytes *ballots, size_t count,
	   struct sender_answer *answers);

#endif
