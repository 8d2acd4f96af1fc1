/* fetch: a receipt over a connection, with the patience it takes.
 *
 * tallyd signs working checkpoints a few times a second: just after its acceptance an entry is
 * not under one yet, and the answer is "later". */
#ifndef TALLY_TOOLS_FETCH_H
#define TALLY_TOOLS_FETCH_H

#include "base/check.h"
#include "tally/client.h"
#include "tally/status.h"

/* FINE and *answer (its text is valid until the next call on the connection). Else, with a
 * complaint, TALLY_EXIT_FAILED if the server refuses, TALLY_EXIT_WORLD if it cannot be asked. */
MUST_USE enum tally_exit
fetch_receipt(struct tally_connection *connection, uint64_t index,
	      struct tally_client_event *answer);

/* Sleeps; every further try a longer time, at most a second. */
void
fetch_pause(unsigned attempt);

#endif
