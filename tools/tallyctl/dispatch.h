/* dispatch: a decree, signed by an authority, on its way to the server: notice after notice, each
 * behind the newest one in the log. A line on stdout for each: "accepted INDEX", or the verdict;
 * why, on stderr. */
#ifndef TALLY_TOOLS_DISPATCH_H
#define TALLY_TOOLS_DISPATCH_H

#include "tools/tallyctl/decree.h"
#include "tools/lib/peer.h"

struct dispatch {
	struct decree *decree;
	struct peer peer;
	struct note_private_key key;

	/* NULL, or what completes the decree once the manifest is known; it complains. */
	enum tally_exit (*complete)(void *context, const struct manifest *manifest);
	void *context;
};

/* TALLY_EXIT_FINE if all of it is in the log now. It stops at the first notice that is refused. */
MUST_USE enum tally_exit
dispatch_send(struct dispatch *dispatch);

#endif
