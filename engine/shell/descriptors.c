#include "shell/descriptors.h"

#include <sys/resource.h>

#include "base/check.h"
#include "shell/line.h"

/* The soft limit afterwards. */
static rlim_t
raise_to(rlim_t wanted)
{
	struct rlimit limit;
	rlim_t before;

	CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	before = limit.rlim_cur;
	if (before >= wanted)
		return before;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : before;
}

unsigned
descriptors_raise(void)
{
	rlim_t limit = raise_to(descriptors_wanted);
	unsigned fitting;

	if (limit >= descriptors_wanted)
		return http_connections_max;
	if (limit < descriptors_least) {
		line_warn("open files are limited to %llu (ulimit -n); tallyd needs %d",
			  (unsigned long long)limit, descriptors_least);
		return 0;
	}
	fitting = (unsigned)(limit - descriptors_own) / 2;
	line_warn("open files are limited to %llu (ulimit -n): %u HTTP connections at a time "
		  "instead of %d",
		  (unsigned long long)limit, fitting, http_connections_max);
	return fitting;
}
