#include "tests/lib/test.h"

#include "tools/lib/peer.h"

static void
addresses(void **state)
{
	static const struct {
		const char *text;
		const char *host; /* NULL: refused */
		uint16_t port;
	} cases[] = {
	    {"127.0.0.1:7300", "127.0.0.1", 7300},
	    {"tally.example:1", "tally.example", 1},
	    {"[::1]:65535", "::1", 65535},
	    {"::1:7300", NULL, 0},
	    {"[::1]", NULL, 0},
	    {"host", NULL, 0},
	    {"host:", NULL, 0},
	    {":7300", NULL, 0},
	    {"[]:7300", NULL, 0},
	    {"host:0", NULL, 0},
	    {"host:65536", NULL, 0},
	    {"host:07300", NULL, 0},
	    {"host:73 00", NULL, 0},
	    {"", NULL, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct peer peer = {0};

		assert_int_equal(peer_address(&peer, cases[i].text), cases[i].host != NULL);
		if (!cases[i].host)
			continue;
		assert_string_equal(peer.host, cases[i].host);
		assert_int_equal(peer.port, cases[i].port);
	}
}

static void
a_host_too_long(void **state)
{
	char text[PEER_HOST_MAX + 16];
	struct peer peer;

	(void)state;
	memset(text, 'h', sizeof text);
	memcpy(text + PEER_HOST_MAX, ":1", 3);
	assert_true(peer_address(&peer, text));
	memcpy(text + PEER_HOST_MAX, "h:1", 4);
	assert_false(peer_address(&peer, text));
}

static void
pins(void **state)
{
	struct peer peer = {0};
	char text[NOTE_VKEY_TEXT_MAX + 1];
	static const char vkey[] =
	    "tally.example/test+6ae2d1d0+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";

	(void)state;
	assert_false(peer_pin_campaign(&peer, "12"));
	assert_false(peer.has_campaign);
	assert_true(peer_pin_campaign(
	    &peer, "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"));
	assert_int_equal(peer.campaign[31], 0xff);
	assert_true(peer_pin_log(&peer, vkey));
	peer_log_text(&peer, text);
	assert_string_equal(text, vkey);
	assert_false(peer_pin_log(&peer, "no such key"));
}

static void
what_the_user_said(void **state)
{
	struct peer_options options = {.connect = "127.0.0.1:7300"};
	struct peer peer = {0};

	(void)state;
	assert_true(peer_aim(&peer, &options));
	assert_int_equal(peer.port, 7300);
	assert_false(peer.has_campaign || peer.has_log);
	options.campaign = "12";
	assert_false(peer_aim(&peer, &options));
	options.campaign = NULL;
	options.log_key = "no such key";
	assert_false(peer_aim(&peer, &options));
	options = (struct peer_options){.connect = "7300"};
	assert_false(peer_aim(&peer, &options));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(addresses),
	    cmocka_unit_test(a_host_too_long),
	    cmocka_unit_test(pins),
	    cmocka_unit_test(what_the_user_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
