#include "tests/lib/test.h"

#include <sodium.h>

#include "limits.h"
#include "tests/lib/peer.h"
#include "tree/cosignature.h"

static struct session session;
static _Alignas(8) uint8_t memory[TALLY_CLIENT_MEMORY];
static char note[512];

static void
key_spellings(void **state)
{
	struct tally_client_config wanted = peer_config(&session);
	struct writer text = writer_make(note, sizeof note);
	struct writer server = peer_server();
	struct tally_client_key key;

	(void)state;
	wanted.log_vkey = NULL;
	wanted.log_name = "tally.example/test";
	wanted.log_key = session.log.key.public_key;
	session_hello(&session, &server);
	peer_feed(peer_client(&wanted), &server, NULL);
	note_private_key_write(&text, &session.frontend);
	writer_u8(&text, '\n');
	assert_true(tally_client_key_parse(note, text.size, &key));
	assert_memory_equal(&key, &session.key, sizeof key);
	assert_false(tally_client_key_parse(note, text.size - 2, &key));
	assert_false(tally_client_key_make("two words", session.client_nonce, &key));
	assert_false(tally_client_key_make("", session.client_nonce, &key));
}

static void
configurations(void **state)
{
	static const uint8_t no_point[32];
	struct tally_client *client;
	struct tally_client_config good = peer_config(&session);
	struct tally_client_config bad[8];

	(void)state;
	for (size_t i = 0; i < 8; i++)
		bad[i] = good;
	bad[0].campaign = NULL;
	bad[1].log_vkey =
	    "tally.example/test+6ae2d1d1+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";
	bad[2].log_vkey = NULL;
	bad[3].nonce = NULL;
	bad[4].output = NULL;
	bad[5].output_size = TALLY_CLIENT_OUTPUT_MIN - 1;
	bad[6].log_vkey = NULL;
	bad[6].log_name = "two words";
	bad[6].log_key = session.log.key.public_key;
	bad[7].log_vkey = NULL;
	bad[7].log_name = "tally.example/test";
	bad[7].log_key = no_point;
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(tally_client_init(&client, memory, sizeof memory, &bad[i]),
				 TALLY_CLIENT_BAD_CONFIG);
	assert_int_equal(tally_client_init(&client, memory, 4096, &good),
			 TALLY_CLIENT_BAD_CONFIG);
	assert_int_equal(tally_client_init(&client, memory + 1, sizeof memory - 1, &good),
			 TALLY_CLIENT_BAD_CONFIG);
	good.checkpoint = session.checkpoint;
	good.checkpoint_size = session.checkpoint_size - 1;
	assert_int_equal(tally_client_init(&client, memory, sizeof memory, &good),
			 TALLY_CLIENT_BAD_CHECKPOINT);
	good.checkpoint_size++;
	assert_int_equal(tally_client_init(&client, memory, sizeof memory, &good), 0);
}

static void
request_bytes(void **state)
{
	struct tally_client *client = peer_ready(&session, 1024, 8);
	char line[COSIGNATURE_LINE_MAX + 1];
	uint32_t correlation;
	struct frame frame;

	(void)state;
	assert_int_equal(tally_client_submit(client, "ballot", 6, &correlation), 0);
	frame = peer_sent(client);
	assert_int_equal(frame.message, TALLY_MESSAGE_SUBMIT);
	assert_int_equal(frame.correlation, correlation);
	assert_true(bytes_equal(frame.payload, BYTES_OF("ballot")));
	assert_int_equal(tally_client_notice(client, "notice", 6, NULL), 0);
	frame = peer_sent(client);
	assert_int_equal(frame.message, TALLY_MESSAGE_NOTICE);
	assert_int_equal(frame.correlation, correlation + 1);
	assert_true(bytes_equal(frame.payload, BYTES_OF("notice")));
	assert_int_equal(tally_client_status(client, session.tag, NULL), 0);
	frame = peer_sent(client);
	assert_int_equal(frame.message, TALLY_MESSAGE_STATUS);
	assert_true(bytes_equal(frame.payload, bytes_make(session.tag, 32)));
	assert_int_equal(tally_client_state(client, NULL), 0);
	frame = peer_sent(client);
	assert_int_equal(frame.message, TALLY_MESSAGE_STATE);
	assert_int_equal(frame.payload.size, 0);
	assert_int_equal(tally_client_receipt(client, UINT64_C(0x0102030405060708), NULL), 0);
	frame = peer_sent(client);
	assert_int_equal(frame.message, TALLY_MESSAGE_RECEIPT);
	assert_true(bytes_equal(frame.payload, BYTES_OF("\1\2\3\4\5\6\7\10")));
	assert_int_equal(tally_client_checkpoint(client, NULL), 0);
	frame = peer_sent(client);
	assert_int_equal(frame.message, TALLY_MESSAGE_CHECKPOINT);
	assert_int_equal(frame.payload.size, 0);
	assert_int_equal(tally_client_results(client, 0x0203, NULL), 0);
	frame = peer_sent(client);
	assert_int_equal(frame.message, TALLY_MESSAGE_RESULTS);
	assert_true(bytes_equal(frame.payload, BYTES_OF("\2\3")));
	assert_int_equal(tally_client_entries(client, 5, 0x0102, NULL), 0);
	frame = peer_sent(client);
	assert_int_equal(frame.message, TALLY_MESSAGE_ENTRIES);
	assert_true(bytes_equal(frame.payload, BYTES_OF("\0\0\0\0\0\0\0\5"
							"\0\0\0\0\0\0\1\2")));
	memset(line, 'x', sizeof line);
	assert_int_equal(tally_client_cosign(client, 0x0102, line, 3, NULL), 0);
	frame = peer_sent(client);
	assert_int_equal(frame.message, TALLY_MESSAGE_COSIGN);
	assert_true(bytes_equal(frame.payload, BYTES_OF("\0\0\0\0\0\0\1\2xxx")));
	assert_int_equal(tally_client_cosign(client, 1, line, sizeof line, NULL),
			 TALLY_CLIENT_TOO_LARGE);
	assert_int_equal(tally_client_owed(client), 9);
}

/* Answers one submit and expects the verdict. */
static void
accept_one(struct tally_client *client, uint32_t correlation)
{
	struct writer server = peer_server();
	struct tally_client_event event;

	frame_verdict_write(&server, correlation, TALLY_ACCEPTED, 1000 + correlation);
	peer_feed(client, &server, &event);
	assert_int_equal(event.kind, TALLY_CLIENT_EVENT_VERDICT);
	assert_int_equal(event.request, TALLY_MESSAGE_SUBMIT);
	assert_int_equal(event.correlation, correlation);
	assert_int_equal(event.index, 1000 + correlation);
}

static void
windows(void **state)
{
	struct tally_client *client = peer_ready(&session, 3, 2);
	uint32_t correlation;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(tally_client_submit(client, "b", 1, NULL), 0);
	assert_int_equal(tally_client_submit(client, "b", 1, NULL), TALLY_CLIENT_FULL);
	assert_int_equal(tally_client_status(client, session.tag, NULL), TALLY_CLIENT_FULL);
	assert_int_equal(tally_client_checkpoint(client, NULL), 0);
	assert_int_equal(tally_client_receipt(client, 2, NULL), 0);
	assert_int_equal(tally_client_results(client, 0, NULL), TALLY_CLIENT_FULL);
	assert_int_equal(tally_client_owed(client), 5);
	accept_one(client, 1);
	assert_int_equal(tally_client_submit(client, "b", 1, &correlation), 0);
	assert_int_equal(correlation, 6); /* refused calls take no number */
	assert_int_equal(tally_client_submit(client, "b", 1, NULL), TALLY_CLIENT_FULL);
}

/* A server that allows more than the machine can keep: the machine's own bound holds. The ring
 * turns over many times. */
static void
largest_window(void **state)
{
	struct tally_client *client = peer_ready(&session, UINT32_MAX, UINT32_MAX);
	uint32_t asked = 0, answered = 0;

	(void)state;
	for (int round = 0; round < 7; round++) {
		while (tally_client_submit(client, "b", 1, &asked) == TALLY_CLIENT_FINE)
			continue;
		assert_int_equal(tally_client_owed(client), window_requests);
		for (int i = 0; i < 700; i++)
			accept_one(client, ++answered);
	}
	assert_int_equal(asked, window_requests + 6 * 700);
}

static void
output_full(void **state)
{
	static uint8_t large[TALLY_WIRE_PAYLOAD_MAX + 1];
	struct tally_client *client = peer_ready(&session, 1024, 8);

	(void)state;
	assert_int_equal(tally_client_submit(client, large, sizeof large, NULL),
			 TALLY_CLIENT_TOO_LARGE);
	for (int i = 0; i < 4; i++)
		assert_int_equal(tally_client_submit(client, large, sizeof large - 1, NULL), 0);
	assert_int_equal(tally_client_submit(client, "b", 1, NULL), TALLY_CLIENT_OUTPUT_FULL);
	assert_int_equal(tally_client_owed(client), 4);
	for (uint32_t i = 1; i <= 3; i++)
		assert_int_equal(peer_sent(client).correlation, i);
	assert_int_equal(tally_client_submit(client, "b", 1, NULL), 0);
	assert_int_equal(peer_sent(client).correlation, 4);
	assert_int_equal(peer_sent(client).payload.size, 1);
}

/* A server that takes less than the protocol's maximum. */
static void
smaller_payloads(void **state)
{
	struct tally_client_config wanted = peer_config(&session);
	struct tally_client *client = peer_client(&wanted);
	struct writer server = peer_server();
	struct tally_client_event event;

	(void)state;
	session_hello(&session, &server);
	be32_store(server.data + TALLY_WIRE_HEADER_SIZE + 100, 100);
	session_welcome(&server, 10, 10);
	peer_feed(client, &server, &event);
	assert_int_equal(tally_client_submit(client, memory, 101, NULL),
			 TALLY_CLIENT_TOO_LARGE);
	assert_int_equal(tally_client_submit(client, memory, 100, NULL), 0);
}

static int
setup(void **state)
{
	(void)state;
	session_make(&session, BYTES_OF("{}"));
	return sodium_init() < 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(key_spellings),    cmocka_unit_test(configurations),
	    cmocka_unit_test(request_bytes),    cmocka_unit_test(windows),
	    cmocka_unit_test(largest_window),   cmocka_unit_test(output_full),
	    cmocka_unit_test(smaller_payloads),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
