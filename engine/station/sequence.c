#include "station/state.h"

#include "ledger/batch.h"
#include "station/provoke.h"

#include <sodium.h>
#include <string.h>

enum decided {
	DECIDED,
	NOT_YET, /* the batch is full, or the replaced ballot is on its way */
};

/* Bytes that PHASE and TALLY entries of one notice or ballot may need besides it. */
enum {
	COMPANIONS_SIZE = 2 * (2 + ENTRY_TALLY_SIZE) + 2 + ENTRY_PHASE_SIZE
};

static bool
batch_has_room(const struct station *station, size_t entry_size)
{
	const struct station_batch *batch = station->filling;

	return batch->entries_count + 4 <= batch_entries_max &&
	       BATCH_HEADER_SIZE + batch->entries_size + 2 + entry_size + COMPANIONS_SIZE <=
		   batch_bytes_max;
}

bool
sequence_has_room(const struct station *station, size_t entry_size)
{
	size_t waiting = station->filling->entries_size + entry_size + COMPANIONS_SIZE + 4096;

	if (station->in_flight != NULL)
		waiting += station->in_flight->entries_size + 4096;
	return !station->fallen_behind && waiting <= station->space; /* L5 */
}

/* The one way into the log: batch and tree follow law and tally, one step each (T1). */
static void
append(struct station *station, struct bytes entry, const struct tree_hash *leaf)
{
	struct station_batch *batch = station->filling;
	uint8_t *at = batch->memory + BATCH_HEADER_SIZE + batch->entries_size;

	CHECK(batch->entries_count < batch_entries_max);
	CHECK(BATCH_HEADER_SIZE + batch->entries_size + 2 + entry.size <= batch_bytes_max);
	batch->offsets[batch->entries_count++] = (uint32_t)batch->entries_size;
	CHECK(batch->first_index + batch->entries_count == station->replay.index);
	be16_store(at, (uint16_t)entry.size);
	memcpy(at + 2, entry.data, entry.size);
	batch->entries_size += 2 + entry.size;
	frontier_append(&station->frontier, leaf);
	CHECK(station->frontier.size == station->replay.index);
}

static void
enter(struct station *station, struct bytes entry, const struct tree_hash *leaf,
      const struct counts *voided)
{
	CHECK(replay_step(&station->replay, entry, NULL, voided) == REPLAY_FINE);
	append(station, entry, leaf);
}

/* Its shape and its choices are facts of trip 1. */
static void
enter_ballot(struct station *station, const struct parcel_item *item,
	     const struct ballot *replaced)
{
	CHECK(replay_step_ballot(&station->replay, &item->facts->ballot, replaced) ==
	      REPLAY_FINE);
	append(station, parcel_entry(item), &item->leaf);
}

static void
enter_own(struct station *station, const struct writer *entry)
{
	struct tree_hash leaf;

	CHECK(!entry->failed);
	tree_leaf(writer_view(entry), &leaf);
	enter(station, writer_view(entry), &leaf, NULL);
}

bool
sequence_tally(struct station *station)
{
	struct station_batch *batch = station->filling;
	uint8_t memory[ENTRY_TALLY_SIZE];
	struct writer entry = writer_make(memory, sizeof memory);
	uint8_t place[8];
	uint8_t salt[32];

	if (batch->text_size > 0 || !batch_has_room(station, ENTRY_TALLY_SIZE) ||
	    !sequence_has_room(station, ENTRY_TALLY_SIZE))
		return false;
	be64_store(place, station->replay.index);
	crypto_generichash(salt, sizeof salt, place, sizeof place, station->salt_key,
			   sizeof station->salt_key);
	replay_tally_entry(&station->replay, salt, &entry);
	batch->text_index = station->replay.index;
	enter_own(station, &entry);
	batch->text_size = station->replay.text.size;
	memcpy(batch->text, station->replay.text.data, batch->text_size);
	station->tally_owed = false;
	return true;
}

/* The minute of a PHASE entered now: a clock that went back does not take the log with it. */
static int64_t
phase_minute(const struct station *station)
{
	int64_t minute = station->wall_ms / 60000;
	int64_t before = station->replay.law.phase_minute;

	return minute > before ? minute : before;
}

static void
enter_phase(struct station *station, enum tally_phase phase, enum tally_cause cause)
{
	uint8_t memory[ENTRY_PHASE_SIZE];
	struct writer entry = writer_make(memory, sizeof memory);

	entry_phase_write(&entry, phase, cause, phase_minute(station));
	enter_own(station, &entry);
	if (phase == TALLY_PHASE_CLOSED) {
		station->tally_owed = true;
		station->publish_due_ms = station->mono_ms;
	}
	rhythm_phase(station, phase);
}

/* Bytes of a ballot that is not durable yet, or {NULL, 0}. */
static struct bytes
ballot_in_memory(const struct station *station, uint64_t index)
{
	const struct station_batch *batches[] = {station->filling, station->in_flight};

	for (size_t i = 0; i < 2; i++) {
		const struct station_batch *batch = batches[i];
		const uint8_t *at;

		if (batch == NULL || index < batch->first_index ||
		    index - batch->first_index >= batch->entries_count)
			continue;
		at = batch->memory + BATCH_HEADER_SIZE +
		     batch->offsets[index - batch->first_index];
		CHECK(at[2] == TALLY_ENTRY_BALLOT);
		return bytes_make(at + 3, (size_t)be16_load(at) - 1);
	}
	return bytes_make(NULL, 0);
}

/* The replaced ballot from whatever place it lies in. Where trip 1 brought another one, because
 * the poll book changed meanwhile, it is asked for again. */
static enum decided
find_replaced(struct station *station, const struct parcel_item *item, uint64_t index,
	      struct ballot *replaced)
{
	struct bytes bytes = ballot_in_memory(station, index);

	if (bytes.size == 0 && item->replaces == index && item->replaced_size > 1) {
		bytes = bytes_make(item->replaced + 1, item->replaced_size - 1);
	} else if (bytes.size == 0 && station->fetch_index == index && station->fetch_done) {
		bytes = bytes_make(station->fetched + 1, station->fetched_size - 1);
	} else if (bytes.size == 0) {
		if (station->fetch_index != FRAME_NO_INDEX && !station->fetch_done)
			return NOT_YET;
		station->fetch_index = index;
		station->fetch_done = false;
		station_effect(station, EFFECT_FETCH)->index = index;
		return NOT_YET;
	}
	CHECK(ballot_parse(bytes, replaced) == TALLY_ACCEPTED);
	CHECK(memcmp(replaced->tag, item->facts->ballot.tag, TALLY_TAG_SIZE) == 0); /* T1 */
	return DECIDED;
}

static void
refuse(struct parcel_item *item, enum tally_verdict verdict, uint64_t index)
{
	item->verdict = verdict;
	item->index = index;
}

static enum decided
decide_ballot(struct station *station, struct parcel_item *item)
{
	const struct verify_item *facts = item->facts;
	struct bytes entry = parcel_entry(item);
	bool revotes = station->manifest->revote == MANIFEST_REVOTE_LAST;
	struct pollbook_ballot asked;
	struct pollbook_decision decision;
	struct ballot replaced;
	enum tally_verdict verdict;

	if (item->verdict != TALLY_ACCEPTED)
		return DECIDED;
	asked = station_asked(station, &facts->ballot, facts->digest);
	asked.voter = &item->voter;
	pollbook_decide(station->pollbook, &asked, revotes, &decision);
	if (decision.outcome == POLLBOOK_SAME) {
		item->index = decision.index;
		return DECIDED;
	}
	verdict = station->rehearsal ? provoke_verdict(facts->ballot.tag) : TALLY_ACCEPTED;
	if (verdict == TALLY_ACCEPTED)
		verdict = law_permits(&station->replay.law, station->manifest, &facts->ballot);
	if (verdict == TALLY_ACCEPTED && station->manifest->has_roster)
		verdict = roll_verdict(station, item);
	if (verdict == TALLY_ACCEPTED && decision.outcome == POLLBOOK_REFUSED)
		verdict = decision.verdict;
	if (verdict == TALLY_ACCEPTED &&
	    (station->phase_late || !sequence_has_room(station, entry.size + SEQUENCE_RESERVE)))
		verdict = TALLY_UNAVAILABLE;
	if (verdict != TALLY_ACCEPTED) {
		refuse(item, verdict, FRAME_NO_INDEX);
		return DECIDED;
	}
	if (!batch_has_room(station, entry.size))
		return NOT_YET;
	if (decision.outcome == POLLBOOK_REPLACES &&
	    find_replaced(station, item, decision.index, &replaced) == NOT_YET)
		return NOT_YET;
	item->index = station->replay.index;
	enter_ballot(station, item, decision.outcome == POLLBOOK_REPLACES ? &replaced : NULL);
	pollbook_enter(station->pollbook, &asked, item->index);
	if (station->replay.ballots_since_tally >= station->manifest->tally_every_ballots)
		station->tally_owed = true;
	return DECIDED;
}

/* The phase it owes must be possible at the minute it would be entered; a closing time that has
 * passed already extends nothing; nobody unseals before a clock one can trust says so. */
static bool
can_take_effect(struct station *station, const struct notice *notice)
{
	struct law law = station->replay.law;

	if (notice->kind == TALLY_NOTICE_EXTEND && notice->closes * 1000 <= station->wall_ms)
		return false;
	if (notice->kind == TALLY_NOTICE_UNSEAL &&
	    (notice->unseals * 1000 > station->wall_ms || !rhythm_clock_agrees(station)))
		return false;
	law_notice_apply(&law, station->manifest, notice);
	return law.owed == TALLY_PHASE_BEFORE ||
	       law_phase_check(&law, law.owed, TALLY_CAUSE_NOTICE, phase_minute(station));
}

static enum decided
decide_notice(struct station *station, struct parcel_item *item)
{
	struct law *law = &station->replay.law;
	struct bytes entry = parcel_entry(item);
	struct tree_hash leaf;
	uint8_t hash[TALLY_HASH_SIZE];
	bool voids;

	if (item->verdict != TALLY_ACCEPTED) /* then there is no notice to look at */
		return DECIDED;
	voids = item->notice->kind == TALLY_NOTICE_VOID;
	notice_hash(item->notice, hash);
	if (law->notices_count > 0 && memcmp(hash, law->notice_hash, sizeof hash) == 0) {
		item->index = station->replay.last_notice;
		return DECIDED;
	}
	item->verdict = law_notice_check(law, station->manifest, item->notice);
	if (item->verdict == TALLY_ACCEPTED &&
	    (item->rostered > 0 || !roll_takes(station, item->notice)))
		item->verdict = TALLY_NOTICE_IMPOSSIBLE;
	if (item->verdict == TALLY_ACCEPTED && voids && !voiding_gather(station, item))
		return NOT_YET;
	if (item->verdict == TALLY_ACCEPTED && !can_take_effect(station, item->notice))
		item->verdict = TALLY_NOTICE_IMPOSSIBLE;
	if (item->verdict == TALLY_ACCEPTED && !sequence_has_room(station, entry.size))
		item->verdict = TALLY_UNAVAILABLE;
	if (item->verdict != TALLY_ACCEPTED)
		return DECIDED;
	if (voids && replay_is_owed_tally(&station->replay) && !sequence_tally(station))
		return NOT_YET;
	if (!batch_has_room(station, entry.size))
		return NOT_YET;
	item->index = station->replay.index;
	tree_leaf(entry, &leaf);
	enter(station, entry, &leaf, voids ? &station->gather.counts : NULL);
	if (voids)
		voiding_entered(station);
	roll_enter(station, item->notice);
	rhythm_notice(station, item->notice->kind);
	if (law->owed != TALLY_PHASE_BEFORE)
		enter_phase(station, law->owed, TALLY_CAUSE_NOTICE);
	if (item->notice->kind == TALLY_NOTICE_UNSEAL)
		station->publish_due_ms = station->mono_ms;
	return DECIDED;
}

static enum decided
decide_sheet(struct station *station, struct parcel_item *item)
{
	const struct law *law = &station->replay.law;
	struct bytes entry = parcel_entry(item);
	struct tree_hash leaf;

	if (item->verdict != TALLY_ACCEPTED ||
	    law_sheet_is_last(law, station->manifest, item->sheet, &item->index))
		return DECIDED;
	item->verdict = replay_sheet_check(&station->replay, item->sheet);
	if (item->verdict == TALLY_ACCEPTED && !sequence_has_room(station, entry.size))
		item->verdict = TALLY_UNAVAILABLE;
	if (item->verdict != TALLY_ACCEPTED)
		return DECIDED;
	if (!batch_has_room(station, entry.size))
		return NOT_YET;
	item->index = station->replay.index;
	tree_leaf(entry, &leaf);
	enter(station, entry, &leaf, NULL);
	return DECIDED;
}

static enum decided
decide_phase(struct station *station, const struct parcel_item *item)
{
	const struct law *law = &station->replay.law;

	if (!batch_has_room(station, ENTRY_PHASE_SIZE))
		return NOT_YET;
	station->phase_queued = false;
	/* A notice may have overtaken the clock. */
	if (!law_phase_check(law, item->phase, TALLY_CAUSE_CLOCK, station->wall_ms / 60000))
		return DECIDED;
	station->phase_late = !sequence_has_room(station, ENTRY_PHASE_SIZE);
	if (!station->phase_late)
		enter_phase(station, item->phase, TALLY_CAUSE_CLOCK);
	return DECIDED;
}

static void
decide_status(const struct station *station, struct parcel_item *item)
{
	struct pollbook_record record;
	struct pollbook_entered newest;

	if (!pollbook_find(station->pollbook, POLLBOOK_VOTER, item->payload.data, &record))
		return;
	newest = pollbook_word_read(record.word);
	item->revision = newest.revision;
	if (newest.standing == POLLBOOK_COUNTED)
		item->index = newest.index;
	if (newest.standing == POLLBOOK_BARRED)
		item->verdict = TALLY_BARRED;
}

static enum decided
decide(struct station *station, struct parcel_item *item)
{
	if (station->tally_owed && sequence_has_room(station, ENTRY_TALLY_SIZE) &&
	    !sequence_tally(station))
		return NOT_YET;
	switch (item->task) {
	case TASK_BALLOT:
		return decide_ballot(station, item);
	case TASK_SHEET:
		return decide_sheet(station, item);
	case TASK_NOTICE:
		if (decide_notice(station, item) == NOT_YET)
			return NOT_YET;
		voiding_end(station);
		return DECIDED;
	case TASK_PHASE:
		return decide_phase(station, item);
	case TASK_STATUS:
		decide_status(station, item);
		return DECIDED;
	case TASK_STATE:
	case TASK_REFUSE:
	case TASK_GOODBYE:
		return DECIDED;
	}
	return DECIDED;
}

/* In a table of millions every look-up is a cache miss: those of a parcel overlap. */
static void
foresee(const struct station *station, struct parcel *parcel)
{
	for (size_t i = 0; i < parcel->items_count; i++) {
		struct parcel_item *item = &parcel->items[i];
		const struct ballot *ballot;

		if (item->task != TASK_BALLOT || item->verdict != TALLY_ACCEPTED)
			continue;
		ballot = &item->facts->ballot;
		pollbook_name_make(station->pollbook, POLLBOOK_VOTER, ballot->tag,
				   &item->voter);
		pollbook_prefetch_named(station->pollbook, &item->voter);
		if (ballot->voter_key == NULL)
			continue;
		pollbook_prefetch(station->pollbook, POLLBOOK_HOLDER, ballot->tag);
		pollbook_prefetch(station->pollbook, POLLBOOK_KEY, ballot->voter_key);
	}
}

/* L2: whatever the answer says may rest on any entry before it. */
static bool
sequence_parcel(struct station *station, struct parcel *parcel)
{
	if (parcel->sequenced_count == 0)
		foresee(station, parcel);
	while (parcel->sequenced_count < parcel->items_count) {
		struct parcel_item *item = &parcel->items[parcel->sequenced_count];

		if (decide(station, item) == NOT_YET)
			return false;
		item->barrier = station->replay.index;
		parcel->sequenced_count++;
	}
	return true;
}

void
sequence_parcels(struct station *station)
{
	while (station->parcels_sequenced < station->parcels_filled) {
		struct parcel *parcel =
		    &station->parcels[station->parcels_sequenced % parcels_max];

		if (parcel->state != PARCEL_BACK || !sequence_parcel(station, parcel))
			break;
		parcel_move(parcel, PARCEL_SEQUENCED);
		station->parcels_sequenced++;
	}
	if (station->tally_owed && !sequence_tally(station))
		return; /* the next batch, or the next room, will take it */
}

void
sequence_commit(struct station *station)
{
	struct station_batch *batch = station->filling;
	struct station_batch *other =
	    batch == &station->batches[0] ? &station->batches[1] : &station->batches[0];

	if (station->in_flight != NULL || batch->entries_count == 0)
		return;
	CHECK(station->replay.law.owed == TALLY_PHASE_BEFORE);
	batch->number = station->batches_count++;
	batch->frontier = station->frontier;
	batch->law = station->replay.law;
	counts_copy(&batch->counts, &station->replay.counts, station->manifest);
	station->in_flight = batch;
	station->filling = other;
	other->first_index = station->replay.index;
	other->entries_count = 0;
	other->entries_size = 0;
	other->text_size = 0;
	rhythm_sealed(station, batch);
	station_effect(station, EFFECT_COMMIT)->batch = batch;
}
