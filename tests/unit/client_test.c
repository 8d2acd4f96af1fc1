#include "tests/lib/test.h"

#include <sodium.h>

#include "limits.h"
#include "tests/lib/session.h"

static struct session session;
static _Alignas(8) uint8_t memory[TALLY_CLIENT_MEMORY];
static uint8_t output[4 * TALLY_CLIENT_OUTPUT_MIN];
static uint8_t server[4 * TALLY_CLIENT_OUTPUT_MIN];
static char note[512];

static struct tally_client_config
config(void)
{
	struct tally_client_config made = session_config(&session);

	made.output = output;
	made.output_size = sizeof output;
	return made;
}

static struct tally_client *
client_of(const struct tally_client_config *wanted)
{
	struct tally_client *client;

	assert_int_equal(tally_client_init(&client, memory, sizeof memory, wanted), 0);
	return client;
}

/* Feeds everything and expects nothing but `event`, or no event where it is NULL. */
static void
feed(struct tally_client *client, const struct writer *writer, struct tally_client_event *event)
{
	struct tally_client_event other;

	assert_false(writer->failed);
	assert_int_equal(tally_client_receive(client, writer->data, writer->size),
			 writer->size);
	if (event != NULL)
		assert_true(tally_client_event(client, event));
	assert_false(tally_client_event(client, &other));
}

static struct frame
sent_frame(struct tally_client *client)
{
	struct frame frame;
	size_t size;
	const uint8_t *bytes = tally_client_output(client, &size);
	long used = frame_next(bytes_make(bytes, size), &frame);

	assert_true(used > 0);
	tally_client_sent(client, (size_t)used);
	return frame;
}

static struct tally_client *
ready_client(uint32_t requests, uint32_t reads)
{
	struct tally_client_config wanted = config();
	struct tally_client *client = client_of(&wanted);
	struct writer writer = writer_make(server, sizeof server);
	struct tally_client_event event;

	session_hello(&session, &writer);
	session_welcome(&writer, requests, reads);
	feed(client, &writer, &event);
	assert_int_equal(event.kind, TALLY_CLIENT_EVENT_READY);
	assert_int_equal(sent_frame(client).message, TALLY_MESSAGE_AUTH);
	return client;
}

/* Byte by byte: nothing happens before the last byte of each frame. */
static void
handshake(void **state)
{
	struct tally_client_config wanted = config();
	struct tally_client *client = client_of(&wanted);
	struct writer writer = writer_make(server, sizeof server);
	struct tally_client_event event;
	struct frame_auth auth;
	struct frame frame;
	uint8_t proof[FRAME_PROOF_SIZE];
	size_t hello, size;

	(void)state;
	session_hello(&session, &writer);
	hello = writer.size;
	session_welcome(&writer, 1024, 8);
	for (size_t at = 0; at < writer.size; at++) {
		(void)tally_client_output(client, &size);
		assert_int_equal(size > 0, at >= hello);
		assert_int_equal(tally_client_receive(client, server + at, 1), 1);
		assert_int_equal(tally_client_event(client, &event), at == writer.size - 1);
	}
	assert_int_equal(event.kind, TALLY_CLIENT_EVENT_READY);
	frame = sent_frame(client);
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
	struct tally_client_config wanted = config();
	struct writer writer = writer_make(server, sizeof server);
	struct tally_client *client;
	struct frame_auth auth;

	(void)state;
	wanted.key = NULL;
	client = client_of(&wanted);
	session_hello(&session, &writer);
	feed(client, &writer, NULL);
	assert_true(frame_auth_parse(sent_frame(client).payload, &auth));
	assert_int_equal(auth.key_id, 0);
	assert_true(bytes_all_zero(bytes_make(auth.signature, 64)));
}

static void
key_spellings(void **state)
{
	struct tally_client_config wanted = config();
	struct writer text = writer_make(note, sizeof note);
	struct writer writer = writer_make(server, sizeof server);
	struct tally_client_key key;

	(void)state;
	wanted.log_vkey = NULL;
	wanted.log_name = "tally.example/test";
	wanted.log_key = session.log.key.public_key;
	session_hello(&session, &writer);
	feed(client_of(&wanted), &writer, NULL);
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
	struct tally_client_config good = config();
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

/* What a client makes of a server's first bytes; when it breaks, it has signed nothing. */
static int
first_status(const struct tally_client_config *wanted, size_t size)
{
	struct tally_client *client = client_of(wanted);
	struct tally_client_event event;
	size_t waiting;
	int status;

	assert_int_equal(tally_client_receive(client, server, size), size);
	if (!tally_client_event(client, &event))
		return TALLY_CLIENT_FINE;
	assert_int_equal(event.kind, TALLY_CLIENT_EVENT_BROKEN);
	status = event.status;
	assert_string_equal(event.text, tally_client_sentence(status));
	assert_false(tally_client_event(client, &event)); /* told once */
	assert_int_equal(tally_client_receive(client, server, size), size);
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
	struct tally_client_config wanted = config();
	struct writer writer = writer_make(server, sizeof server);

	session_hello(&session, &writer);
	server[at] ^= flip;
	return first_status(&wanted, writer.size);
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
	struct tally_client_config wanted = config();
	struct writer writer = writer_make(server, sizeof server);
	uint8_t *version = server + TALLY_WIRE_HEADER_SIZE;

	(void)state;
	session_hello(&session, &writer);
	be16_store(version, 2);
	be16_store(version + 2, 9);
	assert_int_equal(first_status(&wanted, writer.size), TALLY_CLIENT_NO_VERSION);
	be16_store(version, 0);
	be16_store(version + 2, 0);
	assert_int_equal(first_status(&wanted, writer.size), TALLY_CLIENT_NO_VERSION);
	be16_store(version + 2, 9);
	assert_int_equal(first_status(&wanted, writer.size), TALLY_CLIENT_FINE);
}

static void
bad_welcomes(void **state)
{
	(void)state;
	for (size_t at = 1; at < 12; at++) {
		struct tally_client_config wanted = config();
		struct tally_client *client = client_of(&wanted);
		struct writer writer = writer_make(server, sizeof server);
		struct tally_client_event event;
		size_t hello;

		session_hello(&session, &writer);
		hello = writer.size;
		session_welcome(&writer, 1, 1);
		server[hello + TALLY_WIRE_HEADER_SIZE + at] ^= 1;
		feed(client, &writer, &event);
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
	struct tally_client_config wanted = config();
	struct writer writer = writer_make(server, sizeof server);
	struct tally_client *client;
	struct frame_auth auth;
	struct bytes newer = session_checkpoint(&session, 9, 0xab, note);
	const char *newest;
	size_t size;

	(void)state;
	session_hello(&session, &writer);
	wanted.checkpoint = (const char *)newer.data;
	wanted.checkpoint_size = newer.size;
	client = client_of(&wanted);
	feed(client, &writer, NULL);
	assert_true(frame_auth_parse(sent_frame(client).payload, &auth));
	assert_true(bytes_equal(auth.checkpoint, newer));
	newest = tally_client_newest(client, &size);
	assert_true(bytes_equal(bytes_make(newest, size), newer));

	newer = session_checkpoint(&session, 2, 0xab, note);
	wanted.checkpoint_size = newer.size;
	client = client_of(&wanted);
	feed(client, &writer, NULL);
	newest = tally_client_newest(client, &size);
	assert_int_equal(size, session.checkpoint_size);
	assert_memory_equal(newest, session.checkpoint, size);
}

static void
two_trees_of_one_size(void **state)
{
	struct tally_client_config wanted = config();
	struct writer writer = writer_make(server, sizeof server);
	struct bytes other = session_checkpoint(&session, SESSION_ENTRIES, 0xab, note);

	(void)state;
	session_hello(&session, &writer);
	wanted.checkpoint = (const char *)other.data;
	wanted.checkpoint_size = other.size;
	assert_int_equal(first_status(&wanted, writer.size), TALLY_CLIENT_SPLIT_VIEW);
}

static void
request_bytes(void **state)
{
	struct tally_client *client = ready_client(1024, 8);
	uint32_t correlation;
	struct frame frame;

	(void)state;
	assert_int_equal(tally_client_submit(client, "ballot", 6, &correlation), 0);
	frame = sent_frame(client);
	assert_int_equal(frame.message, TALLY_MESSAGE_SUBMIT);
	assert_int_equal(frame.correlation, correlation);
	assert_true(bytes_equal(frame.payload, BYTES_OF("ballot")));
	assert_int_equal(tally_client_notice(client, "notice", 6, NULL), 0);
	frame = sent_frame(client);
	assert_int_equal(frame.message, TALLY_MESSAGE_NOTICE);
	assert_int_equal(frame.correlation, correlation + 1);
	assert_true(bytes_equal(frame.payload, BYTES_OF("notice")));
	assert_int_equal(tally_client_status(client, session.tag, NULL), 0);
	frame = sent_frame(client);
	assert_int_equal(frame.message, TALLY_MESSAGE_STATUS);
	assert_true(bytes_equal(frame.payload, bytes_make(session.tag, 32)));
	assert_int_equal(tally_client_state(client, NULL), 0);
	frame = sent_frame(client);
	assert_int_equal(frame.message, TALLY_MESSAGE_STATE);
	assert_int_equal(frame.payload.size, 0);
	assert_int_equal(tally_client_receipt(client, UINT64_C(0x0102030405060708), NULL), 0);
	frame = sent_frame(client);
	assert_int_equal(frame.message, TALLY_MESSAGE_RECEIPT);
	assert_true(bytes_equal(frame.payload, BYTES_OF("\1\2\3\4\5\6\7\10")));
	assert_int_equal(tally_client_checkpoint(client, NULL), 0);
	frame = sent_frame(client);
	assert_int_equal(frame.message, TALLY_MESSAGE_CHECKPOINT);
	assert_int_equal(frame.payload.size, 0);
	assert_int_equal(tally_client_results(client, 0x0203, NULL), 0);
	frame = sent_frame(client);
	assert_int_equal(frame.message, TALLY_MESSAGE_RESULTS);
	assert_true(bytes_equal(frame.payload, BYTES_OF("\2\3")));
	assert_int_equal(tally_client_owed(client), 7);
}

/* Answers one submit and expects the verdict. */
static void
accept_one(struct tally_client *client, uint32_t correlation)
{
	struct writer writer = writer_make(server, sizeof server);
	struct tally_client_event event;

	frame_verdict_write(&writer, correlation, TALLY_ACCEPTED, 1000 + correlation);
	feed(client, &writer, &event);
	assert_int_equal(event.kind, TALLY_CLIENT_EVENT_VERDICT);
	assert_int_equal(event.request, TALLY_MESSAGE_SUBMIT);
	assert_int_equal(event.correlation, correlation);
	assert_int_equal(event.index, 1000 + correlation);
}

static void
windows(void **state)
{
	struct tally_client *client = ready_client(3, 2);
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
	struct tally_client *client = ready_client(UINT32_MAX, UINT32_MAX);
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
	struct tally_client *client = ready_client(1024, 8);

	(void)state;
	assert_int_equal(tally_client_submit(client, large, sizeof large, NULL),
			 TALLY_CLIENT_TOO_LARGE);
	for (int i = 0; i < 4; i++)
		assert_int_equal(tally_client_submit(client, large, sizeof large - 1, NULL), 0);
	assert_int_equal(tally_client_submit(client, "b", 1, NULL), TALLY_CLIENT_OUTPUT_FULL);
	assert_int_equal(tally_client_owed(client), 4);
	for (uint32_t i = 1; i <= 3; i++)
		assert_int_equal(sent_frame(client).correlation, i);
	assert_int_equal(tally_client_submit(client, "b", 1, NULL), 0);
	assert_int_equal(sent_frame(client).correlation, 4);
	assert_int_equal(sent_frame(client).payload.size, 1);
}

/* A server that takes less than the protocol's maximum. */
static void
smaller_payloads(void **state)
{
	struct tally_client_config wanted = config();
	struct tally_client *client = client_of(&wanted);
	struct writer writer = writer_make(server, sizeof server);
	struct tally_client_event event;

	(void)state;
	session_hello(&session, &writer);
	be32_store(server + TALLY_WIRE_HEADER_SIZE + 100, 100);
	session_welcome(&writer, 10, 10);
	feed(client, &writer, &event);
	assert_int_equal(tally_client_submit(client, output, 101, NULL),
			 TALLY_CLIENT_TOO_LARGE);
	assert_int_equal(tally_client_submit(client, server, 100, NULL), 0);
}

static void
goodbye(void **state)
{
	struct tally_client *client = ready_client(10, 2);
	struct writer writer = writer_make(server, sizeof server);
	struct tally_client_event event;

	(void)state;
	frame_goodbye_write(&writer, TALLY_STOPPING);
	frame_verdict_write(&writer, 1, TALLY_ACCEPTED, 7); /* after it: nothing counts */
	feed(client, &writer, &event);
	assert_int_equal(event.kind, TALLY_CLIENT_EVENT_GOODBYE);
	assert_int_equal(event.verdict, TALLY_STOPPING);
	assert_int_equal(event.class, TALLY_CLASS_LATER);
	assert_memory_equal(event.text, "the server is stopping", event.text_size);
	assert_int_equal(tally_client_submit(client, "b", 1, NULL), TALLY_CLIENT_NOT_READY);
}

static void
goodbye_at_once(void **state)
{
	struct tally_client_config wanted = config();
	struct tally_client *client = client_of(&wanted);
	struct writer writer = writer_make(server, sizeof server);
	struct tally_client_event event;

	(void)state;
	frame_goodbye_write(&writer, TALLY_SLOW_DOWN);
	feed(client, &writer, &event);
	assert_int_equal(event.kind, TALLY_CLIENT_EVENT_GOODBYE);
}

static void
receipts_offline(void **state)
{
	char receipt[1024];
	uint64_t index = 0;

	(void)state;
	assert_true(tally_client_receipt_verify(session.log_vkey, session.receipt,
						session.receipt_size, session.ballot,
						session.ballot_size, &index));
	assert_int_equal(index, 2);
	/* every byte of the receipt counts: another one proves nothing, or not this index */
	for (size_t at = 0; at < session.receipt_size; at++) {
		memcpy(receipt, session.receipt, session.receipt_size);
		receipt[at] ^= 1;
		assert_false(tally_client_receipt_verify(session.log_vkey, receipt,
							 session.receipt_size, session.ballot,
							 session.ballot_size, &index));
	}
	session.ballot[90] ^= 1;
	assert_false(tally_client_receipt_verify(session.log_vkey, session.receipt,
						 session.receipt_size, session.ballot,
						 session.ballot_size, &index));
	session.ballot[90] ^= 1;
	assert_false(tally_client_receipt_verify("", session.receipt, session.receipt_size,
						 session.ballot, session.ballot_size, &index));
	assert_false(tally_client_receipt_verify(session.log_vkey, session.receipt,
						 session.receipt_size, server,
						 TALLY_BALLOT_SIZE_MAX + 1, &index));
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
	    cmocka_unit_test(key_spellings),
	    cmocka_unit_test(configurations),
	    cmocka_unit_test(wrong_servers),
	    cmocka_unit_test(versions),
	    cmocka_unit_test(bad_welcomes),
	    cmocka_unit_test(remembers_the_newest),
	    cmocka_unit_test(two_trees_of_one_size),
	    cmocka_unit_test(request_bytes),
	    cmocka_unit_test(windows),
	    cmocka_unit_test(largest_window),
	    cmocka_unit_test(output_full),
	    cmocka_unit_test(smaller_payloads),
	    cmocka_unit_test(goodbye),
	    cmocka_unit_test(goodbye_at_once),
	    cmocka_unit_test(receipts_offline),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
