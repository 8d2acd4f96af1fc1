#include "station/state.h"

#include <string.h>

static struct bytes
in_hand(const struct connection *connection)
{
	return bytes_make(connection->received + connection->received_start,
			  connection->received_end - connection->received_start);
}

size_t
output_room(const struct connection *connection)
{
	return send_bytes - connection->output_size - connection->owed_bytes;
}

bool
connection_is_frontend(const struct station *station, const struct connection *connection)
{
	return connection->state == CONNECTION_MEMBER &&
	       connection->signer < station->manifest->frontends_count;
}

bool
connection_is_authority(const struct station *station, const struct connection *connection)
{
	return connection->state == CONNECTION_MEMBER &&
	       connection->signer > station->manifest->frontends_count;
}

bool
connection_may_be_served(const struct station *station, unsigned number)
{
	const struct connection *connection = &station->connections[number];
	struct frame frame;
	long used;

	if (connection->state != CONNECTION_GREETED && connection->state != CONNECTION_MEMBER &&
	    connection->state != CONNECTION_ANONYMOUS)
		return false;
	if (connection->ending || connection->owed_requests >= window_requests ||
	    output_room(connection) < ANSWER_MAX)
		return false;
	used = frame_next(in_hand(connection), &frame);
	if (used > 0 && station->closing)
		return (size_t)used <= connection->hold;
	return used != 0;
}

static bool
is_owed_nothing(const struct connection *connection)
{
	return connection->owed_requests == 0 && connection->owed_reads == 0;
}

/* Nothing more comes, what came whole is answered, and no answer waits to leave. */
static bool
is_finished(const struct connection *connection)
{
	struct frame frame;

	return connection->ended && is_owed_nothing(connection) &&
	       connection->output_size == 0 && frame_next(in_hand(connection), &frame) == 0;
}

/* True if it was to end as soon as nothing is owed to it, and has. */
static bool
has_parted(struct station *station, unsigned number)
{
	const struct connection *connection = &station->connections[number];

	if (connection->parting == TALLY_ACCEPTED || !is_owed_nothing(connection) ||
	    connection->state != CONNECTION_MEMBER)
		return false;
	connection_goodbye(station, number, connection->parting);
	return true;
}

void
connection_part(struct station *station, unsigned number, enum tally_verdict verdict)
{
	station->connections[number].ending = true;
	station->connections[number].parting = verdict;
	(void)has_parted(station, number);
}

void
connection_ready(struct station *station, unsigned number)
{
	struct connection *connection = &station->connections[number];
	struct signer *signer = &station->signers[connection->signer];

	if (has_parted(station, number))
		return;
	if (connection->queued || connection->waiting)
		return;
	if (!connection_may_be_served(station, number)) {
		if (is_finished(connection))
			connection_close(station, number);
		return;
	}
	connection->queued = true;
	connection->next = -1;
	if (signer->first < 0)
		signer->first = (int16_t)number;
	else
		station->connections[signer->last].next = (int16_t)number;
	signer->last = (int16_t)number;
	if (signer->queued)
		return;
	signer->queued = true;
	signer->next = -1;
	if (station->signers_first < 0)
		station->signers_first = (int16_t)connection->signer;
	else
		station->signers[station->signers_last].next = (int16_t)connection->signer;
	station->signers_last = (int16_t)connection->signer;
}

void
connection_wake(struct station *station)
{
	if (station->waiting_count == 0)
		return;
	station->waiting_count = 0;
	for (unsigned i = 0; i < connections_max; i++) {
		if (!station->connections[i].waiting)
			continue;
		station->connections[i].waiting = false;
		connection_ready(station, i);
	}
}

int
connection_turn(struct station *station)
{
	while (station->signers_first >= 0) {
		int16_t name = station->signers_first;
		struct signer *signer = &station->signers[name];
		int number = signer->first;

		station->signers_first = signer->next;
		signer->queued = false;
		if (number < 0)
			continue;
		signer->first = station->connections[number].next;
		station->connections[number].queued = false;
		if (signer->first >= 0) {
			signer->queued = true;
			signer->next = -1;
			if (station->signers_first < 0)
				station->signers_first = name;
			else
				station->signers[station->signers_last].next = name;
			station->signers_last = name;
		}
		return number;
	}
	return -1;
}

struct writer
output_begin(struct station *station)
{
	return writer_make(station->scratch, sizeof station->scratch);
}

void
output_end(struct station *station, unsigned number, const struct writer *writer)
{
	struct connection *connection = &station->connections[number];
	size_t tail = (connection->output_head + connection->output_size) % send_bytes;
	size_t first = writer->size < send_bytes - tail ? writer->size : send_bytes - tail;

	CHECK(!writer->failed);
	CHECK(writer->size <= send_bytes - connection->output_size); /* S1 */
	memcpy(connection->output + tail, writer->data, first);
	memcpy(connection->output, writer->data + first, writer->size - first);
	if (connection->output_size == 0)
		connection->progress_ms = station->mono_ms;
	connection->output_size += writer->size;
	if (connection->send_told)
		return;
	connection->send_told = true;
	station_effect(station, EFFECT_SEND)->connection = number;
}

struct bytes
station_output(const struct station *station, unsigned number)
{
	const struct connection *connection = &station->connections[number];
	size_t straight = send_bytes - connection->output_head;

	return bytes_make(connection->output + connection->output_head,
			  connection->output_size < straight ? connection->output_size
							     : straight);
}

void
connection_move(struct station *station, struct connection *connection,
		enum connection_state to)
{
	CHECK(connection->state != CONNECTION_GREETED || station->greeted_count > 0);
	station->greeted_count -= connection->state == CONNECTION_GREETED;
	station->greeted_count += to == CONNECTION_GREETED;
	connection->state = to;
}

void
connection_close(struct station *station, unsigned number)
{
	struct connection *connection = &station->connections[number];

	if (connection->state == CONNECTION_CLOSING || connection->state == CONNECTION_FREE)
		return;
	connection_move(station, connection, CONNECTION_CLOSING);
	station_effect(station, EFFECT_CLOSE)->connection = number;
}

void
connection_goodbye(struct station *station, unsigned number, enum tally_verdict verdict)
{
	struct connection *connection = &station->connections[number];
	struct writer writer = output_begin(station);

	station->verdicts[verdict]++;
	frame_goodbye_write(&writer, verdict);
	if (send_bytes - connection->output_size < writer.size) {
		connection_close(station, number);
		return;
	}
	output_end(station, number, &writer);
	connection_move(station, connection, CONNECTION_LEAVING);
}

bool
connection_is(const struct station *station, unsigned number, uint32_t generation)
{
	const struct connection *connection = &station->connections[number];

	return connection->generation == generation &&
	       (connection->state == CONNECTION_MEMBER ||
		connection->state == CONNECTION_ANONYMOUS);
}

/* The connection that has waited longest without proving a key makes room: slow strangers
 * cannot keep an honest frontend out. */
static void
make_room_for_strangers(struct station *station)
{
	unsigned strangers = 0;
	int oldest = -1;

	for (unsigned i = 0; i < connections_max; i++) {
		const struct connection *connection = &station->connections[i];

		if (connection->state != CONNECTION_GREETED &&
		    connection->state != CONNECTION_ANONYMOUS)
			continue;
		strangers++;
		if (oldest < 0 || connection->since_ms < station->connections[oldest].since_ms)
			oldest = (int)i;
	}
	if (strangers >= connections_anonymous_max)
		connection_close(station, (unsigned)oldest);
}

void
connection_connected(struct station *station, unsigned number, const uint8_t *nonce)
{
	struct connection *connection = &station->connections[number];

	CHECK(number < connections_max && connection->state == CONNECTION_FREE);
	make_room_for_strangers(station);
	connection_move(station, connection, CONNECTION_GREETED);
	connection->signer = (uint16_t)station->manifest->frontends_count;
	connection->ending = false;
	connection->parting = TALLY_ACCEPTED;
	connection->ended = false;
	connection->send_told = false;
	connection->paused = false;
	connection->owed_requests = 0;
	connection->owed_reads = 0;
	connection->owed_bytes = 0;
	connection->status_left = status_per_second;
	connection->status_refill_ms = station->mono_ms;
	connection->since_ms = station->mono_ms;
	connection->heard_ms = station->mono_ms;
	connection->received_start = 0;
	connection->received_end = 0;
	connection->hold = 0;
	connection->output_head = 0;
	connection->output_size = 0;
	memcpy(connection->nonce, nonce, sizeof connection->nonce);
	hello_send(station, number);
}

struct writer
station_receive_room(struct station *station, unsigned number)
{
	struct connection *connection = &station->connections[number];
	size_t held = connection->received_end - connection->received_start;

	if (connection->state == CONNECTION_CLOSING || connection->state == CONNECTION_FREE)
		return writer_make(NULL, 0);
	/* No more is moved than has been taken: a byte is moved once. */
	if (connection->received_start >= held &&
	    connection->received_end > receive_bytes / 2) {
		memmove(connection->received, connection->received + connection->received_start,
			held);
		connection->received_start = 0;
		connection->received_end = held;
	}
	if (connection->received_end == receive_bytes)
		connection->paused = true;
	return writer_make(connection->received + connection->received_end,
			   receive_bytes - connection->received_end);
}

void
connection_received(struct station *station, unsigned number, size_t size)
{
	struct connection *connection = &station->connections[number];

	if (connection->state == CONNECTION_CLOSING || connection->state == CONNECTION_FREE)
		return;
	CHECK(size <= receive_bytes - connection->received_end);
	connection->heard_ms = station->mono_ms;
	connection->received_end += size;
	if (connection->state == CONNECTION_LEAVING) {
		connection->received_start = 0;
		connection->received_end = 0;
	}
	connection_ready(station, number);
}

void
connection_sent(struct station *station, unsigned number, size_t size)
{
	struct connection *connection = &station->connections[number];

	if (connection->state == CONNECTION_CLOSING || connection->state == CONNECTION_FREE)
		return;
	CHECK(size <= connection->output_size);
	connection->output_head = (connection->output_head + size) % send_bytes;
	connection->output_size -= size;
	connection->send_told = false;
	if (size > 0)
		connection->progress_ms = station->mono_ms;
	if (connection->output_size > 0) {
		connection->send_told = true;
		station_effect(station, EFFECT_SEND)->connection = number;
	} else if (connection->state == CONNECTION_LEAVING) {
		connection_close(station, number);
	}
	connection_ready(station, number);
}

void
connection_ended(struct station *station, unsigned number)
{
	station->connections[number].ended = true;
	connection_ready(station, number);
}

void
connection_disconnected(struct station *station, unsigned number)
{
	struct connection *connection = &station->connections[number];

	connection_move(station, connection, CONNECTION_FREE);
	connection->generation++;
	connection->received_start = 0;
	connection->received_end = 0;
}

void
connection_deadlines(struct station *station)
{
	for (unsigned i = 0; i < connections_max; i++) {
		const struct connection *connection = &station->connections[i];
		uint64_t now = station->mono_ms;
		bool owed = connection->owed_requests > 0 || connection->owed_reads > 0;

		if (connection->state == CONNECTION_FREE ||
		    connection->state == CONNECTION_CLOSING)
			continue;
		if ((connection->state == CONNECTION_GREETED &&
		     now - connection->since_ms > auth_deadline_ms) ||
		    (connection->output_size > 0 &&
		     now - connection->progress_ms > write_deadline_ms) ||
		    (!owed && now - connection->heard_ms > idle_deadline_ms))
			connection_close(station, i);
	}
}
