#include "campaign/rules.h"
#include "station/state.h"

#include <string.h>

static struct parcel *
parcel_at(struct station *station, uint64_t place)
{
	return &station->parcels[place % parcels_max];
}

/* The parcel being filled, or NULL. */
static struct parcel *
filling(struct station *station)
{
	struct parcel *parcel;

	if (station->parcels_filled == 0)
		return NULL;
	parcel = parcel_at(station, station->parcels_filled - 1);
	return parcel->state == PARCEL_FILLING ? parcel : NULL;
}

static bool
asks_worker(const struct parcel *parcel)
{
	if (parcel->ballots_count > 0)
		return true;
	for (size_t i = 0; i < parcel->items_count; i++)
		if (parcel->items[i].task == TASK_NOTICE || parcel->items[i].task == TASK_SHEET)
			return true;
	return false;
}

static void
close_filling(struct parcel *parcel)
{
	parcel_move(parcel, asks_worker(parcel) ? PARCEL_READY : PARCEL_BACK);
}

static bool
takes(const struct station *station, const struct parcel *parcel, size_t bytes)
{
	return parcel->items_count < station->parcel_items && parcel_has_room(parcel, bytes);
}

/* A parcel with room for `bytes` more, or NULL: the sender waits. */
static struct parcel *
parcel_for(struct station *station, size_t bytes)
{
	struct parcel *parcel = filling(station);

	if (station->items_count >= pipeline_items)
		return NULL;
	if (parcel != NULL && takes(station, parcel, bytes))
		return parcel;
	if (station->parcels_filled - station->parcels_answered == parcels_max)
		return NULL;
	if (parcel != NULL)
		close_filling(parcel);
	parcel = parcel_at(station, station->parcels_filled++);
	parcel_move(parcel, PARCEL_FILLING);
	return parcel;
}

/* What to do with a request, before it is put in line. */
struct request {
	enum parcel_task task;
	enum tally_verdict verdict;
	uint8_t kind;
};

static struct request
refuse(enum tally_verdict verdict)
{
	return (struct request){TASK_REFUSE, verdict, 0};
}

static enum tally_verdict
submit_verdict(const struct station *station, const struct connection *connection, size_t size)
{
	if (!connection_is_frontend(station, connection))
		return TALLY_NOT_FOR_YOU;
	if (size > TALLY_BALLOT_SIZE_MAX)
		return TALLY_TOO_LARGE;
	return TALLY_ACCEPTED;
}

static enum tally_verdict
sheet_verdict(const struct station *station, const struct connection *connection, size_t size)
{
	if (!connection_is_frontend(station, connection))
		return TALLY_NOT_FOR_YOU;
	if (size > TALLY_SHEET_SIZE_MAX)
		return TALLY_TOO_LARGE;
	return TALLY_ACCEPTED;
}

static enum tally_verdict
status_verdict(struct station *station, struct connection *connection, size_t size)
{
	if (!connection_is_frontend(station, connection))
		return TALLY_NOT_FOR_YOU;
	if (size != TALLY_TAG_SIZE)
		return TALLY_MALFORMED;
	if (station->mono_ms - connection->status_refill_ms >= 1000) {
		connection->status_refill_ms = station->mono_ms;
		connection->status_left = status_per_second;
	}
	if (connection->status_left == 0)
		return TALLY_SLOW_DOWN;
	connection->status_left--;
	return TALLY_ACCEPTED;
}

static struct request
classify(struct station *station, struct connection *connection, const struct frame *frame)
{
	enum tally_verdict verdict = TALLY_ACCEPTED;
	struct request request = {TASK_GOODBYE, TALLY_MALFORMED, 0};

	switch (frame->message) {
	case TALLY_MESSAGE_SUBMIT:
		verdict = submit_verdict(station, connection, frame->payload.size);
		request = (struct request){TASK_BALLOT, verdict, TALLY_ENTRY_BALLOT};
		break;
	case TALLY_MESSAGE_NOTICE:
		if (frame->payload.size > TALLY_NOTICE_SIZE_MAX)
			verdict = TALLY_TOO_LARGE;
		request = (struct request){TASK_NOTICE, verdict, TALLY_ENTRY_NOTICE};
		break;
	case TALLY_MESSAGE_SHEET:
		verdict = sheet_verdict(station, connection, frame->payload.size);
		request = (struct request){TASK_SHEET, verdict, TALLY_ENTRY_SHEET};
		break;
	case TALLY_MESSAGE_STATUS:
		verdict = status_verdict(station, connection, frame->payload.size);
		request = (struct request){TASK_STATUS, verdict, 0};
		break;
	case TALLY_MESSAGE_STATE:
		verdict = frame->payload.size == 0 ? TALLY_ACCEPTED : TALLY_MALFORMED;
		request = (struct request){TASK_STATE, verdict, 0};
		break;
	default:
		return request;
	}
	return verdict == TALLY_ACCEPTED ? request : refuse(verdict);
}

static void
put(struct station *station, struct parcel *parcel, unsigned number, uint32_t correlation,
    struct request request, struct bytes payload)
{
	struct connection *connection = &station->connections[number];
	struct parcel_item *item = parcel_put(parcel, request.task, request.kind, payload);

	station->items_count++;
	item->connection = (uint16_t)number;
	item->generation = connection->generation;
	item->correlation = correlation;
	item->verdict = request.verdict;
	connection->owed_requests++;
	connection->owed_bytes += ANSWER_MAX;
	if (request.task == TASK_GOODBYE)
		connection->ending = true;
}

/* Where ballots replace others, the other one may lie in an old segment: the worker fetches it on
 * the way. If the poll book changes meanwhile, sequencing asks again. */
static size_t
replaced_room(const struct station *station)
{
	return rules_ballots_max(station->manifest) > 1 ? TALLY_BALLOT_SIZE_MAX + 1 : 0;
}

static bool
may_replace(const struct station *station, const struct ballot *ballot,
	    const struct pollbook_entered *newest)
{
	unsigned rank = rules_rank(station->manifest, ballot->key_id);

	if (newest->standing != POLLBOOK_COUNTED)
		return false;
	return rank > newest->rank ||
	       (rank == newest->rank && ballot->revision > newest->revision &&
		station->manifest->revote == MANIFEST_REVOTE_LAST);
}

static void
foresee_replaced(struct station *station, struct parcel *parcel)
{
	struct parcel_item *item = &parcel->items[parcel->items_count - 1];
	struct pollbook_record record;
	struct pollbook_entered newest;
	struct ballot ballot;

	if (replaced_room(station) == 0 || item->task != TASK_BALLOT ||
	    ballot_parse(item->payload, &ballot) != TALLY_ACCEPTED ||
	    !pollbook_find(station->pollbook, POLLBOOK_VOTER, ballot.tag, &record))
		return;
	newest = pollbook_word_read(record.word);
	if (newest.index < station->durable && may_replace(station, &ballot, &newest))
		parcel_reserve_replaced(parcel, item, newest.index);
}

static bool
is_read(const struct frame *frame)
{
	switch (frame->message) {
	case TALLY_MESSAGE_RECEIPT:
	case TALLY_MESSAGE_CHECKPOINT:
	case TALLY_MESSAGE_RESULTS:
	case TALLY_MESSAGE_ENTRIES:
	case TALLY_MESSAGE_COSIGN:
		return true;
	default:
		return false;
	}
}

static bool
take_request(struct station *station, unsigned number, const struct frame *frame, bool whole)
{
	struct request request = {TASK_GOODBYE, TALLY_MALFORMED, 0};
	struct parcel *parcel =
	    parcel_for(station, frame->payload.size + 1 + replaced_room(station));

	if (parcel == NULL)
		return false;
	if (whole)
		request = classify(station, &station->connections[number], frame);
	put(station, parcel, number, frame->correlation, request,
	    request.task == TASK_REFUSE ? bytes_make(NULL, 0) : frame->payload);
	foresee_replaced(station, parcel);
	return true;
}

/* True if one frame of the connection was taken; false if it has to wait. */
static bool
take_frame(struct station *station, unsigned number)
{
	struct connection *connection = &station->connections[number];
	struct bytes hand = bytes_make(connection->received + connection->received_start,
				       connection->received_end - connection->received_start);
	struct frame frame = {0};
	long used = frame_next(hand, &frame);

	if (connection->state == CONNECTION_GREETED && used > 0) {
		if (!reads_can_compare(station))
			return false;
		hello_answer(station, number, &frame);
	} else if (connection->state == CONNECTION_GREETED) {
		connection_goodbye(station, number, TALLY_MALFORMED);
	} else if (used > 0 && is_read(&frame)) {
		if (!reads_room(station, number))
			return false;
		reads_take(station, number, &frame);
	} else if (!take_request(station, number, &frame, used > 0)) {
		return false;
	}
	if (used > 0)
		connection->received_start += (size_t)used;
	if (station->closing && used > 0)
		connection->hold -=
		    (size_t)used < connection->hold ? (size_t)used : connection->hold;
	return true;
}

static void
resume(struct station *station, unsigned number)
{
	struct connection *connection = &station->connections[number];

	if (connection->received_start == connection->received_end) {
		connection->received_start = 0;
		connection->received_end = 0;
	}
	if (!connection->paused || connection->received_start < connection->received_end / 2)
		return;
	connection->paused = false;
	station_effect(station, EFFECT_RESUME)->connection = number;
}

/* True if the parcel being filled gains nothing by waiting for company: a worker is idle, or it
 * needs none and nothing else is in hand. */
static bool
is_ripe(const struct station *station, const struct parcel *parcel)
{
	if (!asks_worker(parcel))
		return true;
	return station->parcels_sent == station->parcels_filled - 1 &&
	       station->jobs_count < station->workers_count;
}

/* Gives parcels to workers: full ones first, then the one being filled. Behind each worker a full
 * one stands in line, so that none idles until the loop looks again. */
static void
dispatch(struct station *station)
{
	struct parcel *parcel = filling(station);

	if (parcel != NULL && parcel->items_count > 0 && is_ripe(station, parcel))
		close_filling(parcel);
	while (station->parcels_sent < station->parcels_filled) {
		parcel = parcel_at(station, station->parcels_sent);
		if (parcel->state == PARCEL_FILLING)
			return;
		if (parcel->state == PARCEL_READY) {
			if (station->jobs_count == 2 * station->workers_count)
				return;
			station->jobs_count++;
			parcel_move(parcel, PARCEL_AWAY);
			station_effect(station, EFFECT_VERIFY)->parcel = parcel;
		}
		station->parcels_sent++;
	}
}

static void
serve(struct station *station, unsigned number)
{
	if (!take_frame(station, number)) {
		station->connections[number].waiting = true;
		station->waiting_count++;
		return;
	}
	resume(station, number);
	connection_ready(station, number);
}

/* True if no ordinary request could be put in line now. */
static bool
parcels_exhausted(struct station *station)
{
	struct parcel *parcel = filling(station);

	if (station->phase_waits || station->items_count >= pipeline_items)
		return true;
	return station->parcels_filled - station->parcels_answered == parcels_max &&
	       (parcel == NULL ||
		!takes(station, parcel, TALLY_BALLOT_SIZE_MAX + 1 + replaced_room(station)));
}

/* Handshakes need no parcel: while none is free their turn would not come, and they would not be
 * in time. */
static void
let_in(struct station *station)
{
	for (unsigned i = 0; i < connections_max && station->greeted_count > 0; i++)
		if (station->connections[i].state == CONNECTION_GREETED &&
		    connection_may_be_served(station, i))
			serve(station, i);
}

void
arrive_intake(struct station *station)
{
	int number;

	while (!station->stopping && !parcels_exhausted(station) &&
	       (number = connection_turn(station)) >= 0) {
		if (!connection_may_be_served(station, (unsigned)number))
			continue;
		serve(station, (unsigned)number);
	}
	dispatch(station);
	if (!station->stopping && parcels_exhausted(station))
		let_in(station);
}

bool
arrive_phase(struct station *station, enum tally_phase phase)
{
	struct parcel *parcel = parcel_for(station, 1);
	struct parcel_item *item;

	station->phase_waits = parcel == NULL;
	if (parcel == NULL)
		return false;
	item = parcel_put(parcel, TASK_PHASE, 0, bytes_make(NULL, 0));
	item->phase = phase;
	station->items_count++;
	dispatch(station);
	return true;
}

void
arrive_hold(struct station *station)
{
	station->closing = true;
	station->closing_since_ms = station->mono_ms;
	for (unsigned i = 0; i < connections_max; i++) {
		struct connection *connection = &station->connections[i];

		connection->hold = connection->received_end - connection->received_start;
	}
}

/* True if requests wait because the far end does not read its answers. */
static bool
does_not_read(const struct connection *connection)
{
	return connection->output_size > 0 &&
	       output_room(connection) < TALLY_WIRE_HEADER_SIZE + TALLY_WIRE_PAYLOAD_MAX;
}

bool
arrive_drained(const struct station *station)
{
	bool patient = station->mono_ms - station->closing_since_ms < drain_patience_ms;

	for (unsigned i = 0; i < connections_max; i++) {
		const struct connection *connection = &station->connections[i];
		struct frame frame;
		long used;

		if ((connection->state != CONNECTION_MEMBER &&
		     connection->state != CONNECTION_ANONYMOUS) ||
		    connection->ending || (!patient && does_not_read(connection)))
			continue;
		used = frame_next(
		    bytes_make(connection->received + connection->received_start,
			       connection->received_end - connection->received_start),
		    &frame);
		if (used > 0 && (size_t)used <= connection->hold)
			return false;
	}
	return true;
}

void
arrive_release(struct station *station)
{
	station->closing = false;
	for (unsigned i = 0; i < connections_max; i++)
		connection_ready(station, i);
}
