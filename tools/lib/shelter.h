/* shelter: a temporary folder that goes away with the program, also when it is interrupted.
 *
 * While one exists, SIGINT, SIGTERM and SIGHUP are taken by a thread of its own, which removes
 * the folder and ends the process with TALLY_EXIT_INTERRUPTED. One at a time; made before other
 * threads are started. */
#ifndef TALLY_TOOLS_SHELTER_H
#define TALLY_TOOLS_SHELTER_H

#include "base/check.h"
#include "tools/lib/trouble.h"

#include <pthread.h>
#include <signal.h>

struct shelter {
	char path[256];
	sigset_t before;
	pthread_t guard;
};

/* Below $TMPDIR, else /var/tmp: it may become large. */
MUST_USE enum tally_exit
shelter_make(struct shelter *shelter, struct trouble *trouble);

void
shelter_remove(struct shelter *shelter);

#endif
