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

/* --- publishing --------------------------------------------------------------------------- */

static uint64_t
published(const struct stage *stage)
{
	return stage->published_count == 0 ? 0
					   : stage->published[stage->published_count - 1].size;
}

/* The law is public at once; a few ballots are not, many are when it is time. */
static void
test_publishing(void **state)
{
	struct stage *stage =
	    open_stage((struct campaign_wish){.publish_min = 10, .publish_every_s = 20});
	struct guest guest = guest_join(stage, 0);
	size_t count;

	(void)state;
	stage_sleep(stage, 21000);
	assert_int_equal(published(stage), stage->entries_count);
	count = stage->published_count;
	votes(&guest, 0, 9);
	stage_sleep(stage, 60000);
	assert_int_equal(stage->published_count, count);
	votes(&guest, 9, 1);
	stage_sleep(stage, 1000);
	assert_int_equal(stage->published_count, count + 1);
	assert_int_equal(published(stage), stage->entries_count);
	/* with a tally over it */
	assert_int_equal(stage->entries[stage->entries_count - 1].data[0], TALLY_ENTRY_TALLY);
	votes(&guest, 10, 10);
	stage_sleep(stage, 15000);
	assert_int_equal(stage->published_count, count + 1);
	stage_sleep(stage, 10000);
	assert_int_equal(stage->published_count, count + 2);
	stage_sleep(stage, 60000);
	assert_int_equal(stage->published_count, count + 2);
	end(stage);
}

static void
test_publishing_at_close(void **state)
{
	struct stage *stage = make((struct stage_wish){.now = "2026-01-31T19:58:00Z"});
	struct guest guest;

	(void)state;
	stage_run(stage, 1000);
	guest = guest_join(stage, 0);
	votes(&guest, 1, 3);
	stage_sleep(stage, 115000);
	assert_true(published(stage) < stage->entries_count - 2);
	stage_sleep(stage, 10000);
	assert_int_equal(phase(stage), TALLY_PHASE_CLOSED);
	assert_int_equal(published(stage), stage->entries_count);
	assert_int_equal(stage->entries[stage->entries_count - 1].data[0], TALLY_ENTRY_TALLY);
	end(stage);
}

/* Changes of the law are due to be published; before they are signed a few ballots come. They
 * are not published with them. */
static void
test_few_ballots_after_law(void **state)
{
	struct stage *stage = open_stage((struct campaign_wish){0});
	struct guest guest = guest_join(stage, 0);
	uint8_t memory[2][1024];
	struct bytes notice = {NULL, 0};
	size_t first;

	(void)state;
	stage_sleep(stage, 65000);
	assert_int_equal(published(stage), stage->entries_count);
	stage_hold(stage, STAGE_SIGN); /* the first is being signed when the second comes */
	for (uint32_t i = 0; i < 2; i++) {
		notice = campaign_notice(&stage->campaign, notice, i + 1, TALLY_NOTICE_EXTEND,
					 1769889600 + 60 + 60 * (int64_t)i, memory[i], 1024);
		guest_ask(&guest, TALLY_MESSAGE_NOTICE, notice);
		stage_run(stage, 500);
		guest_expect(&guest, TALLY_ACCEPTED);
	}
	stage_sleep(stage, 61000);
	votes(&guest, 1, 3);
	stage_release(stage, STAGE_SIGN);
	stage_run(stage, 2000);
	first = stage_find(stage, TALLY_ENTRY_BALLOT, 0);
	assert_int_equal(stage->remembered.size, stage->entries_count);
	assert_true(published(stage) <= first);
	stage_sleep(stage, 200000);
	assert_true(published(stage) <= first);
	end(stage);
}

/* After a start all that was public is known to be. */
static void
test_publishing_after_a_start(void **state)
{
	struct stage *stage =
	    open_stage((struct campaign_wish){.publish_min = 10, .publish_every_s = 5});
	struct guest guest = guest_join(stage, 0);
	size_t count;

	(void)state;
	votes(&guest, 0, 20);
	stage->publish_fails = true;
	stage_sleep(stage, 60000); /* tallied, signed, not published */
	stage_crash(stage);
	stage->publish_fails = false;
	stage_restart(stage, false);
	stage_sleep(stage, 10000);
	assert_int_equal(published(stage), stage->entries_count);
	count = stage->published_count;
	guest = guest_join(stage, 0);
	votes(&guest, 20, 9);
	stage_sleep(stage, 60000);
	assert_int_equal(stage->published_count, count);
	votes(&guest, 29, 1);
	stage_sleep(stage, 10000);
	assert_int_equal(stage->published_count, count + 1);
	end(stage);
}

static void
test_publishing_fails(void **state)
{
	struct stage *stage =
	    open_stage((struct campaign_wish){.publish_min = 1, .publish_every_s = 1});
	struct guest guest = guest_join(stage, 0);
	size_t asked;

	(void)state;
	stage_sleep(stage, 2000);
	stage->publish_fails = true;
	asked = stage->asked[STAGE_PUBLISH];
	votes(&guest, 1, 1);
	stage_sleep(stage, 20000);
	assert_in_range(stage->asked[STAGE_PUBLISH] - asked, 3, 5); /* every 5 s */
	stage->publish_fails = false;
	stage_sleep(stage, 6000);
	assert_int_equal(published(stage), stage->entries_count);
	end(stage);
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

/* No room for a tally: what is signed is published without it. */
static void
test_publishing_on_a_full_disk(void **state)
{
	struct stage *stage = open_stage((struct campaign_wish){.publish_min = 1});
	struct guest guest = guest_join(stage, 0);

	(void)state;
	stage_sleep(stage, 61000);
	votes(&guest, 1, 5);
	stage->space = 0;
	stage_step(stage, (struct station_event){.kind = STATION_SPACE, .space = 0});
	stop(stage);
	stage_run(stage, 10000);
	assert_true(stage->stopped);
	assert_int_equal(published(stage), stage->entries_count);
	assert_int_equal(stage->entries[stage->entries_count - 1].data[0], TALLY_ENTRY_BALLOT);
	end(stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_phases_by_the_clock),
	    cmocka_unit_test(test_down_over_closing),
	    cmocka_unit_test(test_down_over_everything),
	    cmocka_unit_test(test_clock_jumps_forward),
	    cmocka_unit_test(test_clock_jumps_and_returns),
	    cmocka_unit_test(test_clock_jumps_back),
	    cmocka_unit_test(test_clock_slews),
	    cmocka_unit_test(test_publishing),
	    cmocka_unit_test(test_publishing_at_close),
	    cmocka_unit_test(test_few_ballots_after_law),
	    cmocka_unit_test(test_publishing_after_a_start),
	    cmocka_unit_test(test_publishing_fails),
	    cmocka_unit_test(test_signing),
	    cmocka_unit_test(test_keeping),
	    cmocka_unit_test(test_keeping_waits_for_signing),
	    cmocka_unit_test(test_stopping_order),
	    cmocka_unit_test(test_stopping_with_few_ballots),
	    cmocka_unit_test(test_stopping_at_once),
	    cmocka_unit_test(test_stopping_in_trouble),
	    cmocka_unit_test(test_publishing_on_a_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
