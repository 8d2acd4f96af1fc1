#include "station/station.h"

#include <sodium.h>

#include "ledger/entry.h"
#include "tests/lib/guest.h"
#include "tests/lib/naive.h"
#include "tests/lib/pollbook.h"

/* --- restoring ---------------------------------------------------------------------------- */

/* A station that has replayed the campaign's entries of a stage, and nothing else. */
struct fresh {
	struct station *station;
	void *memory;
	struct pollbook_table pollbook;
};

static void
fresh_make(struct fresh *fresh, const struct stage *stage)
{
	const struct manifest *manifest = stage->campaign.manifest;
	const struct pollbook_capacity capacity = {.voters_max = manifest->voters_max,
						   .ballots_max = 4};
	static const uint8_t seed[16] = {3};

	test_pollbook_make(&fresh->pollbook, &capacity, seed);
	fresh->memory = aligned_alloc(64, (station_memory(manifest) + 63) / 64 * 64);
	assert_non_null(fresh->memory);
	memset(fresh->memory, 0, station_memory(manifest));
	fresh->station =
	    station_init(fresh->memory, &(struct station_setup){.manifest = manifest,
								.pollbook = &fresh->pollbook,
								.workers_count = 1,
								.space = 1 << 20,
								.wall_ms = stage_wall_ms(stage),
								.mono_ms = stage->mono_ms});
}

static void
fresh_free(struct fresh *fresh)
{
	free(fresh->memory);
	test_pollbook_free(&fresh->pollbook);
}

static const char *
restore(struct fresh *fresh, struct bytes entry, struct bytes replaced)
{
	struct station_glance glance;
	struct bytes text;
	const char *broken;

	station_glance(fresh->station, entry, &glance);
	broken = station_restore_entry(fresh->station, &glance, replaced, &text);
	if (broken == NULL)
		station_restore_leaves(fresh->station, &glance.leaf, 1);
	return broken;
}

static struct bytes
entry_of(const struct stage *stage, size_t at)
{
	return bytes_make(stage->entries[at].data, stage->entries[at].size);
}

/* The ballot that was counted is subtracted, and none that somebody put in its place. */
static void
refuses_another(struct fresh *fresh, struct bytes entry, struct bytes replaced)
{
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];

	for (size_t at = 0; at < BALLOT_CHOICES_OFFSET + 8; at++) {
		memcpy(memory, replaced.data, replaced.size);
		memory[at] ^= 1;
		assert_non_null(restore(fresh, entry, bytes_make(memory, replaced.size)));
	}
}

/* A ballot of a valid shape for an option that there is not. */
static void
refuses_against_the_rules(struct fresh *fresh, struct bytes entry)
{
	uint8_t memory[1 + TALLY_BALLOT_SIZE_MAX];
	size_t option = 1 + BALLOT_CHOICES_OFFSET + 2;
	struct station_glance glance;
	struct bytes changed;
	struct ballot ballot;
	const char *broken;

	memcpy(memory, entry.data, entry.size);
	changed = bytes_make(memory, entry.size);
	memory[option] = 0x7f;
	assert_int_equal(ballot_parse(bytes_make(memory + 1, entry.size - 1), &ballot),
			 TALLY_ACCEPTED);
	station_glance(fresh->station, changed, &glance);
	assert_false(glance.is_ballot);
	broken = restore(fresh, changed, bytes_make(NULL, 0));
	assert_string_equal(broken, replay_fault_sentence(REPLAY_BALLOT_MALFORMED));
}

/* Every entry of a log can be restored at its place, and nothing else at any place. */
static void
test_restore_refuses(void **state)
{
	struct stage *stage =
	    stage_make(&(struct stage_wish){.campaign = {.revisions_max = 4, .tally_every = 3}},
		       (struct test_random){1});
	struct guest guest;
	struct fresh fresh;

	(void)state;
	stage_run(stage, 500);
	guest = guest_join(stage, 0);
	for (uint64_t voter = 0; voter < 5; voter++)
		for (uint16_t revision = 1; revision <= 3; revision++)
			guest_vote(&guest, voter, revision, (uint16_t)(voter % 3));
	stage_run(stage, 1000);
	fresh_make(&fresh, stage);
	for (size_t i = 0; i < stage->entries_count; i++) {
		struct bytes entry = entry_of(stage, i);
		struct bytes replaced = {NULL, 0};
		struct station_glance glance;
		uint64_t needs;

		station_glance(fresh.station, entry, &glance);
		needs = station_restore_needs(fresh.station, &glance);

		/* A later entry in its place: refused, but for ballots of other voters. */
		for (size_t k = i + 1; k < stage->entries_count; k++) {
			struct bytes other = entry_of(stage, k);

			if (other.data[0] == TALLY_ENTRY_BALLOT && i > 1)
				continue;
			assert_non_null(restore(&fresh, other, bytes_make(NULL, 0)));
		}
		assert_non_null(restore(&fresh, bytes_make(entry.data, entry.size - 1),
					bytes_make(NULL, 0)));
		if (needs != UINT64_MAX) {
			assert_non_null(restore(&fresh, entry, bytes_make(NULL, 0)));
			replaced = entry_of(stage, needs);
			replaced = bytes_make(replaced.data + 1, replaced.size - 1);
			refuses_another(&fresh, entry, replaced);
		}
		if (entry.data[0] == TALLY_ENTRY_BALLOT)
			refuses_against_the_rules(&fresh, entry);
		assert_null(restore(&fresh, entry, replaced));
		assert_int_equal(station_size(fresh.station), i + 1);
		/* And not twice. */
		assert_non_null(restore(&fresh, entry, replaced));
	}
	fresh_free(&fresh);
	stage_free(stage);
}

static void
test_restore_state_refuses(void **state)
{
	struct stage *stage = stage_make(&(struct stage_wish){.campaign = {.publish_min = 1}},
					 (struct test_random){1});
	struct guest guest;
	struct fresh fresh;
	struct frontier frontier;
	struct bytes blob;

	(void)state;
	stage_run(stage, 500);
	guest = guest_join(stage, 0);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 500);
	stage_step(stage, (struct station_event){.kind = STATION_STOP});
	stage_run(stage, 1000);
	assert_int_equal(stage->kept.index, stage->entries_count);
	blob = bytes_make(stage->kept.replay, stage->kept.replay_size);
	fresh_make(&fresh, stage);
	for (size_t size = 0; size < blob.size; size++) {
		assert_false(station_restore_state(fresh.station, bytes_make(blob.data, size),
						   &stage->kept.frontier));
		station_restore_nothing(fresh.station);
	}
	frontier = stage->kept.frontier;
	frontier.size--;
	assert_false(station_restore_state(fresh.station, blob, &frontier));
	station_restore_nothing(fresh.station);
	assert_true(station_restore_state(fresh.station, blob, &stage->kept.frontier));
	assert_int_equal(station_size(fresh.station), stage->entries_count);
	fresh_free(&fresh);
	stage_free(stage);
}

/* From nothing and from a kept state: the same station, which knows every ballot. */
static void
test_restart_either_way(void **state)
{
	struct stage *stage =
	    stage_make(&(struct stage_wish){.campaign = {.revisions_max = 4,
							 .tally_every = 7,
							 .publish_min = 1,
							 .publish_every_s = 1}},
		       (struct test_random){1});
	struct guest guest;
	uint64_t indices[60];

	(void)state;
	stage_run(stage, 500);
	guest = guest_join(stage, 0);
	for (uint64_t i = 0; i < 60; i++) {
		guest_vote(&guest, i % 20, (uint16_t)(1 + i / 20), (uint16_t)(i % 3));
		stage_run(stage, 200);
		indices[i] = guest_expect(&guest, TALLY_ACCEPTED);
	}
	assert_true(stage->kept.index > 10 && stage->kept.index < stage->entries_count);
	for (int way = 0; way < 2; way++) {
		stage_crash(stage);
		stage_restart(stage, way == 0);
		naive_compare(stage);
		stage_run(stage, 500);
		guest = guest_join(stage, 0);
		for (uint64_t i = 0; i < 60; i++)
			guest_vote(&guest, i % 20, (uint16_t)(1 + i / 20), (uint16_t)(i % 3));
		guest_vote(&guest, 5, 2, 0);
		stage_run(stage, 100);
		for (size_t i = 0; i < 60; i++)
			assert_int_equal(guest_expect(&guest, TALLY_ACCEPTED), indices[i]);
		guest_expect(&guest, TALLY_SUPERSEDED);
	}
	stage_free(stage);
}

/* A batch that ends where a TALLY is owed is durable when the process dies; false if this seed's
 * crash lost it. */
static bool
tally_owed_over_a_crash(uint64_t seed)
{
	struct stage *stage = stage_make(
	    &(struct stage_wish){.campaign = {.tally_every = 2, .publish_min = 1000}},
	    (struct test_random){seed});
	struct guest guest;
	size_t before, after;

	stage_run(stage, 500);
	guest = guest_join(stage, 0);
	stage_hold(stage, STAGE_COMMIT);
	for (uint64_t voter = 0; voter < 8; voter++)
		guest_vote(&guest, voter, 1, 0);
	stage_run(stage, 100);
	stage->delays[STAGE_COMMIT] = (struct stage_delay){1000, 1000, false};
	stage_run(stage, 100); /* the first batch is durable, the second on its way */
	before = stage->entries_count;
	stage_crash(stage);
	after = stage->entries_count;
	stage_restart(stage, false);
	if (after > before) {
		assert_int_equal(stage->entries[after - 2].data[0], TALLY_ENTRY_BALLOT);
		assert_int_equal(stage->entries[after - 1].data[0], TALLY_ENTRY_BALLOT);
		guest = guest_join(stage, 0);
		guest_vote(&guest, 100, 1, 0);
		stage_run(stage, 2000);
		guest_expect(&guest, TALLY_ACCEPTED);
		assert_int_equal(stage->entries[after].data[0], TALLY_ENTRY_TALLY);
	}
	stage_free(stage);
	return after > before;
}

static void
test_tally_owed_over_a_crash(void **state)
{
	unsigned durable = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++)
		durable += tally_owed_over_a_crash(seed);
	assert_true(durable > 0);
}

/* --- a run is its events ------------------------------------------------------------------ */

static void
run_and_hash(uint64_t seed, uint8_t hash[32])
{
	struct stage *stage =
	    stage_make(&(struct stage_wish){.unordered = true,
					    .pieces = true,
					    .workers = 3,
					    .campaign = {.revisions_max = 4, .tally_every = 5}},
		       (struct test_random){seed});
	struct guest guests[3];
	crypto_hash_sha256_state all;

	crypto_hash_sha256_init(&all);
	for (int i = 0; i < 3; i++)
		guests[i] = guest_join(stage, i - 1 < 0 ? GUEST_ANONYMOUS : 0);
	for (uint64_t i = 0; i < 100; i++) {
		guest_vote(&guests[i % 3], i % 30, (uint16_t)(1 + i / 30), (uint16_t)(i % 3));
		guest_receipt(&guests[i % 3], i % 2);
		stage_run(stage, 20);
	}
	stage_run(stage, 2000);
	for (int i = 0; i < 3; i++) {
		struct bytes got = stage_received(stage, guests[i].number);

		crypto_hash_sha256_update(&all, got.data, got.size);
	}
	for (size_t i = 0; i < stage->entries_count; i++)
		crypto_hash_sha256_update(&all, stage->entries[i].data, stage->entries[i].size);
	crypto_hash_sha256_final(&all, hash);
	stage_free(stage);
}

static void
test_a_run_is_its_events(void **state)
{
	uint8_t first[32], again[32], another[32];

	(void)state;
	run_and_hash(7, first);
	run_and_hash(7, again);
	run_and_hash(8, another);
	assert_memory_equal(first, again, 32);
	assert_memory_not_equal(first, another, 32);
}

/* Salts of TALLY entries cannot be guessed from the log, and never repeat. */
static void
test_salts(void **state)
{
	struct stage *stage = stage_make(&(struct stage_wish){.campaign = {.tally_every = 1}},
					 (struct test_random){1});
	struct guest guest;
	const uint8_t *before = NULL;

	(void)state;
	stage_run(stage, 500);
	guest = guest_join(stage, 0);
	for (uint64_t voter = 0; voter < 10; voter++) {
		guest_vote(&guest, voter, 1, 0);
		stage_run(stage, 20);
	}
	assert_true(stage_count(stage, TALLY_ENTRY_TALLY) >= 9);
	for (size_t i = 0; i < stage->entries_count; i++) {
		if (stage->entries[i].data[0] != TALLY_ENTRY_TALLY)
			continue;
		if (before != NULL)
			assert_memory_not_equal(before, stage->entries[i].data + 9, 32);
		before = stage->entries[i].data + 9;
	}
	stage_free(stage);
}

static void
test_trouble(void **state)
{
	struct stage *stage = stage_make(&(struct stage_wish){0}, (struct test_random){1});

	(void)state;
	stage_run(stage, 500);
	assert_null(station_trouble(stage->station));
	stage_step(stage, (struct station_event){.kind = STATION_SPACE, .space = 40000});
	assert_non_null(station_trouble(stage->station));
	stage_step(stage, (struct station_event){.kind = STATION_SPACE, .space = 1 << 20});
	assert_null(station_trouble(stage->station));
	stage_free(stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_restore_refuses),
	    cmocka_unit_test(test_restore_state_refuses),
	    cmocka_unit_test(test_restart_either_way),
	    cmocka_unit_test(test_tally_owed_over_a_crash),
	    cmocka_unit_test(test_a_run_is_its_events),
	    cmocka_unit_test(test_salts),
	    cmocka_unit_test(test_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
