#include "station/state.h"

#include <string.h>

static void
say(struct station *station, const char *text)
{
	if (station->effects == NULL || station->says_count == says_max)
		return;
	station->says_count++;
	station_effect(station, EFFECT_SAY)->text = text;
}

void
rhythm_init(struct station *station)
{
	station->clock_since_ms = station->mono_ms;
	station->clock_offset_ms = station->wall_ms - (int64_t)station->mono_ms;
	station->keep_due_ms = station->mono_ms + keep_every_ms;
}

bool
rhythm_clock_agrees(struct station *station)
{
	int64_t offset = station->wall_ms - (int64_t)station->mono_ms;
	int64_t drift = offset - station->clock_offset_ms;
	bool jumped = drift > clock_slack_ms || drift < -clock_slack_ms;

	if (!jumped && station->mono_ms - station->clock_since_ms < clock_window_ms)
		return !station->clock_jumped;
	station->clock_offset_ms = offset;
	station->clock_since_ms = station->mono_ms;
	station->clock_jumped = jumped;
	if (jumped)
		say(station,
		    "the wall clock jumped: the phase is kept until it has agreed with the "
		    "monotonic clock for 60 s; check this machine's time");
	return !jumped;
}

/* The phase that a clock one can trust asks for, and that may be entered now. */
static enum tally_phase
phase_due(struct station *station)
{
	const struct law *law = &station->replay.law;
	enum tally_phase due = law_phase_due(law, station->wall_ms / 1000);
	bool agrees = rhythm_clock_agrees(station);

	if (agrees && law_phase_check(law, due, TALLY_CAUSE_CLOCK, station->wall_ms / 60000))
		return due;
	return law->phase;
}

static void
tell_of_draw(struct station *station)
{
	const struct law *law = &station->replay.law;

	if (station->draw_told || !law->draw_missing || law->phase != TALLY_PHASE_BEFORE ||
	    station->wall_ms / 1000 < law->opens)
		return;
	station->draw_told = true;
	say(station, "voting waits for the draw: it opens once a notice draw has come");
}

/* Opening needs no ceremony. Before closing, what was fully received at the instant goes first.
 */
static void
serve_phase(struct station *station)
{
	enum tally_phase due = phase_due(station);
	bool full = !sequence_has_room(station, ENTRY_PHASE_SIZE);

	tell_of_draw(station);
	station->phase_waits = false;
	if (station->phase_queued)
		return;
	/* It stays late until it is entered: no ballot gets in before it, room or not. */
	station->phase_late = due != station->replay.law.phase && (station->phase_late || full);
	if (due == station->replay.law.phase || full) {
		if (station->closing)
			arrive_release(station);
		return;
	}
	if (due == TALLY_PHASE_CLOSED && !station->closing)
		arrive_hold(station);
	if ((station->closing && !arrive_drained(station)) || !arrive_phase(station, due))
		return;
	station->phase_queued = true;
	if (station->closing)
		arrive_release(station);
}

void
rhythm_phase(struct station *station, enum tally_phase phase)
{
	say(station, phase == TALLY_PHASE_OPEN ? "voting is open" : "voting is closed");
}

void
rhythm_notice(struct station *station, unsigned kind)
{
	if (kind == TALLY_NOTICE_PAUSE)
		say(station, "voting is paused");
	else if (kind == TALLY_NOTICE_RESUME)
		say(station, "the pause is over");
	else if (kind == TALLY_NOTICE_REVOKE)
		say(station, "a key has been revoked");
}

void
rhythm_fallen_behind(struct station *station, struct bytes note)
{
	if (station->fallen_behind)
		return;
	station->fallen_behind = true;
	publishing_abandon(station);
	station->keep_ready = false;
	station_effect(station, EFFECT_AHEAD)->note = note;
	say(station,
	    "somebody holds a signed checkpoint that this ledger does not contain: the "
	    "data directory is older than what has been promised; nothing more is accepted "
	    "or signed");
}

/* --- signing ------------------------------------------------------------------------------ */

static void
serve_signing(struct station *station)
{
	struct station_effect *effect;
	struct tree_hash root;

	if (station->signing || station->fallen_behind ||
	    station->newest.size == station->durable)
		return;
	if (station->mono_ms - station->signed_at_ms < sign_every_ms && !station->stopping)
		return;
	frontier_root(&station->durable_frontier, &root);
	station->signing = true;
	station->signing_at.size = station->durable;
	memcpy(station->signing_at.root, root.bytes, sizeof root.bytes);
	station_stand(station, &station->signing_standing, &station->durable_standing.law,
		      &station->durable_standing.counts);
	effect = station_effect(station, EFFECT_SIGN);
	effect->sign.first = station->newest.size;
	effect->sign.size = station->durable;
	effect->sign.root = root;
}

void
rhythm_signed(struct station *station, struct bytes note)
{
	CHECK(station->signing && note.size <= sizeof station->note);
	CHECK(station->signing_at.size >= station->newest.size); /* L5 */
	station->signing = false;
	station->signed_at_ms = station->mono_ms;
	station->newest = station->signing_at;
	station_stand(station, &station->newest_standing, &station->signing_standing.law,
		      &station->signing_standing.counts);
	memcpy(station->note, note.data, note.size);
	station->note_size = note.size;
}

/* --- keeping ------------------------------------------------------------------------------ */

static void
make_keepsake(struct station *station, uint64_t batches)
{
	struct writer writer = writer_make(station->keep_memory, station->keep_capacity);

	replay_write(&writer, &station->replay);
	CHECK(!writer.failed);
	station->keep_size = writer.size;
	station->keep_index = station->replay.index;
	station->keep_batches = batches;
	station->keep_tally = station->replay.last_tally;
	station->keep_frontier = station->frontier;
	station->keep_ready = true;
}

void
rhythm_sealed(struct station *station, const struct station_batch *batch)
{
	if (!station->keeping && !station->keep_ready && !station->fallen_behind &&
	    station->mono_ms >= station->keep_due_ms)
		make_keepsake(station, batch->number + 1);
}

/* The texts of its TALLY entries are in public or, while results are sealed, where they wait on
 * disk: a start from it need not make them again. */
static bool
texts_are_stored(const struct station *station, uint64_t last_tally)
{
	return last_tally <= station->published;
}

/* Not before the remembered checkpoint covers it: what is kept is never ahead of it (L5). */
static void
serve_keeping(struct station *station)
{
	if (!station->keep_ready || station->newest.size < station->keep_index ||
	    !texts_are_stored(station, station->keep_tally))
		return;
	station->keep_ready = false;
	station->keeping = true;
	station->keep_due_ms = station->mono_ms + keep_every_ms;
	station_effect(station, EFFECT_KEEP);
}

void
rhythm_kept(struct station *station, bool ok)
{
	uint64_t began = station->keep_due_ms - keep_every_ms;
	uint64_t rest = (station->mono_ms - began) * keep_rest;

	CHECK(station->keeping);
	station->keeping = false;
	if (rest > keep_rest_max_ms)
		rest = keep_rest_max_ms;
	if (station->keep_due_ms < station->mono_ms + rest)
		station->keep_due_ms = station->mono_ms + rest;
	if (ok)
		station->kept = station->keep_index;
}

/* --- stopping ----------------------------------------------------------------------------- */

/* Drained, committed, signed, published, kept: in this order, each only once the one before is
 * done. */
static void
serve_stopping(struct station *station)
{
	if (!station->stopping || station->stopped ||
	    station->parcels_answered != station->parcels_filled)
		return;
	if (publishing_is_owed(station))
		return;
	station->stop_tallied = true;
	if (station->keep_ready && !texts_are_stored(station, station->keep_tally))
		station->keep_ready = false;
	if (station->in_flight != NULL || station->filling->entries_count > 0 ||
	    station->signing || station->keeping || station->keep_ready)
		return;
	if (station->newest.size != station->durable && !station->fallen_behind)
		return;
	if (station->kept != station->durable && !station->stop_kept &&
	    !station->fallen_behind && texts_are_stored(station, station->replay.last_tally)) {
		make_keepsake(station, station->durable_batches);
		station->keep_checksum = station->durable_checksum;
		station->stop_kept = true;
		serve_keeping(station);
		return;
	}
	station->stopped = true;
	for (unsigned i = 0; i < connections_max; i++)
		if (station->connections[i].state == CONNECTION_MEMBER ||
		    station->connections[i].state == CONNECTION_ANONYMOUS)
			connection_goodbye(station, i, TALLY_STOPPING);
	station_effect(station, EFFECT_STOPPED);
}

void
rhythm_serve(struct station *station)
{
	serve_phase(station);
	publishing_serve(station);
	serve_signing(station);
	serve_keeping(station);
	serve_stopping(station);
}
