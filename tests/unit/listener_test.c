#include "shell/listener.h"

#include <unistd.h>

#include "shell/disk.h"
#include "tests/lib/caller.h"

static void
listens_where_it_says(void **state)
{
	uint16_t port = 0;
	int listener = listener_open("127.0.0.1", 0, 8, &port);

	(void)state;
	assert_true(listener >= 0);
	close(caller_dial(port));
	close(listener);
}

static void
failures_say_why(void **state)
{
	char expected[128];
	uint16_t port;
	uint16_t other;
	int listener = listener_open("127.0.0.1", 0, 8, &port);

	(void)state;
	assert_int_equal(listener_open("127.0.0.1", port, 8, &other), -1);
	snprintf(expected, sizeof expected,
		 "listen for HTTP on 127.0.0.1:%u: Address already in use", (unsigned)port);
	assert_string_equal(disk_error(), expected);
	assert_int_equal(listener_open("no such host", 7380, 8, &other), -1);
	assert_non_null(strstr(disk_error(), "listen for HTTP on no such host:7380: "));
	assert_int_equal(listener_open("192.0.2.1", 0, 8, &other), -1);
	assert_non_null(strstr(disk_error(), "Cannot assign requested address"));
	close(listener);
}

static void
six_and_names(void **state)
{
	uint16_t port = 0;
	int listener = listener_open("localhost", 0, 8, &port);

	(void)state;
	assert_true(listener >= 0);
	assert_int_not_equal(port, 0);
	close(listener);
	port = 0;
	listener = listener_open("::1", 0, 8, &port);
	if (listener < 0) {
		printf("SKIPPED: %s\n", disk_error());
		skip();
	}
	assert_int_not_equal(port, 0);
	close(listener);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(listens_where_it_says),
	    cmocka_unit_test(failures_say_why),
	    cmocka_unit_test(six_and_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
