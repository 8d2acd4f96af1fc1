/* diary: the journal of a command that submits. Complains. */
#ifndef TALLY_TOOLS_DIARY_H
#define TALLY_TOOLS_DIARY_H

#include "tools/lib/peer.h"

/* Opens or continues the journal at `path`; `peer`, whose campaign is known, has it from now on. */
MUST_USE enum tally_exit
diary_open(const char *path, bool sync, struct peer *peer, const struct note_private_key *key);

/* Seals and closes it; nothing to do where there is none. */
MUST_USE enum tally_exit
diary_close(struct peer *peer);

#endif
