#include "tests/lib/test.h"

#include <arpa/inet.h>

#include "shell/address.h"

static void
good_ones(void **state)
{
	struct address address;

	(void)state;
	assert_true(address_parse("127.0.0.1:7300", &address));
	assert_string_equal(address.host, "127.0.0.1");
	assert_int_equal(address.port, 7300);
	assert_true(address_parse("[::1]:0", &address));
	assert_string_equal(address.host, "::1");
	assert_int_equal(address.port, 0);
	assert_true(address_parse("localhost:65535", &address));
	assert_string_equal(address.host, "localhost");
}

static void
bad_ones(void **state)
{
	static const char *const texts[] = {
	    "",        ":",    "127.0.0.1", "127.0.0.1:", ":7300",    "[]:7300",
	    "h:65536", "h:-1", "h:07300",   "h:7300 ",    "h:0x1c84", "h:99999999999999999999",
	};
	char longest[ADDRESS_HOST_MAX + 8];
	struct address address;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_false(address_parse(texts[i], &address));
	memset(longest, 'h', sizeof longest);
	strcpy(longest + ADDRESS_HOST_MAX - 1, ":1");
	assert_true(address_parse(longest, &address));
	strcpy(longest + ADDRESS_HOST_MAX - 1, "h:1");
	assert_false(address_parse(longest, &address));
}

static bool
loopback(int family, const char *text, uint16_t *port)
{
	struct sockaddr_storage storage = {.ss_family = (sa_family_t)family};
	struct sockaddr_in *v4 = (struct sockaddr_in *)&storage;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&storage;

	if (family == AF_INET)
		v4->sin_port = htons(7300);
	else
		v6->sin6_port = htons(7301);
	assert_int_equal(
	    inet_pton(family, text,
		      family == AF_INET ? (void *)&v4->sin_addr : (void *)&v6->sin6_addr),
	    1);
	*port = address_port((struct sockaddr *)&storage);
	return address_is_loopback((struct sockaddr *)&storage);
}

static void
what_stays_on_the_machine(void **state)
{
	uint16_t port;

	(void)state;
	assert_true(loopback(AF_INET, "127.0.0.1", &port));
	assert_int_equal(port, 7300);
	assert_true(loopback(AF_INET, "127.8.9.10", &port));
	assert_false(loopback(AF_INET, "0.0.0.0", &port));
	assert_false(loopback(AF_INET, "192.168.0.1", &port));
	assert_true(loopback(AF_INET6, "::1", &port));
	assert_int_equal(port, 7301);
	assert_false(loopback(AF_INET6, "::", &port));
	assert_false(loopback(AF_INET6, "fe80::1", &port));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(good_ones),
	    cmocka_unit_test(bad_ones),
	    cmocka_unit_test(what_stays_on_the_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
