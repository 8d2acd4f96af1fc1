#include "tests/lib/test.h"

#include <sodium.h>

#include "tests/lib/peer.h"

static struct session session;
static char note[512];

/* Byte by byte: nothing happens before the last byte of each frame. */
static void
handshake(void **state)
{
	struct tally_client_config wanted = peer_config(&session);
	struct tally_client *client = peer_client(&wanted);
	struct writer server = peer_server();
	struct tally_client_event event;
	struct frame_auth auth;
	struct frame frame;
	uint8_t proof[FRAME_PROOF_SIZE];
	size_t hello, size;

	(void)state;
	session_hello(&session, &server);
	hello = server.size;
	session_welcome(&server, 1024, 8);
	for (size_t at = 0; at < server.size; at++) {
		(void)tally_client_output(client, &size);
		assert_int_equal(size > 0, at >= hello);
		assert_int_equal(tally_client_receive(client, server.data + at, 1), 1);
		assert_int_equal(tally_client_event(client, &event), at == server.size - 1);
	}
	assert_int_equal(event.kind, TALLY_CLIENT_EVENT_READY);
	frame = peer_sent(client);
	assert_int_equal(frame.message, TALLY_MESSAGE_AUTH);
	assert_true(frame_auth_parse(frame.payload, &auth));
	assert_int_equal(auth.version, 1);
	assert_int_equal(auth.key_id, session.frontend.key.id);
	assert_memory_equal(auth.nonce, session.client_nonce, 32);
	assert_true(bytes_equal(auth.checkpoint,
				bytes_make(session.checkpoint, session.checkpoint_size)));
	memcpy(proof, "tally/hello/v1", 15);
	memcpy(proof + 15, session.campaign, 32);
	memset(proof + 47, 0x51, 32);
	memset(proof + 79, 0xc1, 32);
	memcpy(proof + 111, session.log.key.public_key, 32);
	assert_int_equal(crypto_sign_verify_detached(auth.signature, proof, sizeof proof,
						     session.frontend.key.public_key),
			 0);
}

static void
anonymous(void **state)
{
	struct tally_client_config wanted = peer_config(&session);
	struct writer server = peer_server();
	struct tally_client *client;
	struct frame_auth auth;

	(void)state;
	wanted.key = NULL;
	client = peer_client(&wanted);
	session_hello(&session, &server);
	peer_feed(client, &server, NULL);
	assert_true(frame_auth_parse(peer_sent(client).payload, &auth));
	assert_int_equal(auth.key_id, 0);
	assert_true(bytes_all_zero(bytes_make(auth.signature, 64)));
}

/* What a client makes of a server's first bytes; when it breaks, it has signed nothing. */
static int
first_status(const struct tally_client_config *wanted, const struct writer *server)
{
	struct tally_client *client = peer_client(wanted);
	struct tally_client_event event;
	size_t waiting;
	int status;

	assert_int_equal(tally_client_receive(client, server->data, server->size),
			 server->size);
	if (!tally_client_event(client, &event))
		return TALLY_CLIENT_FINE;
	assert_int_equal(event.kind, TALLY_CLIENT_EVENT_BROKEN);
	status = event.status;
	assert_string_equal(event.text, tally_client_sentence(status));
	assert_false(tally_client_event(client, &event)); /* told once */
	assert_int_equal(tally_client_receive(client, server->data, server->size),
			 server->size);
	assert_false(tally_client_event(client, &event));
	(void)tally_client_output(client, &waiting);
	assert_int_equal(waiting, 0);
	assert_int_equal(tally_client_state(client, NULL), TALLY_CLIENT_NOT_READY);
	return status;
}

/* The same of a HELLO in which one byte has been changed. */
static int
changed(size_t at, uint8_t flip)
{
	struct tally_client_config wanted = peer_config(&session);
	struct writer server = peer_server();

	session_hello(&session, &server);
	server.data[at] ^= flip;
	return first_status(&wanted, &server);
}

static void
wrong_servers(void **state)
{
	enum {
		payload = TALLY_WIRE_HEADER_SIZE
	};
	size_t last = payload + 116 + session.checkpoint_size - 1;

	(void)state;
	assert_int_equal(changed(0, 0), TALLY_CLIENT_FINE);
	assert_int_equal(changed(payload + 4, 1), TALLY_CLIENT_WRONG_CAMPAIGN);
	assert_int_equal(changed(payload + 35, 1), TALLY_CLIENT_WRONG_CAMPAIGN);
	assert_int_equal(changed(payload + 36, 1), TALLY_CLIENT_WRONG_LOG);
	assert_int_equal(changed(payload + 67, 1), TALLY_CLIENT_WRONG_LOG);
	assert_int_equal(changed(last - 8, 1), TALLY_CLIENT_BAD_CHECKPOINT);
	assert_int_equal(changed(last, 1), TALLY_CLIENT_BAD_CHECKPOINT);
	assert_int_equal(changed(payload + 3, 1), TALLY_CLIENT_BAD_SHAPE); /* from 1 to 0 */
	assert_int_equal(changed(0, 0x80), TALLY_CLIENT_NOT_A_FRAME);
	assert_int_equal(changed(6, 1), TALLY_CLIENT_NOT_A_FRAME);
	assert_int_equal(changed(4, 3), TALLY_CLIENT_UNEXPECTED); /* WELCOME first */
	assert_int_equal(changed(4, 0x80), TALLY_CLIENT_UNEXPECTED);
}

static void
versions(void **state)
{
	struct tally_client_config wanted = peer_config(&session);
	struct writer server = peer_server();
	uint8_t *version = server.data + TALLY_WIRE_HEADER_SIZE;

	(void)state;
	session_hello(&session, &server);
	be16_store(version, 2);
	be16_store(version + 2, 9);
	assert_int_equal(first_status(&wanted, &server), TALLY_CLIENT_NO_VERSION);
	be16_store(version, 0);
	be16_store(version + 2, 0);
	assert_int_equal(first_status(&wanted, &server), TALLY_CLIENT_NO_VERSION);
	be16_store(version + 2, 9);
	assert_int_equal(first_status(&wanted, &server), TALLY_CLIENT_FINE);
}

static void
bad_welcomes(void **state)
{
	(void)state;
	for (size_t at = 1; at < 12; at++) {
		struct tally_client_config wanted = peer_config(&session);
		struct tally_client *client = peer_client(&wanted);
		struct writer server = peer_server();
		struct tally_client_event event;
		size_t hello;

		session_hello(&session, &server);
		hello = server.size;
		session_welcome(&server, 1, 1);
		server.data[hello + TALLY_WIRE_HEADER_SIZE + at] ^= 1;
		peer_feed(client, &server, &event);
		/* of 1, 0, 1, 1 the low bytes matter; larger windows are fine */
		if (at == 4 || at == 5 || at == 6 || at == 8 || at == 9 || at == 10)
			assert_int_equal(event.kind, TALLY_CLIENT_EVENT_READY);
		else
			assert_int_equal(event.status, at == 1 ? TALLY_CLIENT_NO_VERSION
							       : TALLY_CLIENT_BAD_SHAPE);
	}
}

/* The newest checkpoint an earlier connection saw goes with AUTH, if it is the newest. */
static void
remembers_the_newest(void **state)
{
	struct tally_client_config wanted = peer_config(&session);
	struct writer server = peer_server();
	struct tally_client *client;
	struct frame_auth auth;
	struct bytes newer = session_checkpoint(&session, 9, 0xab, note);
	const char *newest;
	size_t size;

	(void)state;
	session_hello(&session, &server);
	wanted.checkpoint = (const char *)newer.data;
	wanted.checkpoint_size = newer.size;
	client = peer_client(&wanted);
	peer_feed(client, &server, NULL);
	assert_true(frame_auth_parse(peer_sent(client).payload, &auth));
	assert_true(bytes_equal(auth.checkpoint, newer));
	newest = tally_client_newest(client, &size);
	assert_true(bytes_equal(bytes_make(newest, size), newer));

	newer = session_checkpoint(&session, 2, 0xab, note);
	wanted.checkpoint_size = newer.size;
	client = peer_client(&wanted);
	peer_feed(client, &server, NULL);
	newest = tally_client_newest(client, &size);
	assert_int_equal(size, session.checkpoint_size);
	assert_memory_equal(newest, session.checkpoint, size);
}

static void
two_trees_of_one_size(void **state)
{
	struct tally_client_config wanted = peer_config(&session);
	struct writer server = peer_server();
	struct bytes other = session_checkpoint(&session, SESSION_ENTRIES, 0xab, note);

	(void)state;
	session_hello(&session, &server);
	wanted.checkpoint = (const char *)other.data;
	wanted.checkpoint_size = other.size;
	assert_int_equal(first_status(&wanted, &server), TALLY_CLIENT_SPLIT_VIEW);
}

static void
goodbye(void **state)
{
	struct tally_client *client = peer_ready(&session, 10, 2);
	struct writer server = peer_server();
	struct tally_client_event event;

	(void)state;
	frame_goodbye_write(&server, TALLY_STOPPING);
	frame_verdict_write(&server, 1, TALLY_ACCEPTED, 7); /* after it: nothing counts */
	peer_feed(client, &server, &event);
	assert_int_equal(event.kind, TALLY_CLIENT_EVENT_GOODBYE);
	assert_int_equal(event.verdict, TALLY_STOPPING);
	assert_int_equal(event.class, TALLY_CLASS_LATER);
	assert_memory_equal(event.text, "the server is stopping", event.text_size);
	assert_int_equal(tally_client_submit(client, "b", 1, NULL), TALLY_CLIENT_NOT_READY);
}

static void
goodbye_at_once(void **state)
{
	struct tally_client_config wanted = peer_config(&session);
	struct tally_client *client = peer_client(&wanted);
	struct writer server = peer_server();
	struct tally_client_event event;

	(void)state;
	frame_goodbye_write(&server, TALLY_SLOW_DOWN);
	peer_feed(client, &server, &event);
	assert_int_equal(event.kind, TALLY_CLIENT_EVENT_GOODBYE);
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
	    cmocka_unit_test(handshake),
	    cmocka_unit_test(anonymous),
	    cmocka_unit_test(wrong_servers),
	    cmocka_unit_test(versions),
	    cmocka_unit_test(bad_welcomes),
	    cmocka_unit_test(remembers_the_newest),
	    cmocka_unit_test(two_trees_of_one_size),
	    cmocka_unit_test(goodbye),
	    cmocka_unit_test(goodbye_at_once),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
