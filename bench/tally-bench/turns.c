#include "bench/tally-bench/turns.h"

#include <sched.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As sched_setattr(2) has it; a libc that declares it is newer than some we build with. */
struct attributes {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime_ns;
	uint64_t deadline_ns;
	uint64_t period_ns;
};

static bool
look(struct attributes *out)
{
	return syscall(SYS_sched_getattr, 0, out, (unsigned)sizeof *out, 0U) == 0;
}

void
turns_short(void)
{
	struct attributes attributes;

	if (!look(&attributes) || attributes.policy != SCHED_OTHER)
		return;
	attributes.runtime_ns = TURNS_SHORT_NS;
	(void)syscall(SYS_sched_setattr, 0, &attributes, 0U);
}

uint64_t
turns_slice_ns(void)
{
	struct attributes attributes;

	return look(&attributes) ? attributes.runtime_ns : 0;
}
