/* deposit: files put into a folder whole: by rename, with the folders on the way.
 *
 * Links on the way are not followed. Nothing is synced but by deposit_sync. */
#ifndef TALLY_TOOLS_DEPOSIT_H
#define TALLY_TOOLS_DEPOSIT_H

#include "base/bytes.h"
#include "base/check.h"
#include "tools/lib/trouble.h"

#include <sys/types.h>

struct deposit {
	int folder;       /* descriptor */
	const char *path; /* for sentences */
	mode_t files;     /* 0644, or 0600 where nobody else is to see them */
	mode_t folders;   /* 0755, or 0700 */
};

/* `temporary` is a name in the folder that nobody else uses meanwhile. TALLY_EXIT_WORLD and why. */
MUST_USE enum tally_exit
deposit_put(const struct deposit *deposit, const char *temporary, const char *name,
	    struct bytes bytes, struct trouble *trouble);

/* All that was put before is on the disk when it returns. */
MUST_USE enum tally_exit
deposit_sync(const struct deposit *deposit, struct trouble *trouble);

#endif
