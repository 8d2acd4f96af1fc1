#include "station/state.h"

#include <string.h>

enum {
	READ_COMPARE = 0, /* not a message: a checkpoint to be compared with our tree */
	READ_ROOM = TALLY_WIRE_HEADER_SIZE + 8 + TALLY_RECEIPT_SIZE_MAX,
	LARGE_ROOM = TALLY_WIRE_HEADER_SIZE + TALLY_WIRE_PAYLOAD_MAX,
};

static size_t
answer_room(unsigned message)
{
	return message == TALLY_MESSAGE_RESULTS || message == TALLY_MESSAGE_ENTRIES ? LARGE_ROOM
										    : READ_ROOM;
}

bool
reads_room(const struct station *station, unsigned number)
{
	const struct connection *connection = &station->connections[number];

	return connection->owed_reads < window_reads && output_room(connection) >= LARGE_ROOM &&
	       station->reads_taken < reads_max - reads_compare_max &&
	       (connection->state != CONNECTION_ANONYMOUS ||
		station->reads_anonymous < reads_anonymous_max);
}

bool
reads_can_compare(const struct station *station)
{
	return station->reads_taken < reads_max;
}

static struct station_read *
free_read(struct station *station)
{
	for (size_t i = 0; i < reads_max; i++) {
		struct station_read *read = &station->reads[i];

		if (read->taken)
			continue;
		memset(read, 0, offsetof(struct station_read, note));
		read->taken = true;
		read->sequence = station->reads_sequence++;
		station->reads_taken++;
		return read;
	}
	return NULL;
}

/* A line of another checkpoint, or of nobody, costs no worker. */
static enum tally_verdict
examine_cosign(const struct station *station, struct station_read *read, struct bytes payload)
{
	struct frame_cosign cosign;

	if (!frame_cosign_parse(payload, &cosign))
		return TALLY_MALFORMED;
	return publishing_examine(station, cosign.tree_size, cosign.line, read);
}

/* Why it cannot be asked, or TALLY_ACCEPTED. Entries are for the campaign's authorities: until
 * unsealing nobody else may see them. Below the newest working checkpoint, so that whoever gets
 * them can prove them. */
static enum tally_verdict
examine(const struct station *station, const struct connection *connection,
	struct station_read *read, struct bytes payload)
{
	struct reader reader = reader_make(payload);
	bool entries = read->message == TALLY_MESSAGE_ENTRIES;

	if (read->message == TALLY_MESSAGE_COSIGN)
		return examine_cosign(station, read, payload);
	if (entries && !connection_is_authority(station, connection))
		return TALLY_NOT_FOR_YOU;
	if (entries || read->message == TALLY_MESSAGE_RECEIPT)
		read->index = reader_u64(&reader);
	if (entries)
		read->seen.size = reader_u64(&reader);
	if (read->message == TALLY_MESSAGE_RESULTS)
		read->contest = reader_u16(&reader);
	if (!reader_done(&reader) || read->contest >= station->manifest->contests_count)
		return TALLY_MALFORMED;
	if (entries &&
	    (read->index >= read->seen.size || read->seen.size > station->newest.size))
		return TALLY_NOT_FOUND;
	return TALLY_ACCEPTED;
}

void
reads_take(struct station *station, unsigned number, const struct frame *frame)
{
	struct connection *connection = &station->connections[number];
	struct station_read *read = free_read(station);

	CHECK(read != NULL);
	read->message = frame->message;
	read->connection = (uint16_t)number;
	read->generation = connection->generation;
	read->correlation = frame->correlation;
	read->anonymous = connection->state == CONNECTION_ANONYMOUS;
	station->reads_anonymous += read->anonymous;
	connection->owed_reads++;
	connection->owed_bytes += answer_room(frame->message);
	read->verdict = examine(station, connection, read, frame->payload);
	read->ready = read->verdict == TALLY_ACCEPTED && read->message == TALLY_MESSAGE_COSIGN;
	read->done = read->verdict != TALLY_ACCEPTED ||
		     read->message == TALLY_MESSAGE_CHECKPOINT ||
		     read->message == TALLY_MESSAGE_RESULTS;
}

void
reads_compare(struct station *station, const struct checkpoint *seen, struct bytes note)
{
	struct station_read *read;

	if (seen->size == 0)
		return;
	read = free_read(station);
	CHECK(read != NULL); /* L5: reads_can_compare */
	read->message = READ_COMPARE;
	read->seen = *seen;
	CHECK(note.size <= sizeof read->note);
	memcpy(read->note, note.data, note.size);
	read->note_size = note.size;
	read->generation = UINT32_MAX;
}

static void
set_free(struct station *station, struct station_read *read)
{
	if (read->entries != NULL)
		station->entries_rooms[station->entries_rooms_count++] = read->entries;
	read->entries = NULL;
	read->taken = false;
	station->reads_taken--;
	if (read->anonymous)
		station->reads_anonymous--;
}

void
reads_done(struct station *station, struct station_read *read)
{
	CHECK(read->taken && read->away);
	read->away = false;
	read->done = true;
	station->reads_away--;
	if (read->message == TALLY_MESSAGE_COSIGN && read->verdict == TALLY_ACCEPTED)
		read->verdict = publishing_cosign(station, read);
	if (read->message != READ_COMPARE)
		return;
	if (read->verdict != TALLY_ACCEPTED)
		rhythm_fallen_behind(station, bytes_make(read->note, read->note_size));
	set_free(station, read);
	connection_wake(station);
}

/* The connection's oldest question that is not yet answered. */
static bool
is_first(const struct station *station, const struct station_read *read)
{
	for (size_t i = 0; i < reads_max; i++) {
		const struct station_read *other = &station->reads[i];

		if (other->taken && other->message != READ_COMPARE &&
		    other->connection == read->connection &&
		    other->generation == read->generation && other->sequence < read->sequence)
			return false;
	}
	return true;
}

/* A receipt waits for the working checkpoint that covers its entry; a comparison for the first
 * one that covers its size. */
static void
ask_disk(struct station *station, struct station_read *read)
{
	uint64_t needed;

	/* Its answer leaves at once: a room is never kept by one that waits for its turn. */
	if (read->message == TALLY_MESSAGE_ENTRIES) {
		read->ready = is_first(station, read);
		return;
	}
	needed = read->message == READ_COMPARE ? read->seen.size : read->index + 1;
	if (read->message == TALLY_MESSAGE_RECEIPT && read->index >= station->durable) {
		read->verdict = TALLY_NOT_FOUND;
		read->done = true;
		return;
	}
	if (station->newest.size < needed && station->fallen_behind) {
		/* L5: no checkpoint will ever cover it. */
		read->verdict = TALLY_UNAVAILABLE;
		read->done = read->message != READ_COMPARE;
		return;
	}
	if (station->newest.size < needed)
		return;
	read->ready = true;
}

/* Members before strangers, then the oldest. */
static struct station_read *
next_ready(struct station *station)
{
	struct station_read *best = NULL;

	for (size_t i = 0; i < reads_max; i++) {
		struct station_read *read = &station->reads[i];

		if (!read->taken || !read->ready || read->away || read->done ||
		    (read->message == TALLY_MESSAGE_ENTRIES &&
		     station->entries_rooms_count == 0))
			continue;
		if (best == NULL || read->anonymous < best->anonymous ||
		    (read->anonymous == best->anonymous && read->sequence < best->sequence))
			best = read;
	}
	return best;
}

static void
give_room(struct station *station, struct station_read *read)
{
	read->entries = station->entries_rooms[--station->entries_rooms_count];
	read->entries_size = 0;
	read->entries_count = 0;
}

static void
send_away(struct station *station, struct station_read *read)
{
	if (read->message == TALLY_MESSAGE_RECEIPT) {
		read->seen = station->newest;
		read->note_size = station->note_size;
		memcpy(read->note, station->note, station->note_size);
	}
	if (read->message == TALLY_MESSAGE_ENTRIES)
		give_room(station, read);
	read->away = true;
	station->reads_away++;
	station_effect(station, EFFECT_READ)->read = read;
}

/* S1: reads take the workers that verification leaves, and one: readers delay no ballot. */
static void
serve_disk(struct station *station)
{
	struct station_read *read;

	while ((station->reads_away == 0 ||
		station->reads_away + station->jobs_count <= station->workers_count) &&
	       (read = next_ready(station)) != NULL)
		send_away(station, read);
}

static void
write_results(struct station *station, struct writer *writer, const struct station_read *read)
{
	const struct counts *counts = &station->durable_standing.counts;
	const struct manifest_contest *contest = &station->manifest->contests[read->contest];
	const struct counts_contest *counted = &counts->contests[read->contest];
	uint8_t options[16 * contest_options_max];
	struct writer pairs = writer_make(options, sizeof options);
	struct frame_results results = {
	    .covered = station->durable,
	    .ballots = counts->ballots,
	    .replaced = counts->replaced,
	    .voided = counts->voided,
	    .in_tree = counts->in_tree,
	    .contests_count = (uint16_t)station->manifest->contests_count,
	    .contest = read->contest,
	    .contest_ballots = counted->ballots,
	    .blank = counted->blank,
	    .abstained = counted->abstained,
	    .options_count = (uint32_t)contest->options_count,
	};

	for (size_t i = 0; i < contest->options_count; i++) {
		const struct counts_option *option =
		    &counts->options[contest->options_first + i];

		writer_u64(&pairs, option->votes);
		writer_u64(&pairs, (uint64_t)option->score);
	}
	CHECK(!pairs.failed);
	results.options = writer_view(&pairs);
	frame_results_write(writer, read->correlation, &results);
}

static void
write_entries(struct writer *writer, const struct station_read *read)
{
	const struct frame_entries entries = {read->index, read->entries_count,
					      bytes_make(read->entries, read->entries_size)};

	frame_entries_write(writer, read->correlation, &entries);
}

static void
write_verdict(struct station *station, struct writer *writer, const struct station_read *read)
{
	station->verdicts[read->verdict]++;
	frame_verdict_write(writer, read->correlation, read->verdict, FRAME_NO_INDEX);
}

static bool
is_sealed(const struct station *station, const struct station_read *read)
{
	return read->message == TALLY_MESSAGE_RESULTS &&
	       !law_results_public(&station->durable_standing.law, station->manifest);
}

static void
write_answer(struct station *station, struct writer *writer, struct station_read *read)
{
	if (read->verdict == TALLY_ACCEPTED && is_sealed(station, read))
		read->verdict = TALLY_SEALED;
	if (read->verdict != TALLY_ACCEPTED || read->message == TALLY_MESSAGE_COSIGN)
		write_verdict(station, writer, read);
	else if (read->message == TALLY_MESSAGE_RECEIPT)
		frame_receipt_write(writer, read->correlation, read->index,
				    bytes_make(read->answer, read->answer_size));
	else if (read->message == TALLY_MESSAGE_CHECKPOINT)
		frame_write(writer, TALLY_MESSAGE_CHECKPOINT_IS, read->correlation,
			    bytes_make(station->note, station->note_size));
	else if (read->message == TALLY_MESSAGE_ENTRIES)
		write_entries(writer, read);
	else
		write_results(station, writer, read);
}

static void
answer(struct station *station, struct station_read *read)
{
	unsigned number = read->connection;
	struct connection *connection = &station->connections[number];
	struct writer writer;

	if (connection_is(station, number, read->generation)) {
		writer = output_begin(station);
		write_answer(station, &writer, read);
		CHECK(!writer.failed && writer.size <= answer_room(read->message));
		connection->owed_reads--;
		connection->owed_bytes -= answer_room(read->message);
		output_end(station, number, &writer);
		connection_ready(station, number);
	}
	set_free(station, read);
}

void
reads_serve(struct station *station)
{
	bool again = station->reads_taken > 0;

	for (size_t i = 0; i < reads_max && again; i++)
		if (station->reads[i].taken && !station->reads[i].ready &&
		    !station->reads[i].done)
			ask_disk(station, &station->reads[i]);
	if (again)
		serve_disk(station);
	while (again) {
		again = false;
		for (size_t i = 0; i < reads_max; i++) {
			struct station_read *read = &station->reads[i];

			if (!read->taken || !read->done || !is_first(station, read))
				continue;
			answer(station, read);
			again = true;
		}
	}
	connection_wake(station);
}
