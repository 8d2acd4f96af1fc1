#include "client/machine.h"

#include <sodium.h>
#include <string.h>

#include "client/answer.h"

void
machine_move(struct tally_client *client, enum machine_state to)
{
	static const bool moves[MACHINE_STATES][MACHINE_STATES] = {
	    [MACHINE_HELLO] =
		{[MACHINE_WELCOME] = true, [MACHINE_GONE] = true, [MACHINE_BROKEN] = true},
	    [MACHINE_WELCOME] =
		{[MACHINE_READY] = true, [MACHINE_GONE] = true, [MACHINE_BROKEN] = true},
	    [MACHINE_READY] = {[MACHINE_GONE] = true, [MACHINE_BROKEN] = true},
	};

	CHECK(moves[client->state][to]);
	client->state = to;
}

int
machine_checkpoint(struct tally_client *client, struct bytes note, struct checkpoint *out)
{
	bool known = client->newest_size > 0;

	if (note.size > sizeof client->newest_note || !checkpoint_open(note, &client->log, out))
		return TALLY_CLIENT_BAD_CHECKPOINT;
	if (known && out->size == client->newest.size &&
	    memcmp(out->root, client->newest.root, sizeof out->root) != 0)
		return TALLY_CLIENT_SPLIT_VIEW;
	if (!known || out->size > client->newest.size) {
		client->newest = *out;
		client->newest_size = note.size;
		memcpy(client->newest_note, note.data, note.size);
	}
	return TALLY_CLIENT_FINE;
}

struct writer
machine_writer(struct tally_client *client)
{
	size_t waiting = client->output_end - client->output_first;

	if (client->output_first > client->output_capacity / 2) {
		memmove(client->output, client->output + client->output_first, waiting);
		client->output_first = 0;
		client->output_end = waiting;
	}
	return writer_make(client->output + client->output_end,
			   client->output_capacity - client->output_end);
}

void
machine_written(struct tally_client *client, const struct writer *writer)
{
	CHECK(!writer->failed);
	client->output_end += writer->size;
}

/* AUTH: who we are, proven over both nonces, and the newest checkpoint we know. */
static void
answer_hello(struct tally_client *client, const struct frame_hello *hello)
{
	uint8_t message[FRAME_PROOF_SIZE];
	uint8_t signature[TALLY_SIGNATURE_SIZE] = {0};
	struct frame_auth auth = {TALLY_WIRE_VERSION, client->key.id, client->nonce, signature,
				  bytes_make(client->newest_note, client->newest_size)};
	struct writer writer = machine_writer(client);

	if (client->key.id != 0) {
		frame_proof_message(client->campaign, hello->nonce, client->nonce,
				    client->log.public_key, message);
		crypto_sign_detached(signature, NULL, message, sizeof message,
				     client->key.secret);
		sodium_memzero(&client->key, sizeof client->key);
	}
	frame_auth_write(&writer, &auth);
	machine_written(client, &writer);
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static int
take_hello(struct tally_client *client, const struct frame *frame,
	   struct tally_client_event *event)
{
	struct frame_hello hello;
	struct checkpoint checkpoint;
	int status = TALLY_CLIENT_FINE;

	(void)event;
	if (!frame_hello_parse(frame->payload, &hello))
		return TALLY_CLIENT_BAD_SHAPE;
	if (hello.version_min > TALLY_WIRE_VERSION || hello.version_max < TALLY_WIRE_VERSION)
		return TALLY_CLIENT_NO_VERSION;
	if (memcmp(hello.campaign, client->campaign, sizeof client->campaign) != 0)
		return TALLY_CLIENT_WRONG_CAMPAIGN;
	if (memcmp(hello.log_key, client->log.public_key, TALLY_KEY_SIZE) != 0)
		return TALLY_CLIENT_WRONG_LOG;
	if (hello.checkpoint.size > 0)
		status = machine_checkpoint(client, hello.checkpoint, &checkpoint);
	if (status != TALLY_CLIENT_FINE)
		return status;
	client->payload_max = (uint32_t)least(hello.payload_max, TALLY_WIRE_PAYLOAD_MAX);
	answer_hello(client, &hello);
	machine_move(client, MACHINE_WELCOME);
	return TALLY_CLIENT_FINE;
}

static int
take_welcome(struct tally_client *client, const struct frame *frame,
	     struct tally_client_event *event)
{
	struct frame_welcome welcome;

	if (!frame_welcome_parse(frame->payload, &welcome) || welcome.window_requests == 0 ||
	    welcome.window_reads == 0)
		return TALLY_CLIENT_BAD_SHAPE;
	if (welcome.version != TALLY_WIRE_VERSION)
		return TALLY_CLIENT_NO_VERSION;
	client->requests.window = least(welcome.window_requests, client->requests.capacity);
	client->reads.window = least(welcome.window_reads, client->reads.capacity);
	event->kind = TALLY_CLIENT_EVENT_READY;
	machine_move(client, MACHINE_READY);
	return TALLY_CLIENT_FINE;
}

static int
take_goodbye(struct tally_client *client, const struct frame *frame,
	     struct tally_client_event *event)
{
	struct frame_verdict goodbye;

	if (!frame_goodbye_parse(frame->payload, &goodbye))
		return TALLY_CLIENT_BAD_SHAPE;
	event->kind = TALLY_CLIENT_EVENT_GOODBYE;
	event->verdict = goodbye.verdict;
	event->class = (enum tally_class)goodbye.class;
	event->text = (const char *)goodbye.sentence.data;
	event->text_size = goodbye.sentence.size;
	sodium_memzero(&client->key, sizeof client->key);
	machine_move(client, MACHINE_GONE);
	return TALLY_CLIENT_FINE;
}

int
machine_take(struct tally_client *client, const struct frame *frame,
	     struct tally_client_event *event)
{
	if (frame->message == TALLY_MESSAGE_GOODBYE)
		return take_goodbye(client, frame, event);
	if (client->state == MACHINE_HELLO && frame->message == TALLY_MESSAGE_HELLO)
		return take_hello(client, frame, event);
	if (client->state == MACHINE_WELCOME && frame->message == TALLY_MESSAGE_WELCOME)
		return take_welcome(client, frame, event);
	if (client->state == MACHINE_READY)
		return answer_take(client, frame, event);
	return TALLY_CLIENT_UNEXPECTED;
}
