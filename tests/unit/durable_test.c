/* answer.c under test (answer_test.c is the client's): nothing leaves before what it rests on is
 * durable. Half of it is checked by the stage itself at every frame. */
#include "tests/lib/guest.h"
#include "tests/lib/naive.h"

static struct stage *
open_stage(struct stage_wish wish)
{
	struct stage *stage = stage_make(&wish, (struct test_random){1});

	stage_run(stage, 500);
	return stage;
}

static void
end(struct stage *stage)
{
	stage_run(stage, 200);
	naive_compare(stage);
	stage_free(stage);
}

/* L1, L2: with the disk standing still no answer leaves that came after an accepted one, whatever
 * it says; on another connection neither. */
static void
test_nothing_before_the_disk(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest guest = guest_join(stage, 0);
	struct guest other = guest_join(stage, 0);
	struct guest before = guest_join(stage, 0);
	struct frame frame;
	struct frame_status status;
	struct frame_state law;
	uint8_t notice[1024];
	uint64_t index;

	(void)state;
	guest_vote(&before, 9, 1, 0);
	guest_vote(&before, 9, 1, 1);
	stage_run(stage, 50);
	stage_hold(stage, STAGE_COMMIT);
	guest_expect(&before, TALLY_ACCEPTED);
	guest_expect(&before, TALLY_HAS_VOTED);
	/* Nothing new to rest on: at once, though the disk stands still. */
	guest_vote(&before, 9, 1, 1);
	guest_vote(&before, 9, 1, 0);
	stage_run(stage, 50);
	guest_expect(&before, TALLY_HAS_VOTED);
	guest_expect(&before, TALLY_ACCEPTED);

	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 50);
	guest_vote(&guest, 1, 1, 1); /* has voted */
	guest_vote(&other, 1, 1, 0); /* the same */
	guest_status(&other, 1);     /* its index */
	guest_ask(&other, (enum tally_message)TALLY_MESSAGE_STATE, bytes_make(NULL, 0));
	guest_vote(&other, 2, 7, 0); /* bad revision */
	stage_run(stage, 50);
	guest_ask(&other, TALLY_MESSAGE_NOTICE,
		  campaign_notice(&stage->campaign, bytes_make(NULL, 0), 1, TALLY_NOTICE_CLOSE,
				  0, notice, sizeof notice));
	guest_vote(&other, 3, 1, 0); /* closed: by an entry of the next batch */
	stage_run(stage, 500);
	guest_expect_nothing(&guest);
	guest_expect_nothing(&other);
	stage->delays[STAGE_COMMIT] = (struct stage_delay){100, 100, false};
	stage_settle(stage); /* the first batch */
	index = guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_HAS_VOTED);
	assert_int_equal(guest_expect(&other, TALLY_ACCEPTED), index);
	assert_true(guest_next(&other, &frame));
	assert_true(frame_status_parse(frame.payload, &status));
	assert_true(status.known && status.revision == 1 && status.index == index);
	assert_true(guest_next(&other, &frame));
	assert_true(frame_state_parse(frame.payload, &law));
	assert_int_equal(law.phase, TALLY_PHASE_OPEN);
	other.answered += 2;
	guest_expect(&other, TALLY_BAD_REVISION);
	guest_expect_nothing(&other);
	stage_run(stage, 150); /* the second */
	guest_expect(&other, TALLY_ACCEPTED);
	guest_expect(&other, TALLY_CLOSED);
	end(stage);
}

/* While one batch is on its way the next one fills; it is one batch, however many asked. */
static void
test_group_commit(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){.campaign = {.voters_max = 5000}});
	struct guest guest = guest_join(stage, 0);
	size_t batches;
	size_t total;

	(void)state;
	stage_hold(stage, STAGE_COMMIT);
	guest_vote(&guest, 0, 1, 0);
	stage_run(stage, 20);
	batches = stage->batches_count;
	for (uint64_t voter = 1; voter <= 500; voter++)
		guest_vote(&guest, voter, 1, 0);
	stage_run(stage, 200);
	stage_release(stage, STAGE_COMMIT);
	stage_run(stage, 50);
	assert_int_equal(guest_verdicts(&guest, TALLY_ACCEPTED, &total), 501);
	assert_int_equal(stage->batches_count, batches + 2);
	end(stage);
}

/* Arrival order is reply order on every connection, whoever comes back first: as many workers as
 * parcels, every delay drawn. */
static void
test_order_with_many_workers(void **state)
{
	enum {
		guests_count = 5,
		each = 300
	};
	struct stage *stage = open_stage((struct stage_wish){.workers = 24,
							     .unordered = true,
							     .pieces = true,
							     .campaign = {.voters_max = 5000}});
	struct guest guests[guests_count];
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct bytes ballot = guest_ballot(stage, 1, 1, 0, memory);
	size_t total;

	(void)state;
	memory[ballot.size - 1] ^= 1;
	for (size_t i = 0; i < guests_count; i++)
		guests[i] = guest_join(stage, 0);
	for (size_t k = 0; k < each; k++)
		for (size_t i = 0; i < guests_count; i++) {
			if (k % 3 == 0)
				guest_vote(&guests[i], k, 1, (uint16_t)(i % 3));
			else if (k % 3 == 1)
				guest_submit(&guests[i], ballot);
			else
				guest_vote(&guests[i], i * each + k, 1, 0);
			if (k % 7 == 0)
				stage_settle(stage);
		}
	stage_run(stage, 10000);
	for (size_t i = 0; i < guests_count; i++) {
		assert_int_equal(guest_verdicts(&guests[i], TALLY_BAD_SIGNATURE, &total),
				 each / 3);
		assert_int_equal(total, each);
	}
	end(stage);
}

/* A slot that has changed hands does not get its predecessor's answers. */
static void
test_answers_of_a_connection_that_went(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest guest = guest_join(stage, 0);
	struct guest next;

	(void)state;
	stage_hold(stage, STAGE_VERIFY);
	guest_vote(&guest, 1, 1, 0);
	guest_receipt(&guest, 0);
	guest_status(&guest, 1);
	stage_run(stage, 50);
	stage_disconnect(stage, guest.number);
	next = guest_join(stage, 0);
	assert_int_equal(next.number, guest.number);
	stage_release(stage, STAGE_VERIFY);
	stage_run(stage, 500);
	guest_expect_nothing(&next);
	guest_vote(&next, 1, 1, 0);
	stage_run(stage, 50);
	guest_expect(&next, TALLY_ACCEPTED);
	assert_int_equal(stage_count(stage, TALLY_ENTRY_BALLOT), 1);
	end(stage);
}

/* Every answer is counted once, whoever was there to hear it. */
static void
test_verdicts_counted(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest guest = guest_join(stage, 0);
	const uint64_t *verdicts = station_verdicts(stage->station);

	(void)state;
	guest_vote(&guest, 1, 1, 0);
	guest_vote(&guest, 1, 1, 1);
	guest_vote(&guest, 2, 1, 1);
	guest_status(&guest, 1);
	guest_ask(&guest, (enum tally_message)77, bytes_make(NULL, 0));
	stage_run(stage, 50);
	assert_int_equal(verdicts[TALLY_ACCEPTED], 2);
	assert_int_equal(verdicts[TALLY_HAS_VOTED], 1);
	assert_int_equal(verdicts[TALLY_MALFORMED], 1);
	end(stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_nothing_before_the_disk),
	    cmocka_unit_test(test_group_commit),
	    cmocka_unit_test(test_order_with_many_workers),
	    cmocka_unit_test(test_answers_of_a_connection_that_went),
	    cmocka_unit_test(test_verdicts_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
