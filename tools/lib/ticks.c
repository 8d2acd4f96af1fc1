#include "tools/lib/ticks.h"

#include "base/check.h"

uint64_t
ticks_ns(clockid_t clock)
{
	struct timespec time;

	CHECK(clock_gettime(clock, &time) == 0);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

double
ticks_s(clockid_t clock)
{
	return (double)ticks_ns(clock) / 1e9;
}
