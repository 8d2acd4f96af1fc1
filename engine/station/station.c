#include "campaign/rules.h"
#include "station/state.h"

#include <string.h>

enum {
	ALIGNMENT = 64
};

static size_t
aligned(size_t size)
{
	return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static size_t
batch_memory(void)
{
	return batch_bytes_max + 64;
}

size_t
station_memory(const struct manifest *manifest)
{
	size_t per_batch = aligned(batch_memory()) + aligned(counts_memory(manifest)) +
			   aligned(counts_text_max(manifest));

	return aligned(sizeof(struct station)) + aligned(parcels_max * sizeof(struct parcel)) +
	       aligned(replay_memory(manifest)) + 2 * per_batch +
	       4 * aligned(counts_memory(manifest)) + aligned(replay_written_max(manifest)) +
	       aligned(gather_bytes) + aligned(counts_memory(manifest)) +
	       connections_max * (aligned(receive_bytes) + aligned(send_bytes)) +
	       reads_entries_max * aligned(entries_bytes);
}

static void *
carve(uint8_t **memory, size_t size)
{
	void *part = *memory;

	*memory += aligned(size);
	return part;
}

static void
init_connections(struct station *station, uint8_t **memory)
{
	for (unsigned i = 0; i < connections_max; i++) {
		station->connections[i].received = carve(memory, receive_bytes);
		station->connections[i].output = carve(memory, send_bytes);
		station->connections[i].next = -1;
	}
	for (unsigned i = 0; i < SIGNERS_MAX; i++)
		station->signers[i] = (struct signer){.first = -1, .last = -1, .next = -1};
	station->signers_first = -1;
	station->signers_last = -1;
}

static void
init_standings(struct station *station, uint8_t **memory)
{
	struct standing *const standings[] = {
	    &station->durable_standing, &station->signing_standing, &station->newest_standing,
	    &station->publication_standing};
	const struct manifest *manifest = station->manifest;

	for (size_t i = 0; i < sizeof standings / sizeof standings[0]; i++) {
		law_init(&standings[i]->law, manifest);
		counts_init(&standings[i]->counts, manifest,
			    carve(memory, counts_memory(manifest)));
	}
}

static void
init_gather(struct station *station, uint8_t **memory)
{
	uint8_t *room = carve(memory, gather_bytes);

	gather_init(&station->gather, station->manifest, station->pollbook, room,
		    carve(memory, counts_memory(station->manifest)));
}

struct station *
station_init(void *memory, const struct station_setup *setup)
{
	struct station *station = memory;
	const struct manifest *manifest = setup->manifest;
	uint8_t *rest = (uint8_t *)memory + aligned(sizeof *station);

	CHECK((uintptr_t)memory % ALIGNMENT == 0);
	station->manifest = manifest;
	station->pollbook = setup->pollbook;
	station->parcels = carve(&rest, parcels_max * sizeof(struct parcel));
	station->replay_memory = carve(&rest, replay_memory(manifest));
	replay_init(&station->replay, manifest, station->replay_memory);
	for (int i = 0; i < 2; i++) {
		struct station_batch *batch = &station->batches[i];

		batch->memory = carve(&rest, batch_memory());
		batch->counts_memory = carve(&rest, counts_memory(manifest));
		counts_init(&batch->counts, manifest, batch->counts_memory);
		batch->text = carve(&rest, counts_text_max(manifest));
	}
	init_standings(station, &rest);
	init_gather(station, &rest);
	station->keep_capacity = replay_written_max(manifest);
	station->keep_memory = carve(&rest, station->keep_capacity);
	init_connections(station, &rest);
	while (station->entries_rooms_count < reads_entries_max)
		station->entries_rooms[station->entries_rooms_count++] =
		    carve(&rest, entries_bytes);
	CHECK((size_t)(rest - (uint8_t *)memory) == station_memory(manifest));

	CHECK(setup->parcel_items <= parcel_items_max);
	station->workers_count = setup->workers_count;
	station->parcel_items =
	    setup->parcel_items == 0 ? parcel_items_plain : setup->parcel_items;
	station->rehearsal = setup->rehearsal && manifest->test;
	station->space = setup->space;
	station->mono_ms = setup->mono_ms;
	station->wall_ms = setup->wall_ms;
	memcpy(station->salt_key, setup->salt_key, sizeof station->salt_key);
	frontier_init(&station->frontier);
	station->filling = &station->batches[0];
	station->fetch_index = FRAME_NO_INDEX;
	return station;
}

struct station_effect *
station_effect(struct station *station, enum station_effect_kind kind)
{
	struct station_effects *effects = station->effects;
	struct station_effect *effect;

	CHECK(effects->count < effects_max);
	effect = &effects->list[effects->count++];
	memset(effect, 0, sizeof *effect);
	effect->kind = kind;
	return effect;
}

static void
happen(struct station *station, const struct station_event *event)
{
	switch (event->kind) {
	case STATION_TICK:
		connection_deadlines(station);
		break;
	case STATION_CONNECTED:
		connection_connected(station, event->connection, event->nonce);
		break;
	case STATION_RECEIVED:
		connection_received(station, event->connection, event->size);
		break;
	case STATION_SENT:
		connection_sent(station, event->connection, event->size);
		break;
	case STATION_ENDED:
		connection_ended(station, event->connection);
		break;
	case STATION_DISCONNECTED:
		connection_disconnected(station, event->connection);
		break;
	case STATION_VERIFIED:
		CHECK(station->jobs_count > 0);
		station->jobs_count--;
		parcel_move(event->parcel, PARCEL_BACK);
		break;
	case STATION_FETCHED:
		CHECK(station->fetch_index != FRAME_NO_INDEX && event->size > 1);
		station->fetched_size = event->size;
		station->fetch_done = true;
		break;
	case STATION_GATHERED:
		CHECK(station->gathering == GATHERING_AWAY);
		station->gathering = GATHERING_BACK;
		break;
	case STATION_COMMITTED:
		answer_committed(station, event);
		break;
	case STATION_SPACE:
		station->space = event->space;
		break;
	case STATION_SIGNED:
		rhythm_signed(station, event->note);
		break;
	case STATION_READ:
		reads_done(station, event->read);
		break;
	case STATION_PUBLISHED:
		publishing_ended(station, event->ok, event->size);
		break;
	case STATION_KEPT:
		rhythm_kept(station, event->ok);
		break;
	case STATION_STOP:
		station->stopping = true;
		break;
	}
}

static void
hear(struct station *station, const struct station_event *event)
{
	CHECK(event->mono_ms >= station->mono_ms);
	station->mono_ms = event->mono_ms;
	station->wall_ms = event->wall_ms;
	happen(station, event);
}

static void
act(struct station *station)
{
	do {
		arrive_intake(station);    /* act 1 */
		sequence_parcels(station); /* act 2 */
		rhythm_serve(station);
		sequence_commit(station);  /* trip 2 */
	} while (answer_parcels(station)); /* act 3 */
	reads_serve(station);
}

static void
begin(struct station *station, struct station_effects *effects)
{
	station->effects = effects;
	effects->count = 0;
	station->says_count = 0;
}

void
station_hear(struct station *station, const struct station_event *event,
	     struct station_effects *effects)
{
	begin(station, effects);
	hear(station, event);
	station->effects = NULL;
}

void
station_act(struct station *station, struct station_effects *effects)
{
	begin(station, effects);
	act(station);
	station->effects = NULL;
}

void
station_step(struct station *station, const struct station_event *event,
	     struct station_effects *effects)
{
	begin(station, effects);
	hear(station, event);
	act(station);
	station->effects = NULL;
}

uint8_t *
station_fetch_room(struct station *station)
{
	return station->fetched;
}

struct gather *
station_gather(struct station *station)
{
	return &station->gather;
}

struct pollbook_ballot
station_asked(const struct station *station, const struct ballot *ballot, const uint8_t *digest)
{
	return (struct pollbook_ballot){.tag = ballot->tag,
					.revision = ballot->revision,
					.rank = rules_rank(station->manifest, ballot->key_id),
					.digest = digest,
					.voter_key = ballot->voter_key,
					.serial = ballot->serial};
}

void
station_stand(const struct station *station, struct standing *standing, const struct law *law,
	      const struct counts *counts)
{
	standing->law = *law;
	counts_copy(&standing->counts, counts, station->manifest);
}

void
station_publication(const struct station *station, struct station_publication *out)
{
	const struct standing *standing = &station->publication_standing;

	*out = (struct station_publication){
	    .checkpoint = station->publication,
	    .note = bytes_make(station->publication_note, station->publication_size),
	    .standing = standing,
	    .waiting = station->publishing == PUBLISHING_OFFERED,
	    .sealed = !law_results_public(&standing->law, station->manifest),
	};
}

void
station_keepsake(const struct station *station, struct station_keepsake *out)
{
	out->index = station->keep_index;
	out->batches_count = station->keep_batches;
	out->checksum = station->keep_checksum;
	out->replay = bytes_make(station->keep_memory, station->keep_size);
	out->frontier = station->keep_frontier;
}

uint64_t
station_size(const struct station *station)
{
	return station->replay.index;
}

uint64_t
station_durable(const struct station *station)
{
	return station->durable;
}

void
station_root(const struct station *station, struct tree_hash *root)
{
	frontier_root(&station->frontier, root);
}

void
station_frontier(const struct station *station, struct frontier *frontier)
{
	*frontier = station->frontier;
}

const char *
station_trouble(const struct station *station)
{
	if (station->fallen_behind)
		return "the data directory is older than what has been signed";
	if (!sequence_has_room(station, TALLY_BALLOT_SIZE_MAX + 1 + SEQUENCE_RESERVE))
		return "there is no room for new entries";
	return NULL;
}

const char *
station_refusal(const struct station *station)
{
	const struct law *law = &station->durable_standing.law;
	enum tally_verdict verdict = law_ballot(law);

	if (verdict == TALLY_NOT_OPEN_YET && law->draw_missing)
		return "voting has not opened yet: it waits for the draw";
	return verdict == TALLY_ACCEPTED ? NULL : tally_verdict_text(verdict)->sentence;
}

const uint64_t *
station_verdicts(const struct station *station)
{
	return station->verdicts;
}

size_t
station_waiting(const struct station *station)
{
	return station->items_count;
}

const struct law *
station_law(const struct station *station)
{
	return &station->durable_standing.law;
}
