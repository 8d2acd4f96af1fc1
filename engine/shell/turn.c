#include "shell/turn.h"

#include <sys/resource.h>

void
turn_late(int niceness)
{
	/* Linux takes the caller's thread for 0. */
	(void)setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + niceness);
}
