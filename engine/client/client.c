#include "tally/client.h"

#include <sodium.h>
#include <string.h>

#include "client/machine.h"
#include "tree/cosignature.h"

_Static_assert(sizeof(struct tally_client) <= TALLY_CLIENT_MEMORY, "a machine fits its memory");
_Static_assert(TALLY_CLIENT_OUTPUT_MIN >=
		   TALLY_WIRE_HEADER_SIZE + 102 + TALLY_CHECKPOINT_SIZE_MAX,
	       "AUTH fits an empty output buffer");

#define SAME(enumerator, number, sentence) \
	_Static_assert(TALLY_CLIENT_##enumerator == (number), \
		       "the enum differs from the table");
TALLY_CLIENT_STATUSES(SAME)

const char *
tally_client_sentence(int status)
{
	switch (status) {
#define ROW(enumerator, number, sentence) \
	case (number): \
		return sentence;
		TALLY_CLIENT_STATUSES(ROW)
	default:
		return "a status this version does not know";
	}
}

static bool
log_key_read(const struct tally_client_config *config, struct note_key *key)
{
	if (config->log_vkey != NULL)
		return note_key_parse(bytes_of_string(config->log_vkey), key);
	if (config->log_name == NULL || config->log_key == NULL ||
	    !note_name_valid(bytes_of_string(config->log_name)) ||
	    crypto_core_ed25519_is_valid_point(config->log_key) != 1)
		return false;
	note_key_make(key, bytes_of_string(config->log_name), config->log_key);
	return true;
}

static struct machine_lane
lane_make(struct machine_request *ring, size_t capacity)
{
	return (struct machine_lane){.ring = ring, .capacity = capacity};
}

int
tally_client_init(struct tally_client **out, void *memory, size_t size,
		  const struct tally_client_config *config)
{
	struct tally_client *client = memory;
	struct checkpoint seen;

	if (size < sizeof *client || (uintptr_t)memory % _Alignof(struct tally_client) != 0 ||
	    config->campaign == NULL || config->nonce == NULL || config->output == NULL ||
	    config->output_size < TALLY_CLIENT_OUTPUT_MIN)
		return TALLY_CLIENT_BAD_CONFIG;
	memset(client, 0, sizeof *client);
	if (!log_key_read(config, &client->log) ||
	    (config->key != NULL && config->key->id == 0))
		return TALLY_CLIENT_BAD_CONFIG;
	memcpy(client->campaign, config->campaign, sizeof client->campaign);
	memcpy(client->nonce, config->nonce, sizeof client->nonce);
	client->requests = lane_make(client->requests_ring, window_requests);
	client->reads = lane_make(client->reads_ring, window_reads);
	client->output = config->output;
	client->output_capacity = config->output_size;
	if (config->checkpoint_size > 0 &&
	    machine_checkpoint(client, bytes_make(config->checkpoint, config->checkpoint_size),
			       &seen) != TALLY_CLIENT_FINE)
		return TALLY_CLIENT_BAD_CHECKPOINT;
	if (config->key != NULL)
		client->key = *config->key;
	*out = client;
	return TALLY_CLIENT_FINE;
}

const char *
tally_client_newest(const struct tally_client *client, size_t *size)
{
	*size = client->newest_size;
	return client->newest_note;
}

size_t
tally_client_receive(struct tally_client *client, const void *bytes, size_t size)
{
	size_t kept = client->input_end - client->input_first;
	size_t room = sizeof client->input - kept;
	size_t taken = size < room ? size : room;

	if (client->state == MACHINE_GONE || client->state == MACHINE_BROKEN || size == 0)
		return size;
	memmove(client->input, client->input + client->input_first, kept);
	memcpy(client->input + kept, bytes, taken);
	client->input_first = 0;
	client->input_end = kept + taken;
	return taken;
}

const uint8_t *
tally_client_output(const struct tally_client *client, size_t *size)
{
	*size = client->output_end - client->output_first;
	return client->output + client->output_first;
}

void
tally_client_sent(struct tally_client *client, size_t size)
{
	CHECK(size <= client->output_end - client->output_first);
	client->output_first += size;
	if (client->output_first == client->output_end)
		client->output_first = client->output_end = 0;
}

static bool
broken(struct tally_client *client, int status, struct tally_client_event *event)
{
	memset(event, 0, sizeof *event);
	event->kind = TALLY_CLIENT_EVENT_BROKEN;
	event->status = status;
	event->text = tally_client_sentence(status);
	event->text_size = strlen(event->text);
	sodium_memzero(&client->key, sizeof client->key);
	machine_move(client, MACHINE_BROKEN);
	return true;
}

bool
tally_client_event(struct tally_client *client, struct tally_client_event *event)
{
	struct frame frame;
	long used;
	int status;

	memset(event, 0, sizeof *event);
	while (client->state != MACHINE_GONE && client->state != MACHINE_BROKEN) {
		used = frame_next(bytes_make(client->input + client->input_first,
					     client->input_end - client->input_first),
				  &frame);
		if (used == 0)
			return false;
		if (used < 0)
			return broken(client, TALLY_CLIENT_NOT_A_FRAME, event);
		client->input_first += (size_t)used;
		status = machine_take(client, &frame, event);
		if (status != TALLY_CLIENT_FINE)
			return broken(client, status, event);
		if (event->kind != TALLY_CLIENT_EVENT_NONE)
			return true;
	}
	return false;
}

static void
lane_push(struct machine_lane *lane, const struct machine_request *request)
{
	CHECK(lane->count < lane->capacity);
	lane->ring[(lane->first + lane->count) % lane->capacity] = *request;
	lane->count++;
}

static int
request(struct tally_client *client, struct machine_lane *lane, enum tally_message message,
	struct bytes payload, uint64_t asked, uint32_t *correlation)
{
	struct machine_request entry = {(uint8_t)message, client->correlation + 1, asked};
	struct writer writer;

	if (client->state != MACHINE_READY)
		return TALLY_CLIENT_NOT_READY;
	if (payload.size > client->payload_max)
		return TALLY_CLIENT_TOO_LARGE;
	if (lane->count >= lane->window)
		return TALLY_CLIENT_FULL;
	writer = machine_writer(client);
	frame_write(&writer, entry.message, entry.correlation, payload);
	if (writer.failed)
		return TALLY_CLIENT_OUTPUT_FULL;
	machine_written(client, &writer);
	client->correlation = entry.correlation;
	lane_push(lane, &entry);
	if (correlation != NULL)
		*correlation = entry.correlation;
	return TALLY_CLIENT_FINE;
}

int
tally_client_submit(struct tally_client *client, const void *ballot, size_t size,
		    uint32_t *correlation)
{
	return request(client, &client->requests, TALLY_MESSAGE_SUBMIT,
		       bytes_make(ballot, size), 0, correlation);
}

int
tally_client_notice(struct tally_client *client, const void *notice, size_t size,
		    uint32_t *correlation)
{
	return request(client, &client->requests, TALLY_MESSAGE_NOTICE,
		       bytes_make(notice, size), 0, correlation);
}

int
tally_client_sheet(struct tally_client *client, const void *sheet, size_t size,
		   uint32_t *correlation)
{
	return request(client, &client->requests, TALLY_MESSAGE_SHEET, bytes_make(sheet, size),
		       0, correlation);
}

int
tally_client_status(struct tally_client *client, const uint8_t tag[TALLY_TAG_SIZE],
		    uint32_t *correlation)
{
	return request(client, &client->requests, TALLY_MESSAGE_STATUS,
		       bytes_make(tag, TALLY_TAG_SIZE), 0, correlation);
}

int
tally_client_state(struct tally_client *client, uint32_t *correlation)
{
	return request(client, &client->requests, TALLY_MESSAGE_STATE, BYTES_OF(""), 0,
		       correlation);
}

int
tally_client_receipt(struct tally_client *client, uint64_t index, uint32_t *correlation)
{
	uint8_t payload[8];

	be64_store(payload, index);
	return request(client, &client->reads, TALLY_MESSAGE_RECEIPT,
		       bytes_make(payload, sizeof payload), index, correlation);
}

int
tally_client_checkpoint(struct tally_client *client, uint32_t *correlation)
{
	return request(client, &client->reads, TALLY_MESSAGE_CHECKPOINT, BYTES_OF(""), 0,
		       correlation);
}

int
tally_client_results(struct tally_client *client, uint16_t contest, uint32_t *correlation)
{
	uint8_t payload[2];

	be16_store(payload, contest);
	return request(client, &client->reads, TALLY_MESSAGE_RESULTS,
		       bytes_make(payload, sizeof payload), contest, correlation);
}

int
tally_client_entries(struct tally_client *client, uint64_t first, uint64_t tree_size,
		     uint32_t *correlation)
{
	uint8_t payload[16];

	be64_store(payload, first);
	be64_store(payload + 8, tree_size);
	return request(client, &client->reads, TALLY_MESSAGE_ENTRIES,
		       bytes_make(payload, sizeof payload), first, correlation);
}

int
tally_client_cosign(struct tally_client *client, uint64_t tree_size, const void *line,
		    size_t size, uint32_t *correlation)
{
	uint8_t memory[8 + COSIGNATURE_LINE_MAX];
	struct writer payload = writer_make(memory, sizeof memory);

	writer_u64(&payload, tree_size);
	writer_bytes(&payload, bytes_make(line, size));
	if (payload.failed)
		return TALLY_CLIENT_TOO_LARGE;
	return request(client, &client->reads, TALLY_MESSAGE_COSIGN, writer_view(&payload), 0,
		       correlation);
}

size_t
tally_client_owed(const struct tally_client *client)
{
	return client->requests.count + client->reads.count;
}

void
tally_client_option(const struct tally_client_results *results, uint32_t at, uint64_t *votes,
		    int64_t *score)
{
	const uint8_t *option = results->options + (size_t)at * FRAME_OPTION_SIZE;

	CHECK(at < results->options_count);
	*votes = be64_load(option);
	*score = (int64_t)be64_load(option + 8);
}

bool
tally_client_entry(struct tally_client_entries *entries, const uint8_t **entry, size_t *size)
{
	struct reader reader = reader_make(bytes_make(entries->bytes, entries->size));
	struct bytes taken;

	if (entries->count == 0)
		return false;
	taken = reader_bytes(&reader, reader_u16(&reader));
	CHECK(!reader.failed);
	*entry = taken.data;
	*size = taken.size;
	entries->bytes += entries->size - reader_left(&reader);
	entries->size = reader_left(&reader);
	entries->first++;
	entries->count--;
	return true;
}

static void
key_take(struct note_private_key *from, struct tally_client_key *out)
{
	out->id = from->key.id;
	memcpy(out->secret, from->secret, sizeof out->secret);
	sodium_memzero(from, sizeof *from);
}

bool
tally_client_key_parse(const char *text, size_t size, struct tally_client_key *out)
{
	struct note_private_key key;

	if (!note_private_key_parse(bytes_make(text, size), &key))
		return false;
	key_take(&key, out);
	return true;
}

bool
tally_client_key_make(const char *name, const uint8_t seed[TALLY_SEED_SIZE],
		      struct tally_client_key *out)
{
	struct note_private_key key;

	if (!note_name_valid(bytes_of_string(name)))
		return false;
	note_private_key_make(&key, bytes_of_string(name), seed);
	key_take(&key, out);
	return true;
}
