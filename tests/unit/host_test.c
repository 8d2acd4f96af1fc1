#include "tests/lib/test.h"

#include "bench/tally-bench/host.h"

#include <string.h>
#include <unistd.h>

static void
it_is_this_one(void **state)
{
	struct host host;

	(void)state;
	host_describe(&host);
	assert_int_equal(host.cores, sysconf(_SC_NPROCESSORS_ONLN));
	assert_true(host.memory_bytes > 64 * 1024 * 1024);
	assert_true(strncmp(host.system, "Linux ", 6) == 0);
	assert_true(strncmp(host.libraries, "libsodium 1.", 12) == 0);
	assert_true(host.load >= 0);
	assert_true(strlen(host.processor) > 0);
	assert_null(strpbrk(host.processor, "\n\t"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_is_this_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
