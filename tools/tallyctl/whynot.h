/* whynot: why a notice cannot take effect, in words, from the log it was refused by. */
#ifndef TALLY_TOOLS_WHYNOT_H
#define TALLY_TOOLS_WHYNOT_H

#include "tools/tallyctl/annals.h"

enum {
	WHYNOT_MAX = 256
};

/* True if nothing is left to do: the log has a notice with this body, or nothing in its span that
 * it could take out. `why` says that, or what is in the way. `now`: seconds since 1970. */
bool
whynot_settled(const struct annals *annals, int64_t now, char why[WHYNOT_MAX]);

#endif
