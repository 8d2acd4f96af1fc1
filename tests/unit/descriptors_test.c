#include "shell/descriptors.h"

#include <sys/resource.h>

#include "tests/lib/child.h"

struct limits {
	rlim_t soft;
	rlim_t hard;
};

/* Says how many connections fit and what the soft limit is then. */
static int
raise_limits(void *context)
{
	const struct limits *limits = context;
	struct rlimit limit = {limits->soft, limits->hard};
	unsigned connections;

	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 99;
	connections = descriptors_raise();
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 98;
	fprintf(stderr, "%u connections, %llu files\n", connections,
		(unsigned long long)limit.rlim_cur);
	return 0;
}

static void
assert_raised(rlim_t soft, rlim_t hard, const char *said)
{
	static struct test_child child;
	struct limits limits = {soft, hard};
	struct rlimit own;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &own), 0);
	if (own.rlim_max < hard) {
		printf("SKIPPED: no more than %llu open files here\n",
		       (unsigned long long)own.rlim_max);
		skip();
	}
	assert_int_equal(test_child_run(&child, raise_limits, &limits), 0);
	assert_string_equal(child.said, said);
}

static void
as_far_as_allowed(void **state)
{
	char said[200];

	(void)state;
	snprintf(said, sizeof said, "%d connections, %d files\n", http_connections_max,
		 descriptors_wanted);
	assert_raised(256, descriptors_wanted, said);
	assert_raised(descriptors_wanted, descriptors_wanted, said);
	snprintf(said, sizeof said, "%d connections, %d files\n", http_connections_max,
		 descriptors_wanted + 7);
	assert_raised(descriptors_wanted + 7, descriptors_wanted + 7, said);
}

static void
fewer_where_it_is_not(void **state)
{
	char said[300];

	(void)state;
	snprintf(said, sizeof said,
		 "tallyd: open files are limited to %d (ulimit -n): 100 HTTP connections at a "
		 "time instead of %d\n100 connections, %d files\n",
		 descriptors_own + 201, http_connections_max, descriptors_own + 201);
	assert_raised(256, descriptors_own + 201, said);
	snprintf(said, sizeof said,
		 "tallyd: open files are limited to %d (ulimit -n); tallyd needs %d\n"
		 "0 connections, %d files\n",
		 descriptors_least - 1, descriptors_least, descriptors_least - 1);
	assert_raised(256, descriptors_least - 1, said);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(as_far_as_allowed),
	    cmocka_unit_test(fewer_where_it_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
