/* harvest: the receipts of accepted ballots, each checked against its ballot, as files. */
#ifndef TALLY_TOOLS_HARVEST_H
#define TALLY_TOOLS_HARVEST_H

#include "tools/tallyctl/sender.h"

/* Writes `folder`/INDEX.tlog-proof for every accepted answer; the folder is made if it is not
 * there. TALLY_EXIT_FAILED if a receipt is refused or does not prove its ballot. */
MUST_USE enum tally_exit
harvest_receipts(const struct peer *peer, const struct note_private_key *key,
		 const char *folder, const struct bytes *ballots,
		 const struct sender_answer *answers, size_t count);

#endif
