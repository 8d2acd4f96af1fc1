#include "bench/probe/door.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "frame/frame.h"
#include "limits.h"
#include "tree/note.h"

enum client_state {
	CLIENT_FREE,
	CLIENT_GREETED,
	CLIENT_MEMBER,
	CLIENT_CLOSING,
};

struct client {
	uv_tcp_t tcp;
	uv_write_t write;
	enum client_state state;
	uint32_t generation;
	size_t writing; /* bytes of output that are with libuv */
	bool touched;   /* in the list of those to be flushed */
	size_t received;
	size_t output_size;
	uint8_t input[receive_bytes];
	uint8_t output[send_bytes];
};

static struct client *clients; /* connections_max */
static struct client *touched[connections_max];
static size_t touched_count;
static const struct manifest *campaign;
static const struct note_private_key *log_key;
static uv_tcp_t listener;
static uv_check_t check;

static void
on_closed(uv_handle_t *handle)
{
	struct client *client = handle->data;

	client->state = CLIENT_FREE;
	client->generation++;
}

static void
close_client(struct client *client)
{
	if (client->state == CLIENT_CLOSING)
		return;
	client->state = CLIENT_CLOSING;
	uv_close((uv_handle_t *)&client->tcp, on_closed);
}

static void
send_output(struct client *client);

static void
written(struct client *client, size_t size)
{
	client->output_size -= size;
	memmove(client->output, client->output + size, client->output_size);
}

static void
on_written(uv_write_t *request, int status)
{
	struct client *client = request->data;
	size_t size = client->writing;

	client->writing = 0;
	if (status != 0 || client->state == CLIENT_CLOSING)
		return;
	written(client, size);
	send_output(client);
}

/* What the socket takes at once; the rest when it can be written. */
static void
send_output(struct client *client)
{
	uv_buf_t buffer = uv_buf_init((char *)client->output, (unsigned)client->output_size);
	int sent;

	if (client->writing > 0 || client->state == CLIENT_CLOSING || buffer.len == 0)
		return;
	sent = uv_try_write((uv_stream_t *)&client->tcp, &buffer, 1);
	if (sent > 0)
		written(client, (size_t)sent);
	else if (sent != UV_EAGAIN)
		close_client(client);
	if (client->state == CLIENT_CLOSING || client->output_size == 0)
		return;
	client->writing = client->output_size;
	client->write.data = client;
	buffer = uv_buf_init((char *)client->output, (unsigned)client->output_size);
	CHECK(uv_write(&client->write, (uv_stream_t *)&client->tcp, &buffer, 1, on_written) ==
	      0);
}

static void
touch(struct client *client)
{
	if (!client->touched)
		touched[touched_count++] = client;
	client->touched = true;
}

static struct writer
output_writer(struct client *client)
{
	touch(client);
	return writer_make(client->output + client->output_size,
			   sizeof client->output - client->output_size);
}

/* A client that asks for more than its window and does not read is not ours to serve. */
static void
output_end(struct client *client, const struct writer *writer)
{
	if (writer->failed)
		close_client(client);
	else
		client->output_size += writer->size;
}

void
door_answer(struct course_sender to, enum tally_verdict verdict, uint64_t index)
{
	struct client *client = &clients[to.client];
	struct writer writer;

	if (client->generation != to.generation || client->state != CLIENT_MEMBER)
		return;
	writer = output_writer(client);
	frame_verdict_write(&writer, to.correlation, verdict,
			    verdict == TALLY_ACCEPTED ? index : FRAME_NO_INDEX);
	output_end(client, &writer);
}

void
door_flush(void)
{
	while (touched_count > 0) {
		struct client *client = touched[--touched_count];

		client->touched = false;
		send_output(client);
	}
}

static void
greet(struct client *client)
{
	static const uint8_t nonce[TALLY_NONCE_SIZE];
	char note[TALLY_CHECKPOINT_SIZE_MAX];
	struct writer text = writer_make(note, sizeof note);
	struct checkpoint empty = {.size = 0};
	struct writer writer = output_writer(client);
	struct frame_hello hello = {.version_min = TALLY_WIRE_VERSION,
				    .version_max = TALLY_WIRE_VERSION,
				    .campaign = campaign->id,
				    .log_key = campaign->log_key.public_key,
				    .nonce = nonce,
				    .payload_max = TALLY_WIRE_PAYLOAD_MAX,
				    .window_requests = window_requests,
				    .window_reads = window_reads,
				    .idle_s = idle_deadline_ms / 1000};

	crypto_hash_sha256(empty.root, NULL, 0);
	checkpoint_write(&text, &empty, log_key);
	hello.checkpoint = writer_view(&text);
	frame_hello_write(&writer, &hello);
	output_end(client, &writer);
	client->state = CLIENT_GREETED;
}

static void
welcome(struct client *client)
{
	struct writer writer = output_writer(client);

	frame_welcome_write(&writer, &(struct frame_welcome){TALLY_WIRE_VERSION,
							     window_requests, window_reads});
	output_end(client, &writer);
	client->state = CLIENT_MEMBER;
}

static void
take(struct client *client, const struct frame *frame)
{
	struct course_sender sender = {.client = (uint32_t)(client - clients),
				       .generation = client->generation,
				       .correlation = frame->correlation};
	struct frame_auth auth;

	if (client->state == CLIENT_GREETED && frame->message == TALLY_MESSAGE_AUTH &&
	    frame_auth_parse(frame->payload, &auth))
		welcome(client);
	else if (client->state == CLIENT_MEMBER && frame->message == TALLY_MESSAGE_SUBMIT &&
		 frame->payload.size <= TALLY_BALLOT_SIZE_MAX)
		course_take(sender, frame->payload);
	else
		close_client(client);
}

static void
take_all(struct client *client)
{
	size_t at = 0;
	struct frame frame;
	long used;

	while (client->state != CLIENT_CLOSING) {
		used =
		    frame_next(bytes_make(client->input + at, client->received - at), &frame);
		if (used < 0)
			close_client(client);
		if (used <= 0)
			break;
		take(client, &frame);
		at += (size_t)used;
	}
	client->received -= at;
	memmove(client->input, client->input + at, client->received);
}

static void
on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	struct client *client = handle->data;

	(void)suggested;
	*buffer = uv_buf_init((char *)client->input + client->received,
			      (unsigned)(sizeof client->input - client->received));
}

static void
on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
	struct client *client = stream->data;

	(void)buffer;
	if (size < 0) {
		close_client(client);
	} else if (size > 0) {
		client->received += (size_t)size;
		take_all(client);
	}
}

static void
on_connection(uv_stream_t *stream, int status)
{
	struct client *client = clients;

	CHECK(status == 0);
	while (client < clients + connections_max && client->state != CLIENT_FREE)
		client++;
	CHECK(client < clients + connections_max);
	client->received = client->output_size = client->writing = 0;
	CHECK(uv_tcp_init(stream->loop, &client->tcp) == 0);
	client->tcp.data = client;
	CHECK(uv_accept(stream, (uv_stream_t *)&client->tcp) == 0);
	CHECK(uv_tcp_nodelay(&client->tcp, 1) == 0);
	CHECK(uv_read_start((uv_stream_t *)&client->tcp, on_room, on_read) == 0);
	greet(client);
}

/* Everything that this turn of the loop has read has been taken. */
static void
on_turn(uv_check_t *handle)
{
	(void)handle;
	course_go();
	door_flush();
}

unsigned
door_begin(uv_loop_t *loop, const struct manifest *manifest, const struct note_private_key *log)
{
	struct sockaddr_in address;
	int size = sizeof address;

	campaign = manifest;
	log_key = log;
	clients = calloc(connections_max, sizeof *clients);
	CHECK(clients);
	CHECK(uv_ip4_addr("127.0.0.1", 0, &address) == 0);
	CHECK(uv_tcp_init(loop, &listener) == 0 && uv_check_init(loop, &check) == 0);
	CHECK(uv_tcp_bind(&listener, (const struct sockaddr *)&address, 0) == 0);
	CHECK(uv_listen((uv_stream_t *)&listener, 128, on_connection) == 0);
	CHECK(uv_check_start(&check, on_turn) == 0);
	CHECK(uv_tcp_getsockname(&listener, (struct sockaddr *)&address, &size) == 0);
	return ntohs(address.sin_port);
}
