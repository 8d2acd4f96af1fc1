#include "shell/turn.h"

#include <sched.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
	SLICE_NS = 100000,   /* the shortest that Linux grants */
	RESET_ON_FORK = 0x1, /* SCHED_FLAG_RESET_ON_FORK of linux/sched.h */
};

/* The kernel's struct sched_attr, of which libc has none: its first version. */
struct attributes {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime;
	uint64_t deadline;
	uint64_t period;
};

_Static_assert(sizeof(struct attributes) == 48, "the kernel knows it by this size");

void
turn_soon(void)
{
	struct attributes wish = {.size = sizeof wish,
				  .policy = SCHED_OTHER,
				  .flags = RESET_ON_FORK,
				  .nice = getpriority(PRIO_PROCESS, 0),
				  .runtime = SLICE_NS};

	if (sched_getscheduler(0) == SCHED_OTHER)
		(void)syscall(SYS_sched_setattr, 0, &wish, 0);
}

void
turn_late(int niceness)
{
	/* Linux takes the caller's thread for 0. */
	(void)setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + niceness);
}
