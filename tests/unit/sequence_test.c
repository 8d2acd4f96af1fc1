#include "tests/lib/guest.h"
#include "tests/lib/naive.h"

/* A stage whose campaign is open and whose log has settled. */
static struct stage *
open_stage(struct stage_wish wish)
{
	struct stage *stage = stage_make(&wish, (struct test_random){1});

	stage_run(stage, 500);
	return stage;
}

static struct stage *
open_revotes(void)
{
	return open_stage((struct stage_wish){.campaign = {.revisions_max = 9}});
}

/* Everybody may vote once: the log ends right and says the same as what was answered. */
static void
end(struct stage *stage)
{
	stage_run(stage, 200);
	naive_compare(stage);
	stage_free(stage);
}

static void
assert_entry(const struct stage *stage, uint64_t index, struct bytes ballot)
{
	assert_true(index < stage->entries_count);
	assert_int_equal(stage->entries[index].data[0], TALLY_ENTRY_BALLOT);
	assert_true(bytes_equal(
	    bytes_make(stage->entries[index].data + 1, stage->entries[index].size - 1),
	    ballot));
}

static void
test_accepted(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest guest = guest_join(stage, 0);
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct bytes ballot = guest_ballot(stage, 1, 1, 2, memory);

	(void)state;
	guest_submit(&guest, ballot);
	guest_vote(&guest, 2, 1, 2);
	stage_run(stage, 50);
	assert_entry(stage, guest_expect(&guest, TALLY_ACCEPTED), ballot);
	assert_int_equal(guest_expect(&guest, TALLY_ACCEPTED), stage->entries_count - 1);
	assert_int_equal(stage->station->durable_standing.counts.ballots, 2);
	end(stage);
}

/* The same signed bytes: the first answer again, at once, later, and on another connection, as
 * long as the log stands, even when voting is closed. Another ballot: has voted. */
static void
test_policy_first(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){.campaign = {.frontends = 2}});
	struct guest guest = guest_join(stage, 0);
	struct guest other = guest_join(stage, 1);
	uint64_t index;

	(void)state;
	guest_vote(&guest, 1, 1, 0);
	guest_vote(&guest, 1, 1, 0);
	guest_vote(&guest, 1, 1, 1);
	stage_run(stage, 50);
	index = guest_expect(&guest, TALLY_ACCEPTED);
	assert_int_equal(guest_expect(&guest, TALLY_ACCEPTED), index);
	assert_int_equal(guest_expect(&guest, TALLY_HAS_VOTED), FRAME_NO_INDEX);
	guest_vote(&other, 1, 1, 0);
	stage_run(stage, 50);
	assert_int_equal(guest_expect(&other, TALLY_ACCEPTED), index);
	stage_wall_set(stage, "2026-01-31T20:00:00Z");
	stage_run(stage, 61000);
	assert_int_equal(station_law(stage->station)->phase, TALLY_PHASE_CLOSED);
	guest_vote(&guest, 1, 1, 0);
	guest_vote(&guest, 1, 1, 1);
	guest_vote(&guest, 9, 1, 1);
	stage_run(stage, 50);
	assert_int_equal(guest_expect(&guest, TALLY_ACCEPTED), index);
	guest_expect(&guest, TALLY_CLOSED);
	guest_expect(&guest, TALLY_CLOSED);
	assert_int_equal(stage_count(stage, TALLY_ENTRY_BALLOT), 1);
	end(stage);
}

static void
test_not_open_yet(void **state)
{
	struct stage *stage = stage_make(&(struct stage_wish){.now = "2026-01-01T07:59:59Z"},
					 (struct test_random){1});
	struct guest guest = guest_join(stage, 0);

	(void)state;
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 500);
	guest_expect(&guest, TALLY_NOT_OPEN_YET);
	stage_run(stage, 1000);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_ACCEPTED);
	end(stage);
}

/* What the workers found wrong is answered as it is, and the poll book is not asked. */
static void
test_not_genuine(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest guest = guest_join(stage, 0);
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct bytes ballot = guest_ballot(stage, 1, 1, 0, memory);

	(void)state;
	memory[ballot.size - 3] ^= 4;
	guest_submit(&guest, ballot);
	guest_submit(&guest, bytes_make(memory, ballot.size - 1));
	guest_submit(&guest, bytes_make(memory, 0));
	guest_vote(&guest, 1, 2, 0);
	memory[ballot.size - 3] ^= 4;
	guest_submit(&guest, ballot);
	/* A forged copy of a ballot in the log is still a forgery. */
	memory[ballot.size - 3] ^= 4;
	guest_submit(&guest, ballot);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_BAD_SIGNATURE);
	guest_expect(&guest, TALLY_MALFORMED);
	guest_expect(&guest, TALLY_MALFORMED);
	guest_expect(&guest, TALLY_BAD_REVISION);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_BAD_SIGNATURE);
	end(stage);
}

static void
test_superseded(void **state)
{
	struct stage *stage = open_revotes();
	struct guest guest = guest_join(stage, 0);
	uint64_t first, second;

	(void)state;
	guest_vote(&guest, 1, 3, 0);
	guest_vote(&guest, 1, 3, 1);
	guest_vote(&guest, 1, 2, 0);
	guest_vote(&guest, 1, 5, 1);
	guest_vote(&guest, 1, 3, 0); /* the old bytes: their first answer */
	guest_vote(&guest, 1, 4, 0);
	stage_run(stage, 50);
	first = guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_SUPERSEDED);
	guest_expect(&guest, TALLY_SUPERSEDED);
	second = guest_expect(&guest, TALLY_ACCEPTED);
	assert_int_equal(second, first + 1);
	assert_int_equal(guest_expect(&guest, TALLY_ACCEPTED), first);
	guest_expect(&guest, TALLY_SUPERSEDED);
	assert_int_equal(stage->station->durable_standing.counts.ballots, 1);
	assert_int_equal(stage->station->durable_standing.counts.replaced, 1);
	end(stage);
}

/* --- tallies ------------------------------------------------------------------------------ */

static void
test_tally_every(void **state)
{
	struct stage *stage = open_stage(
	    (struct stage_wish){.campaign = {.tally_every = 5, .publish_min = 1000}});
	struct guest guest = guest_join(stage, 0);
	size_t total;
	size_t since = 0;

	(void)state;
	for (uint64_t voter = 0; voter < 23; voter++)
		guest_vote(&guest, voter, 1, 0);
	stage_run(stage, 200);
	assert_int_equal(guest_verdicts(&guest, TALLY_ACCEPTED, &total), 23);
	for (size_t i = 0; i < stage->entries_count; i++) {
		since += stage->entries[i].data[0] == TALLY_ENTRY_BALLOT;
		assert_true(since <= 5);
		if (stage->entries[i].data[0] == TALLY_ENTRY_TALLY)
			since = 0;
	}
	assert_int_equal(stage_count(stage, TALLY_ENTRY_TALLY), 4);
	end(stage);
}

static void
test_tally_at_close(void **state)
{
	struct stage *stage = open_stage(
	    (struct stage_wish){.now = "2026-01-31T19:59:50Z",
				.campaign = {.tally_every = 1000, .publish_min = 1000}});
	struct guest guest = guest_join(stage, 0);
	size_t closed;

	(void)state;
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 20000);
	guest_expect(&guest, TALLY_ACCEPTED);
	closed = stage_find(stage, TALLY_ENTRY_PHASE, 2);
	assert_true(closed != SIZE_MAX);
	assert_int_equal(stage->entries[closed].data[1], TALLY_PHASE_CLOSED);
	assert_int_equal(stage_find(stage, TALLY_ENTRY_TALLY, 0), closed + 1);
	assert_int_equal(stage->entries_count, closed + 2);
	end(stage);
}

/* A batch has room for one tally's text: the next one waits for the next batch, and ballots wait
 * behind it. */
static void
test_one_tally_in_a_batch(void **state)
{
	struct stage *stage = open_stage(
	    (struct stage_wish){.campaign = {.tally_every = 2, .publish_min = 1000}});
	struct guest guest = guest_join(stage, 0);
	size_t total;

	(void)state;
	stage_hold(stage, STAGE_COMMIT);
	for (uint64_t voter = 0; voter < 16; voter++)
		guest_vote(&guest, voter, 1, 0);
	stage_run(stage, 100);
	assert_true(station_size(stage->station) < station_durable(stage->station) + 16);
	stage_release(stage, STAGE_COMMIT);
	stage_run(stage, 200);
	assert_int_equal(guest_verdicts(&guest, TALLY_ACCEPTED, &total), 16);
	assert_int_equal(stage_count(stage, TALLY_ENTRY_TALLY), 8);
	end(stage);
}

/* --- notices ------------------------------------------------------------------------------ */

struct notices {
	uint8_t memory[2][1024];
	struct bytes last;
	uint32_t number;
};

static struct bytes
next_notice(const struct stage *stage, struct notices *notices, enum tally_notice_kind kind,
	    int64_t closes)
{
	uint8_t *memory = notices->memory[notices->number % 2];

	notices->last = campaign_notice(&stage->campaign, notices->last, notices->number + 1,
					kind, closes, memory, 1024);
	notices->number++;
	return notices->last;
}

enum {
	CLOSES = 1769889600 /* 2026-01-31T20:00:00Z */
};

static void
test_notice_close_and_extend(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest guest = guest_join(stage, 0);
	struct guest anybody = guest_join(stage, GUEST_ANONYMOUS);
	struct notices notices = {0};
	uint64_t closed, extended;

	(void)state;
	guest_vote(&guest, 1, 1, 0);
	guest_ask(&guest, TALLY_MESSAGE_NOTICE,
		  next_notice(stage, &notices, TALLY_NOTICE_CLOSE, 0));
	guest_vote(&guest, 2, 1, 0);
	guest_ask(&guest, TALLY_MESSAGE_NOTICE, notices.last);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_ACCEPTED);
	closed = guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_CLOSED);
	assert_int_equal(guest_expect(&guest, TALLY_ACCEPTED), closed);
	assert_int_equal(stage->entries[closed].data[0], TALLY_ENTRY_NOTICE);
	assert_memory_equal(stage->entries[closed + 1].data, "\x04\x02\x02", 3);

	/* Anybody may hand in what an authority has signed. */
	guest_ask(&anybody, TALLY_MESSAGE_NOTICE,
		  next_notice(stage, &notices, TALLY_NOTICE_EXTEND, CLOSES + 3600));
	stage_run(stage, 50);
	extended = guest_expect(&anybody, TALLY_ACCEPTED);
	assert_memory_equal(stage->entries[extended + 1].data, "\x04\x01\x02", 3);
	guest_ask(&guest, TALLY_MESSAGE_NOTICE, notices.last);
	guest_vote(&guest, 2, 1, 0);
	stage_run(stage, 50);
	assert_int_equal(guest_expect(&guest, TALLY_ACCEPTED), extended);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_int_equal(station_law(stage->station)->closes, CLOSES + 3600);
	end(stage);
}

static void
test_notice_refused(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest guest = guest_join(stage, 0);
	struct notices notices = {0};
	struct notices ahead = {.number = 1};
	struct notices bad = {0};
	struct bytes notice;

	(void)state;
	guest_ask(&guest, TALLY_MESSAGE_NOTICE,
		  next_notice(stage, &ahead, TALLY_NOTICE_CLOSE, 0));
	/* Not later than the closing time in force. */
	notice = next_notice(stage, &bad, TALLY_NOTICE_EXTEND, CLOSES);
	guest_ask(&guest, TALLY_MESSAGE_NOTICE, notice);
	bad.memory[0][notice.size - 1] ^= 1;
	guest_ask(&guest, TALLY_MESSAGE_NOTICE, notice);
	guest_ask(&guest, TALLY_MESSAGE_NOTICE, bytes_make(notice.data, notice.size - 1));
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_NOTICE_OUT_OF_ORDER);
	guest_expect(&guest, TALLY_NOTICE_IMPOSSIBLE);
	guest_expect(&guest, TALLY_BAD_SIGNATURE);
	guest_expect(&guest, TALLY_MALFORMED);

	/* An extension to a time that is past already opens nothing. */
	guest_ask(&guest, TALLY_MESSAGE_NOTICE,
		  next_notice(stage, &notices, TALLY_NOTICE_CLOSE, 0));
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_ACCEPTED);
	stage_wall_set(stage, "2026-02-01T00:00:00Z");
	guest_ask(&guest, TALLY_MESSAGE_NOTICE,
		  next_notice(stage, &notices, TALLY_NOTICE_EXTEND, CLOSES + 60));
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_NOTICE_IMPOSSIBLE);
	assert_int_equal(stage_count(stage, TALLY_ENTRY_NOTICE), 1);
	assert_int_equal(station_law(stage->station)->phase, TALLY_PHASE_CLOSED);
	end(stage);
}

/* --- space -------------------------------------------------------------------------------- */

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_accepted),
	    cmocka_unit_test(test_policy_first),
	    cmocka_unit_test(test_not_open_yet),
	    cmocka_unit_test(test_not_genuine),
	    cmocka_unit_test(test_superseded),
	    cmocka_unit_test(test_tally_every),
	    cmocka_unit_test(test_tally_at_close),
	    cmocka_unit_test(test_one_tally_in_a_batch),
	    cmocka_unit_test(test_notice_close_and_extend),
	    cmocka_unit_test(test_notice_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
