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

static uint64_t
published(const struct stage *stage)
{
	return stage->published_count == 0 ? 0
					   : stage->published[stage->published_count - 1].size;
}

static void
stop(struct stage *stage)
{
	stage_step(stage, (struct station_event){.kind = STATION_STOP});
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

/* A size that was shown counts, even if what comes behind its checkpoint failed: no later one
 * follows by fewer ballots than publish_min. */
static void
test_publishing_fails_late(void **state)
{
	struct stage *stage =
	    open_stage((struct campaign_wish){.publish_min = 10, .publish_every_s = 1});
	struct guest guest = guest_join(stage, 0);
	size_t shown;

	(void)state;
	stage_sleep(stage, 2000);
	stage->publish_fails_late = true;
	votes(&guest, 0, 10);
	stage_sleep(stage, 2000);
	stage->publish_fails_late = false;
	shown = stage->published_count;
	assert_true(shown > 0);
	votes(&guest, 10, 1);
	stage_sleep(stage, 20000);
	for (size_t i = shown; i < stage->published_count; i++)
		assert_int_equal(stage->published[i].size, stage->published[shown - 1].size);
	votes(&guest, 11, 9);
	stage_sleep(stage, 20000);
	assert_int_equal(published(stage), stage->entries_count);
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
	    cmocka_unit_test(test_publishing),
	    cmocka_unit_test(test_publishing_at_close),
	    cmocka_unit_test(test_few_ballots_after_law),
	    cmocka_unit_test(test_publishing_after_a_start),
	    cmocka_unit_test(test_publishing_fails),
	    cmocka_unit_test(test_publishing_fails_late),
	    cmocka_unit_test(test_publishing_on_a_full_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
