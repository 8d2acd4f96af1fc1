#include "station/state.h"

#include <string.h>

#include "tree/cosignature.h"

static void
move(struct station *station, enum publishing_state to)
{
	static const bool moves[PUBLISHING_STATES][PUBLISHING_STATES] = {
	    [PUBLISHING_IDLE] = {[PUBLISHING_DUE] = true},
	    [PUBLISHING_DUE] = {[PUBLISHING_OFFERED] = true,
				[PUBLISHING_AWAY] = true,
				[PUBLISHING_IDLE] = true},
	    [PUBLISHING_OFFERED] = {[PUBLISHING_WAITING] = true, [PUBLISHING_IDLE] = true},
	    [PUBLISHING_WAITING] = {[PUBLISHING_AWAY] = true, [PUBLISHING_IDLE] = true},
	    [PUBLISHING_AWAY] = {[PUBLISHING_IDLE] = true},
	};

	CHECK(moves[station->publishing][to]);
	station->publishing = to;
}

void
publishing_init(struct station *station)
{
	station->publish_due_ms = station->mono_ms;
}

/* Sizes published at a fine grain would tell when each ballot came: without a ballot, with many,
 * or once the vote is closed. */
static bool
may_publish(const struct station *station, const struct law *law, const struct counts *counts)
{
	uint64_t ballots = counts->in_tree - station->published_ballots;

	return ballots == 0 || ballots >= station->manifest->publish_min ||
	       law->phase == TALLY_PHASE_CLOSED;
}

static bool
is_due(const struct station *station)
{
	const struct replay *replay = &station->replay;
	bool last_call =
	    station->stopping && station->parcels_sequenced == station->parcels_filled;

	/* A sheet or a void may have slipped in between its TALLY and the last publication. */
	if (station->publishing != PUBLISHING_IDLE || station->fallen_behind ||
	    (replay->index == station->published && !replay->changed_since_tally) ||
	    station->stop_tallied)
		return false;
	if (station->mono_ms < station->publish_due_ms && !last_call)
		return false;
	return may_publish(station, &replay->law, &replay->counts);
}

bool
publishing_is_owed(const struct station *station)
{
	return station->publishing != PUBLISHING_IDLE || is_due(station);
}

/* A full disk keeps nobody waiting for a tally. */
static bool
is_tallied(struct station *station)
{
	return !replay_is_owed_tally(&station->replay) || sequence_tally(station) ||
	       !sequence_has_room(station, ENTRY_TALLY_SIZE);
}

static void
hand_over(struct station *station, enum publishing_state to)
{
	move(station, to);
	station_effect(station, EFFECT_PUBLISH);
}

static void
take_newest(struct station *station)
{
	const struct standing *newest = &station->newest_standing;

	station->publication = station->newest;
	station->publication_size = station->note_size;
	memcpy(station->publication_note, station->note, station->note_size);
	station_stand(station, &station->publication_standing, &newest->law, &newest->counts);
	memset(station->cosigned, 0, sizeof station->cosigned);
	station->cosigned_count = 0;
}

/* The newest checkpoint is the one to publish. Where that failed before, the lines that were taken
 * stay: no witness sends one twice. */
static void
begin(struct station *station)
{
	bool waits;

	if (station->publication.size != station->newest.size)
		take_newest(station);
	waits =
	    station->cosigned_count < station->manifest->witnesses_count && !station->stopping;
	hand_over(station, waits ? PUBLISHING_OFFERED : PUBLISHING_AWAY);
}

static void
serve_due(struct station *station)
{
	const struct standing *newest = &station->newest_standing;

	if (station->newest.size < station->publish_target)
		return;
	/* Ballots may have come since it was due. */
	if (may_publish(station, &newest->law, &newest->counts))
		begin(station);
	else
		move(station, PUBLISHING_IDLE);
}

static bool
patience_is_over(const struct station *station)
{
	return station->stopping ||
	       station->cosigned_count == station->manifest->witnesses_count ||
	       station->mono_ms >= station->publish_patience_ms;
}

void
publishing_serve(struct station *station)
{
	if (is_due(station) && is_tallied(station)) {
		move(station, PUBLISHING_DUE);
		station->publish_target = station->replay.index;
		station->publish_due_ms =
		    station->mono_ms + station->manifest->publish_every_s * (uint64_t)1000;
	}
	if (station->publishing == PUBLISHING_DUE)
		serve_due(station);
	if (station->publishing == PUBLISHING_WAITING && patience_is_over(station))
		hand_over(station, PUBLISHING_AWAY);
}

void
publishing_wait(struct station *station)
{
	if (station->publishing != PUBLISHING_DUE)
		return;
	move(station, PUBLISHING_IDLE);
	station->publish_due_ms = station->mono_ms;
}

void
publishing_ended(struct station *station, bool ok, uint64_t shown)
{
	bool offered = station->publishing == PUBLISHING_OFFERED;

	CHECK(offered || station->publishing == PUBLISHING_AWAY);
	if (ok && offered && !station->fallen_behind) {
		move(station, PUBLISHING_WAITING);
		station->publish_patience_ms =
		    station->mono_ms + station->manifest->witness_wait_s * (uint64_t)1000;
		return;
	}
	move(station, PUBLISHING_IDLE);
	/* It may have failed behind its checkpoint: what was seen was seen. */
	if (shown == station->publication.size)
		station->published_ballots = station->publication_standing.counts.in_tree;
	if (!ok) {
		station->publish_due_ms = station->mono_ms + publish_again_ms;
		station->stop_tallied = station->stopping;
	} else if (!offered) {
		station->published = station->publication.size;
	}
}

void
publishing_abandon(struct station *station)
{
	if (station->publishing == PUBLISHING_DUE || station->publishing == PUBLISHING_WAITING)
		move(station, PUBLISHING_IDLE);
}

/* Its files can be seen before we hear that they are there. */
static bool
may_cosign(const struct station *station, uint64_t tree_size)
{
	return (station->publishing == PUBLISHING_OFFERED ||
		station->publishing == PUBLISHING_WAITING) &&
	       station->publication.size == tree_size;
}

static const struct note_key *
witness_of(const struct manifest *manifest, const struct cosignature *cosignature)
{
	for (size_t i = 0; i < manifest->witnesses_count; i++)
		if (cosignature_is_of(cosignature, &manifest->witnesses[i]))
			return &manifest->witnesses[i];
	return NULL;
}

enum tally_verdict
publishing_examine(const struct station *station, uint64_t tree_size, struct bytes line,
		   struct station_read *read)
{
	struct cosignature cosignature;
	struct bytes text;

	if (!cosignature_parse(line, &cosignature))
		return TALLY_MALFORMED;
	read->witness = witness_of(station->manifest, &cosignature);
	if (read->witness == NULL)
		return TALLY_UNKNOWN_SIGNER;
	if (!may_cosign(station, tree_size))
		return TALLY_NOT_FOUND;
	read->seen = station->publication;
	text = note_text(bytes_make(station->publication_note, station->publication_size));
	memcpy(read->note, text.data, text.size);
	read->note_size = text.size;
	memcpy(read->answer, line.data, line.size);
	read->answer_size = line.size;
	return TALLY_ACCEPTED;
}

enum tally_verdict
publishing_cosign(struct station *station, const struct station_read *read)
{
	size_t witness = (size_t)(read->witness - station->manifest->witnesses);

	if (!may_cosign(station, read->seen.size))
		return TALLY_NOT_FOUND;
	if (station->cosigned[witness])
		return TALLY_ACCEPTED;
	CHECK(read->answer_size <=
	      sizeof station->publication_note - station->publication_size); /* limits.h */
	memcpy(station->publication_note + station->publication_size, read->answer,
	       read->answer_size);
	station->publication_size += read->answer_size;
	station->cosigned[witness] = true;
	station->cosigned_count++;
	return TALLY_ACCEPTED;
}
