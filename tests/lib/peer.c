#include "tests/lib/peer.h"

static _Alignas(8) uint8_t memory[TALLY_CLIENT_MEMORY];
static uint8_t output[PEER_OUTPUT];
static uint8_t server_bytes[PEER_OUTPUT];

struct tally_client_config
peer_config(const struct session *session)
{
	struct tally_client_config config = session_config(session);

	config.output = output;
	config.output_size = sizeof output;
	return config;
}

struct tally_client *
peer_client(const struct tally_client_config *config)
{
	struct tally_client *client;

	assert_int_equal(tally_client_init(&client, memory, sizeof memory, config), 0);
	return client;
}

struct writer
peer_server(void)
{
	return writer_make(server_bytes, sizeof server_bytes);
}

void
peer_feed(struct tally_client *client, const struct writer *server,
	  struct tally_client_event *event)
{
	struct tally_client_event other;

	assert_false(server->failed);
	assert_int_equal(tally_client_receive(client, server->data, server->size),
			 server->size);
	if (event != NULL)
		assert_true(tally_client_event(client, event));
	assert_false(tally_client_event(client, &other));
}

struct frame
peer_sent(struct tally_client *client)
{
	struct frame frame;
	size_t size;
	const uint8_t *bytes = tally_client_output(client, &size);
	long used = frame_next(bytes_make(bytes, size), &frame);

	assert_true(used > 0);
	tally_client_sent(client, (size_t)used);
	return frame;
}

struct tally_client *
peer_ready(const struct session *session, uint32_t requests, uint32_t reads)
{
	struct tally_client_config config = peer_config(session);
	struct tally_client *client = peer_client(&config);
	struct writer server = peer_server();
	struct tally_client_event event;

	session_hello(session, &server);
	session_welcome(&server, requests, reads);
	peer_feed(client, &server, &event);
	assert_int_equal(event.kind, TALLY_CLIENT_EVENT_READY);
	assert_int_equal(peer_sent(client).message, TALLY_MESSAGE_AUTH);
	return client;
}
