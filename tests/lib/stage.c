#include "tests/lib/stage.h"

#include "base/text.h"
#include "tests/lib/stagedisk.h"
#include "tests/lib/stagesocket.h"

enum {
	STEP_MS = 5,
	LONG_STEP_MS = 250,
};

static int64_t
time_ms(const char *text)
{
	int64_t seconds;

	assert_true(text_time_parse(bytes_of_string(text), &seconds));
	return seconds * 1000;
}

int64_t
stage_wall_ms(const struct stage *stage)
{
	return (int64_t)stage->mono_ms + stage->wall_offset_ms;
}

void
stage_wall_set(struct stage *stage, const char *time)
{
	stage->wall_offset_ms = time_ms(time) - (int64_t)stage->mono_ms;
}

struct bytes
stage_note(const struct stage *stage)
{
	return bytes_make(stage->remembered_note, stage->remembered_size);
}

struct bytes
stage_forge_note(const struct stage *stage, uint64_t size, uint8_t fill, uint8_t *memory)
{
	struct writer note = writer_make(memory, TALLY_CHECKPOINT_SIZE_MAX);
	struct checkpoint checkpoint = {.size = size};

	memset(checkpoint.root, fill, sizeof checkpoint.root);
	checkpoint_write(&note, &checkpoint, &stage->campaign.log);
	assert_false(note.failed);
	return writer_view(&note);
}

bool
stage_is_sealed(const struct stage *stage, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (stage->entries[i].data[0] == TALLY_ENTRY_NOTICE &&
		    stage->entries[i].data[1 + 84] == TALLY_NOTICE_UNSEAL)
			return false;
	return stage->campaign.manifest->sealed;
}

size_t
stage_find(const struct stage *stage, enum tally_entry_kind kind, size_t from)
{
	for (size_t i = from; i < stage->entries_count; i++)
		if (stage->entries[i].data[0] == kind)
			return i;
	return SIZE_MAX;
}

size_t
stage_count(const struct stage *stage, enum tally_entry_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < stage->entries_count; i++)
		count += stage->entries[i].data[0] == kind;
	return count;
}

/* --- steps -------------------------------------------------------------------------------- */

static void
add_chore(struct stage *stage, enum stage_chore_kind kind, const struct station_effect *effect)
{
	const struct stage_delay *delay = &stage->delays[kind];
	uint64_t extra =
	    test_random_below(&stage->random, delay->most_ms - delay->least_ms + 1);

	assert_true(stage->chores_count < stage_chores_max);
	stage->chores[stage->chores_count++] =
	    (struct stage_chore){kind, stage->mono_ms + delay->least_ms + extra, *effect};
	stage->asked[kind]++;
}

static void
perform(struct stage *stage, const struct station_effect *effect)
{
	struct stage_socket *socket = &stage->sockets[effect->connection];

	switch (effect->kind) {
	case EFFECT_SEND:
		stagesocket_collect(stage, effect->connection);
		break;
	case EFFECT_CLOSE:
		assert_true(socket->open && !socket->closing);
		socket->closing = true;
		break;
	case EFFECT_RESUME:
		socket->paused = false;
		break;
	case EFFECT_VERIFY:
		add_chore(stage, STAGE_VERIFY, effect);
		assert_true(stage_pending(stage, STAGE_VERIFY) <= 2 * stage->wish.workers);
		break;
	case EFFECT_FETCH:
		add_chore(stage, STAGE_FETCH, effect);
		break;
	case EFFECT_GATHER:
		assert_int_equal(stage_pending(stage, STAGE_GATHER), 0);
		add_chore(stage, STAGE_GATHER, effect);
		break;
	case EFFECT_COMMIT:
		assert_int_equal(stage_pending(stage, STAGE_COMMIT), 0);
		add_chore(stage, STAGE_COMMIT, effect);
		break;
	case EFFECT_SIGN:
		assert_int_equal(stage_pending(stage, STAGE_SIGN), 0);
		add_chore(stage, STAGE_SIGN, effect);
		break;
	case EFFECT_READ:
		add_chore(stage, STAGE_READ, effect);
		break;
	case EFFECT_PUBLISH:
		assert_int_equal(stage_pending(stage, STAGE_PUBLISH), 0);
		add_chore(stage, STAGE_PUBLISH, effect);
		break;
	case EFFECT_KEEP:
		assert_int_equal(stage_pending(stage, STAGE_KEEP), 0);
		add_chore(stage, STAGE_KEEP, effect);
		break;
	case EFFECT_AHEAD:
		assert_true(effect->note.size > 0);
		stage->ahead++;
		break;
	case EFFECT_SAY:
		stage->said++;
		stage->last_said = effect->text;
		break;
	case EFFECT_STOPPED:
		stage->stopped = true;
		break;
	}
}

static void
perform_all(struct stage *stage)
{
	for (size_t i = 0; i < stage->effects.count; i++)
		perform(stage, &stage->effects.list[i]);
}

static void
hear(struct stage *stage, struct station_event *event)
{
	event->wall_ms = stage_wall_ms(stage);
	event->mono_ms = stage->mono_ms;
	stage->heard = true;
	station_hear(stage->station, event, &stage->effects);
	perform_all(stage);
}

static void
hear_sent(struct stage *stage)
{
	while (stage->sent_count > 0) {
		size_t at = --stage->sent_count;
		struct station_event sent = {.kind = STATION_SENT,
					     .connection = stage->sent[at],
					     .size = stage->sent_sizes[at]};

		if (stage->sockets[sent.connection].open)
			hear(stage, &sent);
	}
}

/* True if the station had anything to act upon. */
static bool
act(struct stage *stage)
{
	bool heard = stage->heard;

	while (stage->heard) {
		stage->heard = false;
		station_act(stage->station, &stage->effects);
		perform_all(stage);
		hear_sent(stage);
	}
	return heard;
}

void
stage_step(struct stage *stage, struct station_event event)
{
	hear(stage, &event);
	hear_sent(stage);
	if (stage->settling &&
	    (stage->wish.together ||
	     (stage->wish.unordered && test_random_below(&stage->random, 3) > 0)))
		return;
	(void)act(stage);
}

/* --- chores ------------------------------------------------------------------------------- */

static void
verify(struct stage *stage, struct parcel *parcel)
{
	const struct verifier verifier = verifier_plain(stage->campaign.manifest);

	for (size_t i = 0; i < parcel->items_count; i++) {
		struct parcel_item *item = &parcel->items[i];

		if (item->replaces != UINT64_MAX)
			item->replaced_size =
			    stagedisk_fetch(stage, item->replaces, item->replaced);
	}
	parcel_verify(parcel, &verifier,
		      stage->campaign.manifest->has_roster ? &stage->campaign.roster : NULL);
}

static void
finish(struct stage *stage, const struct stage_chore *chore)
{
	const struct station_effect *effect = &chore->effect;
	struct station_event event = {.parcel = effect->parcel, .read = effect->read};

	switch (chore->kind) {
	case STAGE_VERIFY:
		event.kind = STATION_VERIFIED;
		verify(stage, effect->parcel);
		break;
	case STAGE_FETCH:
		event.kind = STATION_FETCHED;
		event.size =
		    stagedisk_fetch(stage, effect->index, station_fetch_room(stage->station));
		break;
	case STAGE_GATHER:
		event.kind = STATION_GATHERED;
		stagedisk_gather(stage, station_gather(stage->station));
		break;
	case STAGE_COMMIT:
		event.kind = STATION_COMMITTED;
		stagedisk_commit(stage, effect->batch);
		event.checksum = stage->batches[stage->batches_count - 1].checksum;
		stage->space -= effect->batch->entries_size + 64;
		event.space = stage->space;
		break;
	case STAGE_SIGN:
		event.kind = STATION_SIGNED;
		stagedisk_sign(stage, &effect->sign);
		event.note = stage_note(stage);
		break;
	case STAGE_READ:
		event.kind = STATION_READ;
		stagedisk_read(stage, effect->read);
		break;
	case STAGE_PUBLISH:
		event.kind = STATION_PUBLISHED;
		stagedisk_publish(stage);
		event.ok = !stage->publish_fails && !stage->publish_fails_late;
		event.size = stage->published_count > 0
				 ? stage->published[stage->published_count - 1].size
				 : 0;
		break;
	case STAGE_KEEP:
		event.kind = STATION_KEPT;
		stagedisk_keep(stage);
		event.ok = !stage->keep_fails;
		break;
	case STAGE_CHORES:
		fail();
	}
	stage_step(stage, event);
}

/* A chore that is due, any of them; false if there is none. */
static bool
finish_one(struct stage *stage)
{
	size_t first = (size_t)test_random_below(&stage->random, stage->chores_count + 1);

	for (size_t i = 0; i < stage->chores_count; i++) {
		size_t at = (first + i) % stage->chores_count;
		struct stage_chore chore = stage->chores[at];

		if (chore.due_ms > stage->mono_ms || stage->delays[chore.kind].held)
			continue;
		stage->chores[at] = stage->chores[--stage->chores_count];
		finish(stage, &chore);
		return true;
	}
	return false;
}

size_t
stage_pending(const struct stage *stage, enum stage_chore_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < stage->chores_count; i++)
		count += stage->chores[i].kind == kind;
	return count;
}

void
stage_hold(struct stage *stage, enum stage_chore_kind kind)
{
	stage->delays[kind].held = true;
}

void
stage_release(struct stage *stage, enum stage_chore_kind kind)
{
	stage->delays[kind].held = false;
}

void
stage_settle(struct stage *stage)
{
	bool moved = true;

	stage->settling = true;
	while (moved) {
		unsigned used = stage->sockets_used;
		unsigned first = (unsigned)test_random_below(&stage->random, used + 1);

		moved = false;
		for (unsigned i = 0; i < used; i++)
			moved |= stagesocket_move(stage, (first + i) % used);
		while (finish_one(stage))
			moved = true;
		moved |= act(stage);
	}
	stage->settling = false;
}

static void
pass(struct stage *stage, uint64_t ms)
{
	stage->mono_ms += ms;
	if (stage->mono_ms >= stage->next_tick_ms) {
		stage->next_tick_ms = stage->mono_ms + tick_ms;
		stage_step(stage, (struct station_event){.kind = STATION_TICK});
	}
	stage_settle(stage);
}

void
stage_run(struct stage *stage, uint64_t ms)
{
	stage_settle(stage);
	for (uint64_t at = 0; at < ms; at += STEP_MS)
		pass(stage, STEP_MS);
}

void
stage_sleep(struct stage *stage, uint64_t ms)
{
	stage_settle(stage);
	for (uint64_t at = 0; at < ms; at += LONG_STEP_MS)
		pass(stage, LONG_STEP_MS);
}

/* --- life --------------------------------------------------------------------------------- */

static void
set_delays(struct stage *stage)
{
	stage->delays[STAGE_VERIFY] = (struct stage_delay){1, 1, false};
	stage->delays[STAGE_FETCH] = (struct stage_delay){1, 1, false};
	stage->delays[STAGE_GATHER] = (struct stage_delay){1, 1, false};
	stage->delays[STAGE_COMMIT] = (struct stage_delay){2, 2, false};
	stage->delays[STAGE_SIGN] = (struct stage_delay){2, 2, false};
	stage->delays[STAGE_READ] = (struct stage_delay){1, 1, false};
	stage->delays[STAGE_PUBLISH] = (struct stage_delay){5, 5, false};
	stage->delays[STAGE_KEEP] = (struct stage_delay){5, 5, false};
	for (size_t i = 0; stage->wish.unordered && i < STAGE_CHORES; i++) {
		stage->delays[i].least_ms = 0;
		stage->delays[i].most_ms *= 20;
	}
}

struct stage *
stage_make(const struct stage_wish *wish, struct test_random random)
{
	struct stage *stage = calloc(1, sizeof *stage);

	assert_non_null(stage);
	stage->random = random;
	stage->wish = *wish;
	if (stage->wish.workers == 0)
		stage->wish.workers = 2;
	stage->space = wish->space > 0 ? wish->space : (uint64_t)1 << 40;
	stage->mono_ms = 1000000;
	stage_wall_set(stage, wish->now != NULL ? wish->now : "2026-01-10T12:00:00Z");
	set_delays(stage);
	campaign_make(&stage->campaign, &wish->campaign);
	stagedisk_found(stage);
	stagedisk_start(stage, false);
	return stage;
}

void
stage_free(struct stage *stage)
{
	stagedisk_drop(stage);
	stagedisk_free(stage);
	for (unsigned i = 0; i < connections_max; i++) {
		free(stage->sockets[i].in);
		free(stage->sockets[i].out);
	}
	campaign_free(&stage->campaign);
	free(stage);
}

void
stage_crash(struct stage *stage)
{
	for (size_t i = 0; i < stage->chores_count; i++) {
		const struct stage_chore *chore = &stage->chores[i];

		if (test_random_below(&stage->random, 2) == 0)
			continue;
		if (chore->kind == STAGE_COMMIT)
			stagedisk_commit(stage, chore->effect.batch);
		else if (chore->kind == STAGE_SIGN)
			stagedisk_sign(stage, &chore->effect.sign);
		else if (chore->kind == STAGE_PUBLISH)
			stagedisk_publish(stage);
		else if (chore->kind == STAGE_KEEP)
			stagedisk_keep(stage);
	}
	stage->chores_count = 0;
	for (unsigned i = 0; i < connections_max; i++)
		stage->sockets[i].open = false;
	stagedisk_drop(stage);
}

void
stage_restart(struct stage *stage, bool kept)
{
	stage->stopped = false;
	stage->next_tick_ms = 0;
	stagedisk_start(stage, kept);
}
