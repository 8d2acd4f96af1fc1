#include "shell/pace.h"

#include "limits.h"
#include "shell/clock.h"

#include <time.h>

uint64_t
pace_rest_ns(const struct pace *pace, uint64_t now_ns, size_t waiting)
{
	uint64_t between = (uint64_t)waiting * pace_request_ns / pace->workers_count;
	uint64_t passed = now_ns - pace->looked_ns;

	if (waiting >= pace_requests_max)
		return 0;
	if (between > pace_most_ns)
		between = pace_most_ns;
	return between < passed + pace_least_ns ? 0 : between - passed;
}

void
pace_keep(struct pace *pace, size_t waiting)
{
	uint64_t now = clock_mono_ns();
	struct timespec rest = {.tv_nsec = (long)pace_rest_ns(pace, now, waiting)};

	if (rest.tv_nsec > 0) {
		(void)nanosleep(&rest, NULL); /* a signal may end it: it was long enough */
		now = clock_mono_ns();
	}
	pace->looked_ns = now;
}
