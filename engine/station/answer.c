#include "station/state.h"

void
answer_committed(struct station *station, const struct station_event *event)
{
	struct station_batch *batch = station->in_flight;
	unsigned revoked = station->durable_standing.law.revoked_count;

	CHECK(batch != NULL && batch->first_index == station->durable); /* L1 */
	station->durable += batch->entries_count;
	station->durable_frontier = batch->frontier;
	station->durable_batches = batch->number + 1;
	station->durable_checksum = event->checksum;
	station_stand(station, &station->durable_standing, &batch->law, &batch->counts);
	station->space = event->space;
	station->in_flight = NULL;
	if (station->durable_standing.law.revoked_count != revoked)
		hello_revoke(station);
	if (station->keep_index == station->durable)
		station->keep_checksum = event->checksum;
}

static void
write_state(struct station *station, struct writer *writer, uint32_t correlation)
{
	const struct law *law = &station->durable_standing.law;
	struct frame_state state = {
	    .phase = (uint8_t)law->phase,
	    .notices_count = law->notices_count,
	    .opens = law->opens,
	    .closes = law->closes,
	    .size = station->durable,
	    .notice_hash = law->notice_hash,
	};

	frame_state_write(writer, correlation, &state);
}

static void
write_answer(struct station *station, struct writer *writer, const struct parcel_item *item)
{
	struct frame_status status = {item->revision > 0, item->revision, item->index};

	if (item->task == TASK_STATUS && item->verdict == TALLY_ACCEPTED)
		frame_status_write(writer, item->correlation, &status);
	else if (item->task == TASK_STATE)
		write_state(station, writer, item->correlation);
	else
		frame_verdict_write(writer, item->correlation, item->verdict, item->index);
}

static void
answer_item(struct station *station, const struct parcel_item *item)
{
	unsigned number = item->connection;
	struct connection *connection = &station->connections[number];
	struct writer writer;

	CHECK(item->barrier <= station->durable); /* L1, L2 */
	if (item->task == TASK_PHASE)
		return;
	if (item->task == TASK_BALLOT || item->task == TASK_NOTICE ||
	    item->task == TASK_SHEET || item->task == TASK_REFUSE)
		station->verdicts[item->verdict]++;
	if (item->task == TASK_BALLOT)
		station->ballots[item->verdict]++;
	if (!connection_is(station, number, item->generation))
		return;
	CHECK(connection->owed_requests > 0 && connection->owed_bytes >= ANSWER_MAX);
	connection->owed_requests--;
	connection->owed_bytes -= ANSWER_MAX;
	if (item->task == TASK_GOODBYE) {
		connection_goodbye(station, number, item->verdict);
		return;
	}
	writer = output_begin(station);
	write_answer(station, &writer, item);
	CHECK(writer.size <= ANSWER_MAX);
	output_end(station, number, &writer);
	connection_ready(station, number);
}

bool
answer_parcels(struct station *station)
{
	bool freed = false;

	while (station->parcels_answered < station->parcels_filled) {
		struct parcel *parcel =
		    &station->parcels[station->parcels_answered % parcels_max];

		if (parcel->state != PARCEL_SEQUENCED)
			break;
		/* Barriers never fall within the ring: the last one speaks for all. */
		if (parcel->items[parcel->items_count - 1].barrier > station->durable)
			break;
		for (size_t i = 0; i < parcel->items_count; i++)
			answer_item(station, &parcel->items[i]);
		station->items_count -= parcel->items_count;
		parcel_move(parcel, PARCEL_FREE);
		station->parcels_answered++;
		freed = true;
	}
	if (freed)
		connection_wake(station);
	return freed;
}
