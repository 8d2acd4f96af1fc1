/* A server that says anything: the client's machine gives events or breaks, and its views stay
 * inside its memory. The first byte of an input: bit 0 anonymous, bit 1 the handshake is done
 * before the input begins; the second byte: size of the pieces in which the rest arrives. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "frame/frame.h"
#include "limits.h"
#include "tally/client.h"

static _Alignas(8) uint8_t memory[TALLY_CLIENT_MEMORY];
static uint8_t output[TALLY_CLIENT_OUTPUT_MIN];
static volatile uint8_t sink;

/* Of tests/vectors/transcript.txt, so that its bytes are a good seed. */
static const uint8_t campaign[32] = {0x49, 0x0e, 0xae, 0x36, 0x69, 0x52, 0xec, 0xe1,
				     0x13, 0xed, 0xfb, 0xdd, 0xc2, 0x6e, 0x44, 0x28,
				     0x44, 0x49, 0xc5, 0xae, 0x2d, 0xa9, 0xe9, 0xed,
				     0x3d, 0x2c, 0x34, 0x46, 0x51, 0xad, 0x0b, 0xd2};
static const uint8_t log_key[32] = {0xea, 0x4a, 0x6c, 0x63, 0xe2, 0x9c, 0x52, 0x0a,
				    0xbe, 0xf5, 0x50, 0x7b, 0x13, 0x2e, 0xc5, 0xf9,
				    0x95, 0x47, 0x76, 0xae, 0xbe, 0xbe, 0x7b, 0x92,
				    0x42, 0x1e, 0xea, 0x69, 0x14, 0x46, 0xd2, 0x2c};
static const uint8_t nonce[32] = {0xc1};

static struct tally_client *
client_make(bool anonymous)
{
	struct tally_client_key key = {.id = 1};
	struct tally_client_config config = {
	    .campaign = campaign,
	    .log_name = "tally.example/test",
	    .log_key = log_key,
	    .key = anonymous ? NULL : &key,
	    .nonce = nonce,
	    .output = output,
	    .output_size = sizeof output,
	};
	struct tally_client *client = NULL;

	CHECK(tally_client_init(&client, memory, sizeof memory, &config) == TALLY_CLIENT_FINE);
	return client;
}

/* One request of each kind; they are numbered 1 to 9. */
static void
ask_everything(struct tally_client *client)
{
	CHECK(tally_client_submit(client, "ballot", 6, NULL) != TALLY_CLIENT_NOT_READY);
	(void)tally_client_notice(client, "notice", 6, NULL);
	(void)tally_client_status(client, nonce, NULL);
	(void)tally_client_state(client, NULL);
	(void)tally_client_receipt(client, 2, NULL);
	(void)tally_client_checkpoint(client, NULL);
	(void)tally_client_results(client, 0, NULL);
	(void)tally_client_entries(client, 1, 3, NULL);
	(void)tally_client_cosign(client, 3, "line", 4, NULL);
}

static void
touch(const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < size; i++)
		sink ^= at[i];
}

static void
event_check(struct tally_client *client, const struct tally_client_event *event)
{
	struct tally_client_entries entries = event->entries;
	const uint8_t *entry;
	size_t size;
	uint64_t votes;
	int64_t score;

	while (tally_client_entry(&entries, &entry, &size))
		touch(entry, size);
	touch(event->text, event->text_size);
	CHECK(tally_client_owed(client) <= window_requests + window_reads);
	if (event->kind == TALLY_CLIENT_EVENT_READY)
		ask_everything(client);
	if (event->kind == TALLY_CLIENT_EVENT_STATE)
		touch(event->state.notice_hash, 32);
	for (uint32_t i = 0; i < event->results.options_count; i++)
		tally_client_option(&event->results, i, &votes, &score);
	CHECK(event->kind != TALLY_CLIENT_EVENT_BROKEN || event->status < 0);
}

static void
feed(struct tally_client *client, const uint8_t *data, size_t size, size_t piece)
{
	struct tally_client_event event;
	size_t waiting;
	bool ended = false;

	while (size > 0) {
		size_t taken = tally_client_receive(client, data, size < piece ? size : piece);

		CHECK(taken > 0 && taken <= size);
		while (tally_client_event(client, &event)) {
			CHECK(!ended);
			event_check(client, &event);
			ended = event.kind == TALLY_CLIENT_EVENT_BROKEN ||
				event.kind == TALLY_CLIENT_EVENT_GOODBYE;
		}
		(void)tally_client_output(client, &waiting);
		tally_client_sent(client, waiting);
		data += taken;
		size -= taken;
	}
}

static void
handshake(struct tally_client *client)
{
	uint8_t bytes[256];
	struct writer writer = writer_make(bytes, sizeof bytes);
	struct frame_hello hello = {.version_min = 1,
				    .version_max = 1,
				    .campaign = campaign,
				    .log_key = log_key,
				    .nonce = nonce,
				    .payload_max = TALLY_WIRE_PAYLOAD_MAX};
	struct frame_welcome welcome = {1, 1024, 8};

	frame_hello_write(&writer, &hello);
	frame_welcome_write(&writer, &welcome);
	CHECK(!writer.failed);
	feed(client, bytes, writer.size, writer.size);
	CHECK(tally_client_owed(client) == 9);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tally_client *client;

	if (size < 2)
		return 0;
	client = client_make((data[0] & 1) != 0);
	if ((data[0] & 2) != 0)
		handshake(client);
	feed(client, data + 2, size - 2, (size_t)data[1] + 1);
	return 0;
}
