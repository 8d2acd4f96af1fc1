#include "tests/lib/guest.h"
#include "tests/lib/naive.h"

static struct stage *
make(struct stage_wish wish)
{
	return stage_make(&wish, (struct test_random){1});
}

static struct stage *
open_stage(struct campaign_wish campaign)
{
	struct stage *stage = make((struct stage_wish){.campaign = campaign});

	stage_run(stage, 1000);
	return stage;
}

static void
end(struct stage *stage)
{
	stage_run(stage, 500);
	naive_compare(stage);
	stage_free(stage);
}

static void
votes(struct guest *guest, uint64_t first, uint64_t count)
{
	size_t total;

	for (uint64_t i = 0; i < count; i++)
		guest_vote(guest, first + i, 1, 0);
	stage_run(guest->stage, 100);
	assert_int_equal(guest_verdicts(guest, TALLY_ACCEPTED, &total), count);
}

static enum tally_phase
phase(const struct stage *stage)
{
	return station_law(stage->station)->phase;
}

/* --- the clock ---------------------------------------------------------------------------- */

static void
test_phases_by_the_clock(void **state)
{
	struct stage *stage = make((struct stage_wish){.now = "2026-01-01T07:59:50Z"});
	size_t at;

	(void)state;
	stage_run(stage, 9000);
	assert_int_equal(phase(stage), TALLY_PHASE_BEFORE);
	assert_int_equal(stage_count(stage, TALLY_ENTRY_PHASE), 0);
	stage_run(stage, 2000);
	assert_int_equal(phase(stage), TALLY_PHASE_OPEN);
	at = stage_find(stage, TALLY_ENTRY_PHASE, 0);
	/* open, by the clock, 2026-01-01T08:00Z */
	assert_memory_equal(stage->entries[at].data, "\x04\x01\x01", 3);
	assert_int_equal(be32_load(stage->entries[at].data + 3), 29454240);
	assert_string_equal(stage->last_said, "voting is open");
	end(stage);
}

/* Down over the closing time: CLOSE is the first thing that happens. */
static void
test_down_over_closing(void **state)
{
	struct stage *stage = open_stage((struct campaign_wish){0});
	struct guest guest;

	(void)state;
	stage_crash(stage);
	stage_wall_set(stage, "2026-01-31T20:00:00Z");
	stage_restart(stage, true);
	stage_step(stage, (struct station_event){.kind = STATION_TICK});
	guest = guest_join(stage, 0);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 100);
	guest_expect(&guest, TALLY_CLOSED);
	assert_int_equal(phase(stage), TALLY_PHASE_CLOSED);
	end(stage);
}

static void
test_down_over_everything(void **state)
{
	struct stage *stage = make((struct stage_wish){.now = "2026-02-05T00:00:00Z"});

	(void)state;
	stage_run(stage, 500);
	assert_int_equal(phase(stage), TALLY_PHASE_CLOSED);
	assert_int_equal(stage_count(stage, TALLY_ENTRY_PHASE), 1);
	end(stage);
}

static void
test_clock_jumps_forward(void **state)
{
	struct stage *stage = open_stage((struct campaign_wish){0});
	unsigned said = stage->said;

	(void)state;
	stage_wall_set(stage, "2026-02-01T00:00:00Z");
	stage_run(stage, 1000);
	assert_int_equal(stage->said, said + 1);
	stage_sleep(stage, 57000);
	assert_int_equal(phase(stage), TALLY_PHASE_OPEN);
	stage_sleep(stage, 3000);
	assert_int_equal(phase(stage), TALLY_PHASE_CLOSED);
	end(stage);
}

/* Forward and back again within the minute: nothing has happened. */
static void
test_clock_jumps_and_returns(void **state)
{
	struct stage *stage = open_stage((struct campaign_wish){0});
	int64_t offset = stage->wall_offset_ms;

	(void)state;
	stage_wall_set(stage, "2026-02-01T00:00:00Z");
	stage_sleep(stage, 50000);
	stage->wall_offset_ms = offset;
	stage_sleep(stage, 50000);
	stage->wall_offset_ms += 3000000000; /* past the end again */
	stage_sleep(stage, 50000);
	stage->wall_offset_ms = offset;
	stage_sleep(stage, 200000);
	assert_int_equal(phase(stage), TALLY_PHASE_OPEN);
	assert_int_equal(stage_count(stage, TALLY_ENTRY_PHASE), 1);
	end(stage);
}

/* Ballots that come too early, without an end, and faster than they are refused: voting opens. */
static void
test_opening_beside_a_flood(void **state)
{
	struct stage *stage = make(
	    (struct stage_wish){.now = "2026-01-01T07:59:59Z", .campaign = {.frontends = 2}});
	struct guest guests[] = {guest_join(stage, 0), guest_join(stage, 1)};
	const size_t guests_count = sizeof guests / sizeof guests[0];
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct bytes ballot = guest_ballot(stage, 1, 1, 0, memory);
	size_t full = 0;

	(void)state;
	memory[ballot.size - 1] ^= 1;
	assert_int_equal(phase(stage), TALLY_PHASE_BEFORE);
	for (int turn = 0; turn < 300; turn++) {
		for (size_t i = 0; i < guests_count; i++) {
			const struct stage_socket *socket = &stage->sockets[guests[i].number];

			while (socket->in_end - socket->in_first < receive_bytes)
				guest_submit(&guests[i], ballot);
		}
		stage_run(stage, 5);
		full += stage->station->items_count == pipeline_items;
	}
	assert_true(full > 250);
	assert_int_equal(phase(stage), TALLY_PHASE_OPEN);
	stage_free(stage);
}

/* A clock that goes back does not take a phase back. */
static void
test_clock_jumps_back(void **state)
{
	struct stage *stage = open_stage((struct campaign_wish){0});
	struct guest guest = guest_join(stage, 0);

	(void)state;
	stage_wall_set(stage, "2026-01-01T00:00:00Z");
	stage_sleep(stage, 100000);
	assert_int_equal(phase(stage), TALLY_PHASE_OPEN);
	votes(&guest, 1, 1);
	end(stage);
}

/* Slewing is not jumping. */
static void
test_clock_slews(void **state)
{
	struct stage *stage = make((struct stage_wish){.now = "2026-01-31T19:57:00Z"});

	(void)state;
	for (int i = 0; i < 5 * 60; i++) {
		stage->wall_offset_ms -= 10;
		stage_sleep(stage, 1000);
	}
	assert_int_equal(phase(stage), TALLY_PHASE_CLOSED);
	end(stage);
}

static uint64_t
published(const struct stage *stage)
{
	return stage->published_count == 0 ? 0
					   : stage->published[stage->published_count - 1].size;
}

/* --- signing and keeping ------------------------------------------------------------------ */

static void
test_signing(void **state)
{
	struct stage *stage = open_stage((struct campaign_wish){.publish_min = 1000});
	struct guest guest = guest_join(stage, 0);
	size_t asked = stage->asked[STAGE_SIGN];

	(void)state;
	stage_sleep(stage, 5000);
	assert_int_equal(stage->asked[STAGE_SIGN], asked); /* nothing new */
	for (uint64_t voter = 0; voter < 400; voter++) {
		guest_vote(&guest, voter, 1, 0);
		stage_run(stage, 5);
	}
	assert_in_range(stage->asked[STAGE_SIGN] - asked, 8, 11); /* 2 s */
	stage_run(stage, 250);
	assert_int_equal(stage->remembered.size, stage->entries_count);
	assert_int_equal(stage->station->newest.size, stage->entries_count);
	end(stage);
}

/* Every 5 s while there is change; what is kept is what the log says at its index. */
static void
test_keeping(void **state)
{
	struct stage *stage =
	    open_stage((struct campaign_wish){.publish_min = 1, .publish_every_s = 1});
	struct guest guest = guest_join(stage, 0);

	(void)state;
	for (uint64_t voter = 0; voter < 21; voter++) {
		guest_vote(&guest, voter, 1, 0);
		stage_run(stage, 1000);
	}
	assert_in_range(stage->asked[STAGE_KEEP], 3, 4);
	assert_true(stage->kept.index > 0);
	stage_crash(stage);
	stage_restart(stage, true);
	stage_run(stage, 1000);
	guest = guest_join(stage, 0);
	votes(&guest, 100, 1);
	guest_vote(&guest, 3, 1, 0);
	guest_vote(&guest, 3, 1, 1);
	stage_run(stage, 100);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_HAS_VOTED);
	end(stage);
}

/* The remembered checkpoint first (L5). */
static void
test_keeping_waits_for_signing(void **state)
{
	struct stage *stage = open_stage((struct campaign_wish){0});
	struct guest guest = guest_join(stage, 0);

	(void)state;
	stage_sleep(stage, 6000);
	stage_hold(stage, STAGE_SIGN);
	votes(&guest, 1, 1);
	stage_sleep(stage, 10000);
	assert_int_equal(stage->asked[STAGE_KEEP], 0);
	stage_release(stage, STAGE_SIGN);
	stage_run(stage, 500);
	assert_int_equal(stage->asked[STAGE_KEEP], 1);
	end(stage);
}

/* A voter a second, for so long; how often it was kept meanwhile. */
static unsigned
kept_while_voting(struct stage *stage, struct guest *guest, uint64_t *voter, unsigned seconds)
{
	size_t before = stage->asked[STAGE_KEEP];

	for (unsigned i = 0; i < seconds; i++) {
		guest_vote(guest, (*voter)++, 1, 0);
		stage_run(stage, 1000);
	}
	return (unsigned)(stage->asked[STAGE_KEEP] - before);
}

/* What takes 4 s rests for 16; what takes 20 for a minute. */
static void
test_keeping_rests(void **state)
{
	struct stage *stage =
	    open_stage((struct campaign_wish){.publish_min = 1, .publish_every_s = 1});
	struct guest guest = guest_join(stage, 0);
	uint64_t voter = 0;

	(void)state;
	stage_hold(stage, STAGE_KEEP);
	while (kept_while_voting(stage, &guest, &voter, 1) == 0)
		assert_true(voter < 20);
	stage_run(stage, 4000);
	stage_release(stage, STAGE_KEEP);
	assert_int_equal(kept_while_voting(stage, &guest, &voter, 15), 0);
	assert_int_equal(kept_while_voting(stage, &guest, &voter, 7), 1);
	stage_hold(stage, STAGE_KEEP);
	while (kept_while_voting(stage, &guest, &voter, 1) == 0)
		assert_true(voter < 60);
	stage_run(stage, 20 * 1000);
	stage_release(stage, STAGE_KEEP);
	assert_int_equal(kept_while_voting(stage, &guest, &voter, 58), 0);
	assert_int_equal(kept_while_voting(stage, &guest, &voter, 5), 1);
	end(stage);
}

/* --- stopping ----------------------------------------------------------------------------- */

static void
stop(struct stage *stage)
{
	stage_step(stage, (struct station_event){.kind = STATION_STOP});
}

/* Drained, committed, signed, published, kept: each waits for the one before. */
static void
test_stopping_order(void **state)
{
	static const enum stage_chore_kind order[] = {STAGE_VERIFY, STAGE_COMMIT, STAGE_SIGN,
						      STAGE_PUBLISH, STAGE_KEEP};
	struct stage *stage = open_stage((struct campaign_wish){.publish_min = 2});
	struct guest guest = guest_join(stage, 0);
	struct guest idle = guest_join(stage, GUEST_ANONYMOUS);

	(void)state;
	for (size_t i = 0; i < 5; i++)
		stage_hold(stage, order[i]);
	guest_vote(&guest, 1, 1, 0);
	guest_vote(&guest, 2, 1, 0);
	stage_run(stage, 50);
	stop(stage);
	guest_vote(&guest, 3, 1, 0); /* too late to be taken */
	for (size_t i = 0; i < 5; i++) {
		stage_run(stage, 1000);
		assert_true(stage_pending(stage, order[i]) > 0);
		for (size_t later = i + 1; later < 5; later++)
			assert_int_equal(stage_pending(stage, order[later]), 0);
		assert_false(stage->stopped);
		stage_release(stage, order[i]);
	}
	stage_run(stage, 100);
	assert_true(stage->stopped);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect_goodbye(&guest, TALLY_STOPPING);
	guest_expect_goodbye(&idle, TALLY_STOPPING);
	assert_int_equal(published(stage), stage->entries_count);
	assert_int_equal(stage->kept.index, stage->entries_count);
	end(stage);
}

/* Too few ballots to be published: stopped all the same, and nothing is published. */
static void
test_stopping_with_few_ballots(void **state)
{
	struct stage *stage = open_stage((struct campaign_wish){0});
	struct guest guest = guest_join(stage, 0);
	uint64_t before;

	(void)state;
	stage_sleep(stage, 61000);
	before = published(stage);
	votes(&guest, 1, 5);
	stop(stage);
	stage_run(stage, 1000);
	assert_true(stage->stopped);
	assert_int_equal(published(stage), before);
	assert_int_equal(stage->remembered.size, stage->entries_count);
	end(stage);
}

/* A start, nothing new, a stop: what is kept is believed by the next start. */
static void
test_stopping_at_once(void **state)
{
	struct stage *stage = open_stage((struct campaign_wish){0});
	struct guest guest = guest_join(stage, 0);

	(void)state;
	votes(&guest, 1, 5);
	stage_crash(stage);
	stage_restart(stage, true);
	stage_run(stage, 500);
	stop(stage);
	stage_run(stage, 1000);
	assert_true(stage->stopped);
	assert_int_equal(stage->kept.index, stage->entries_count);
	end(stage);
}

/* Nothing that fails keeps the process alive. */
static void
test_stopping_in_trouble(void **state)
{
	struct stage *stage = open_stage((struct campaign_wish){.publish_min = 1});
	struct guest guest = guest_join(stage, 0);

	(void)state;
	stage_sleep(stage, 61000);
	votes(&guest, 1, 5);
	stage->publish_fails = true;
	stage->keep_fails = true;
	stage->space = 0;
	stage_step(stage, (struct station_event){.kind = STATION_SPACE, .space = 0});
	stop(stage);
	stage_run(stage, 10000);
	assert_true(stage->stopped);
	end(stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_phases_by_the_clock),
	    cmocka_unit_test(test_opening_beside_a_flood),
	    cmocka_unit_test(test_down_over_closing),
	    cmocka_unit_test(test_down_over_everything),
	    cmocka_unit_test(test_clock_jumps_forward),
	    cmocka_unit_test(test_clock_jumps_and_returns),
	    cmocka_unit_test(test_clock_jumps_back),
	    cmocka_unit_test(test_clock_slews),
	    cmocka_unit_test(test_signing),
	    cmocka_unit_test(test_keeping),
	    cmocka_unit_test(test_keeping_waits_for_signing),
	    cmocka_unit_test(test_keeping_rests),
	    cmocka_unit_test(test_stopping_order),
	    cmocka_unit_test(test_stopping_with_few_ballots),
	    cmocka_unit_test(test_stopping_at_once),
	    cmocka_unit_test(test_stopping_in_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
