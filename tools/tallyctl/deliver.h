/* deliver: sheets of paper totals, handed to tallyd one after the other. */
#ifndef TALLY_TOOLS_DELIVER_H
#define TALLY_TOOLS_DELIVER_H

#include "tools/lib/ballotfile.h"
#include "tools/lib/peer.h"

/* Sends the sheets in order over a connection that proves `key`; prints a line for each, its
 * number, verdict and index. TALLY_EXIT_FAILED if one is refused; those behind it are not sent, but
 * for sheets out of order at the front: their numbers may be taken because they were sent before,
 * and the next one may follow. */
MUST_USE enum tally_exit
deliver_sheets(const struct peer *peer, const struct note_private_key *key,
	       const struct ballotfile *sheets);

#endif
