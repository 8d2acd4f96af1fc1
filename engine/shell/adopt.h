/* adopt: `tallyd --init --adopt`: makes a data directory from a copy of the log (shell/copy.h).
 *
 * Only if the copy extends the newest checkpoint that anybody is known to remember (L5): what the
 * anchor says, the checkpoint given as the newest, and what lies in COPY itself: checkpoint.next
 * and, where it is a data directory, what that remembers and what it was shown (shell/ahead.h).
 * Anchor or newest must say something, or it is refused; so is a data directory whose tallyd still
 * runs (L6). The copy is vetted from the first entry to the last (shell/vetting.h) before anything
 * is made; then the entries are written as a ledger, hashed again on the way, and remembered last.
 * A campaign with a roster is adopted with it: COPY/roster or COPY/public/roster.
 * An anchor that exists goes on with the new directory; else one is made. */
#ifndef TALLY_SHELL_ADOPT_H
#define TALLY_SHELL_ADOPT_H

#include "verify/verifier.h"

struct adopt {
	const char *copy; /* DIR: a folder with checkpoint and bundles, or a data directory */
	const char *data; /* the directory to be made */
	const char *log_key;       /* FILE */
	const char *roster;        /* FILE, or NULL: the copy's own, where there is one */
	const char *anchor;        /* FILE or NULL */
	const char *newest;        /* FILE with a signed checkpoint, or NULL */
	unsigned workers_count;    /* threads that verify; 1 to workers_max */
	enum verifier_path verify; /* one that is available */
};

/* An exit code (tally/status.h) after a line: 1 the copy is not what it must be or not large
 * enough, 2 what was given is not usable, 3 the disk. */
int
adopt_run(const struct adopt *adopt);

#endif
