#include "tests/lib/guest.h"

#include "tests/lib/naive.h"
#include "tree/proof.h"

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
	stage_run(stage, 500);
	naive_compare(stage);
	stage_free(stage);
}

/* The next frame answers this correlation with this message. */
static struct frame
expect_read(struct guest *guest, enum tally_message message, uint32_t correlation)
{
	struct frame frame;

	assert_true(guest_next(guest, &frame));
	assert_int_equal(frame.message, message);
	assert_int_equal(frame.correlation, correlation);
	return frame;
}

static void
expect_refused(struct guest *guest, enum tally_verdict expected, uint32_t correlation)
{
	struct frame frame = expect_read(guest, TALLY_MESSAGE_VERDICT, correlation);
	struct frame_verdict verdict;

	assert_true(frame_verdict_parse(frame.payload, &verdict));
	assert_int_equal(verdict.verdict, expected);
}

static uint32_t
ask_results(struct guest *guest, uint16_t contest)
{
	uint8_t number[2];

	be16_store(number, contest);
	return guest_ask(guest, TALLY_MESSAGE_RESULTS, bytes_make(number, sizeof number));
}

/* A receipt waits for the working checkpoint that covers its entry, not longer. */
static void
test_receipt_waits_for_its_checkpoint(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest guest = guest_join(stage, 0);
	struct guest reader = guest_join(stage, GUEST_ANONYMOUS);
	struct frame frame;
	struct frame_receipt answer;
	uint64_t index;

	(void)state;
	stage_hold(stage, STAGE_SIGN);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 300);
	index = guest_expect(&guest, TALLY_ACCEPTED);
	guest_receipt(&reader, 0);
	guest_receipt(&reader, index);
	guest_receipt(&reader, 1);
	stage_run(stage, 300);
	expect_read(&reader, TALLY_MESSAGE_RECEIPT_IS, 1);
	guest_expect_nothing(&reader); /* the third waits behind the second */
	stage_release(stage, STAGE_SIGN);
	stage_run(stage, 300);
	frame = expect_read(&reader, TALLY_MESSAGE_RECEIPT_IS, 2); /* proven: stage.c */
	assert_true(frame_receipt_parse(frame.payload, &answer));
	assert_int_equal(answer.index, index);
	expect_read(&reader, TALLY_MESSAGE_RECEIPT_IS, 3);
	end(stage);
}

static void
test_not_found(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest guest = guest_join(stage, 0);
	uint64_t size = stage->entries_count;

	(void)state;
	guest_receipt(&guest, size);
	guest_receipt(&guest, UINT64_MAX);
	guest_receipt(&guest, size - 1);
	ask_results(&guest, 0);
	ask_results(&guest, 1);
	ask_results(&guest, 0xffff);
	stage_run(stage, 100);
	expect_refused(&guest, TALLY_NOT_FOUND, 1);
	expect_refused(&guest, TALLY_NOT_FOUND, 2);
	expect_read(&guest, TALLY_MESSAGE_RECEIPT_IS, 3);
	expect_read(&guest, TALLY_MESSAGE_RESULTS_ARE, 4);
	expect_refused(&guest, TALLY_MALFORMED, 5); /* no such contest, ever */
	expect_refused(&guest, TALLY_MALFORMED, 6);
	assert_int_equal(station_verdicts(stage->station)[TALLY_NOT_FOUND], 2);
	assert_int_equal(station_verdicts(stage->station)[TALLY_MALFORMED], 2);
	end(stage);
}

/* An entry that is sequenced but not durable is not in the log yet. */
static void
test_not_found_before_the_disk(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest guest = guest_join(stage, 0);
	struct guest reader = guest_join(stage, GUEST_ANONYMOUS);

	(void)state;
	stage_hold(stage, STAGE_COMMIT);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 50);
	guest_receipt(&reader, stage->entries_count);
	ask_results(&reader, 0);
	stage_run(stage, 50);
	expect_refused(&reader, TALLY_NOT_FOUND, 1);
	assert_int_equal(
	    be64_load(expect_read(&reader, TALLY_MESSAGE_RESULTS_ARE, 2).payload.data),
	    stage->entries_count);
	stage_release(stage, STAGE_COMMIT);
	end(stage);
}

static void
test_malformed(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest guest = guest_join(stage, 0);

	(void)state;
	guest_ask(&guest, TALLY_MESSAGE_RECEIPT, BYTES_OF("1234567"));
	guest_ask(&guest, TALLY_MESSAGE_RECEIPT, BYTES_OF("123456789"));
	guest_ask(&guest, TALLY_MESSAGE_RESULTS, BYTES_OF("1"));
	guest_ask(&guest, TALLY_MESSAGE_RESULTS, BYTES_OF("123"));
	guest_ask(&guest, TALLY_MESSAGE_RESULTS, BYTES_OF("\0\1")); /* there is contest 0 */
	guest_ask(&guest, TALLY_MESSAGE_CHECKPOINT, BYTES_OF("1"));
	guest_ask(&guest, TALLY_MESSAGE_CHECKPOINT, bytes_make(NULL, 0));
	stage_run(stage, 50);
	for (uint32_t i = 1; i <= 6; i++)
		expect_refused(&guest, TALLY_MALFORMED, i);
	expect_read(&guest, TALLY_MESSAGE_CHECKPOINT_IS, 7);
	end(stage);
}

/* What has been counted, for everybody who asks. */
static void
test_results(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){
	    .campaign = {.contests = 2, .options = 4, .revisions_max = 3, .blank = true}});
	struct guest guest = guest_join(stage, 0);
	struct guest reader = guest_join(stage, GUEST_ANONYMOUS);
	struct frame frame;
	struct frame_results results;

	(void)state;
	guest_vote(&guest, 1, 1, 0);
	guest_vote(&guest, 2, 1, 1);
	guest_vote(&guest, 3, 1, TALLY_CHOICES_BLANK);
	guest_vote(&guest, 1, 2, 3);
	stage_run(stage, 50);
	ask_results(&reader, 0);
	ask_results(&reader, 1);
	stage_run(stage, 50);
	frame = expect_read(&reader, TALLY_MESSAGE_RESULTS_ARE, 1);
	assert_true(frame_results_parse(frame.payload, &results));
	assert_int_equal(results.covered, stage->entries_count);
	assert_int_equal(results.ballots, 3);
	assert_int_equal(results.replaced, 1);
	assert_int_equal(results.in_tree, 4);
	assert_int_equal(results.contests_count, 2);
	assert_int_equal(results.contest_ballots, 2);
	assert_int_equal(results.blank, 1);
	assert_int_equal(results.abstained, 0);
	assert_int_equal(results.options_count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(be64_load(results.options.data + i * FRAME_OPTION_SIZE),
				 i == 1 || i == 3);
	frame = expect_read(&reader, TALLY_MESSAGE_RESULTS_ARE, 2);
	assert_true(frame_results_parse(frame.payload, &results));
	assert_int_equal(results.contest, 1);
	assert_int_equal(results.abstained, 3);
	end(stage);
}

/* Lane two keeps its own order, and lane one does not wait for it. */
static void
test_lanes(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest guest = guest_join(stage, 0);

	(void)state;
	stage_hold(stage, STAGE_READ);
	guest_receipt(&guest, 0);
	ask_results(&guest, 0);
	guest_ask(&guest, TALLY_MESSAGE_CHECKPOINT, bytes_make(NULL, 0));
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 100);
	expect_refused(&guest, TALLY_ACCEPTED, 4);
	guest_expect_nothing(&guest);
	stage_release(stage, STAGE_READ);
	stage_run(stage, 100);
	expect_read(&guest, TALLY_MESSAGE_RECEIPT_IS, 1);
	expect_read(&guest, TALLY_MESSAGE_RESULTS_ARE, 2);
	expect_read(&guest, TALLY_MESSAGE_CHECKPOINT_IS, 3);
	end(stage);
}

/* Answers come back from the disk in any order; each connection gets them in its own. */
static void
test_order(void **state)
{
	enum {
		readers = 10,
		each = 40
	};
	struct stage *stage = open_stage((struct stage_wish){.unordered = true, .workers = 8});
	struct guest guest[readers];

	(void)state;
	for (size_t i = 0; i < readers; i++)
		guest[i] = guest_join(stage, i % 2 == 0 ? 0 : GUEST_ANONYMOUS);
	for (size_t i = 0; i < readers; i++)
		for (uint32_t k = 0; k < each; k++)
			if (k % 5 == 4)
				ask_results(&guest[i], 0);
			else
				guest_receipt(&guest[i], k % 2);
	stage_run(stage, 5000);
	for (size_t i = 0; i < readers; i++)
		for (uint32_t k = 0; k < each; k++)
			expect_read(&guest[i],
				    k % 5 == 4 ? TALLY_MESSAGE_RESULTS_ARE
					       : TALLY_MESSAGE_RECEIPT_IS,
				    k + 1);
	end(stage);
}

/* S1: the window, and the strangers' pool: more is asked than can be held, nothing is lost. */
static void
test_windows(void **state)
{
	enum {
		strangers = 20,
		each = 50
	};
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest member = guest_join(stage, 0);
	struct guest guest[strangers];

	(void)state;
	stage_hold(stage, STAGE_READ);
	for (size_t i = 0; i < strangers; i++)
		guest[i] = guest_join(stage, GUEST_ANONYMOUS);
	for (size_t i = 0; i < strangers; i++)
		for (uint32_t k = 0; k < each; k++)
			guest_receipt(&guest[i], 0);
	stage_run(stage, 100);
	for (size_t i = 0; i < strangers; i++)
		assert_true(stage->station->connections[guest[i].number].owed_reads <=
			    window_reads);
	assert_int_equal(stage->station->reads_anonymous, reads_anonymous_max);
	for (uint32_t k = 0; k < each; k++)
		guest_receipt(&member, 0);
	stage_run(stage, 100);
	assert_int_equal(stage->station->connections[member.number].owed_reads, window_reads);
	stage_release(stage, STAGE_READ);
	stage_run(stage, 5000);
	for (size_t i = 0; i < strangers; i++)
		for (uint32_t k = 0; k < each; k++)
			expect_read(&guest[i], TALLY_MESSAGE_RECEIPT_IS, k + 1);
	for (uint32_t k = 0; k < each; k++)
		expect_read(&member, TALLY_MESSAGE_RECEIPT_IS, k + 1);
	assert_int_equal(stage->station->reads_taken, 0);
	assert_int_equal(stage->station->reads_anonymous, 0);
	end(stage);
}

/* Who goes while its questions are with the disk leaves nothing behind. */
static void
test_reader_goes(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});

	(void)state;
	stage_hold(stage, STAGE_READ);
	for (int i = 0; i < 100; i++) {
		struct guest guest = guest_join(stage, GUEST_ANONYMOUS);

		for (int k = 0; k < 20; k++)
			guest_receipt(&guest, 0);
		stage_settle(stage);
		stage_disconnect(stage, guest.number);
		if (i % 3 == 0)
			stage_release(stage, STAGE_READ);
		else
			stage_hold(stage, STAGE_READ);
		stage_run(stage, 5);
	}
	stage_release(stage, STAGE_READ);
	stage_run(stage, 100);
	assert_int_equal(stage->station->reads_taken, 0);
	assert_int_equal(stage->station->reads_anonymous, 0);
	end(stage);
}

static struct frame_entries
expect_entries(struct guest *guest, uint32_t correlation, uint64_t first)
{
	struct frame frame = expect_read(guest, TALLY_MESSAGE_ENTRIES_ARE, correlation);
	struct frame_entries entries;

	assert_true(frame_entries_parse(frame.payload, &entries));
	assert_true(entries.first == first);
	return entries;
}

static void
test_entries_are_the_authoritys(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest authority = guest_join(stage, GUEST_AUTHORITY);
	struct guest frontend = guest_join(stage, 0);
	struct guest stranger = guest_join(stage, GUEST_ANONYMOUS);
	uint64_t size = stage->remembered.size;
	struct frame_entries entries;

	(void)state;
	guest_entries(&authority, 0, size);
	guest_entries(&authority, size - 1, size);
	guest_entries(&authority, size, size);  /* not below it */
	guest_entries(&authority, 0, size + 1); /* not signed */
	guest_entries(&authority, UINT64_MAX, 0);
	guest_ask(&authority, TALLY_MESSAGE_ENTRIES, BYTES_OF("123456789012345"));
	guest_entries(&frontend, 0, size);
	guest_entries(&stranger, 0, size);
	guest_ask(&stranger, TALLY_MESSAGE_ENTRIES, BYTES_OF("1"));
	stage_run(stage, 100);
	entries = expect_entries(&authority, 1, 0);
	assert_int_equal(entries.count, size);
	assert_memory_equal(entries.entries.data + 2, stage->entries[0].data,
			    stage->entries[0].size);
	assert_int_equal(expect_entries(&authority, 2, size - 1).count, 1);
	expect_refused(&authority, TALLY_NOT_FOUND, 3);
	expect_refused(&authority, TALLY_NOT_FOUND, 4);
	expect_refused(&authority, TALLY_NOT_FOUND, 5);
	expect_refused(&authority, TALLY_MALFORMED, 6);
	expect_refused(&frontend, TALLY_NOT_FOR_YOU, 1);
	expect_refused(&stranger, TALLY_NOT_FOR_YOU, 1);
	expect_refused(&stranger, TALLY_NOT_FOR_YOU, 2);
	end(stage);
}

/* Entries beyond the newest working checkpoint are on disk, but nobody could prove them. */
static void
test_entries_end_at_the_checkpoint(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest guest = guest_join(stage, 0);
	struct guest authority = guest_join(stage, GUEST_AUTHORITY);
	uint64_t size = stage->remembered.size;

	(void)state;
	stage_hold(stage, STAGE_SIGN);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 300);
	assert_int_equal(stage->entries_count, size + 1);
	guest_entries(&authority, 0, size + 1);
	stage_run(stage, 100);
	expect_refused(&authority, TALLY_NOT_FOUND, 1);
	stage_release(stage, STAGE_SIGN);
	stage_run(stage, 300);
	guest_entries(&authority, size, size + 1);
	stage_run(stage, 100);
	assert_int_equal(expect_entries(&authority, 2, size).count, 1);
	end(stage);
}

/* As many workers' rooms as there are, and no more: who holds none waits and is served later;
 * answers keep their order, and a vanished authority gives its room back. */
static void
test_entries_rooms(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){.workers = 16});
	struct guest guests[reads_entries_max + 2];
	struct guest frontend = guest_join(stage, 0);
	size_t count = sizeof guests / sizeof guests[0];
	uint64_t size = stage->remembered.size;

	(void)state;
	for (size_t i = 0; i < count; i++)
		guests[i] = guest_join(stage, GUEST_AUTHORITY);
	stage_hold(stage, STAGE_READ);
	for (size_t i = 0; i < count; i++)
		for (int ask = 0; ask < 3; ask++)
			guest_entries(&guests[i], 0, size);
	stage_run(stage, 100);
	assert_int_equal(stage->station->entries_rooms_count, 0);
	assert_int_equal(stage->station->reads_away, reads_entries_max);
	guest_vote(&frontend, 1, 1, 0); /* is not delayed by any of this */
	stage_run(stage, 100);
	guest_expect(&frontend, TALLY_ACCEPTED);
	stage_disconnect(stage, guests[0].number);
	stage_release(stage, STAGE_READ);
	stage_run(stage, 300);
	for (size_t i = 1; i < count; i++)
		for (uint32_t ask = 1; ask <= 3; ask++)
			expect_entries(&guests[i], ask, 0);
	assert_int_equal(stage->station->entries_rooms_count, reads_entries_max);
	end(stage);
}

/* A room is not kept by a question that waits for its turn. */
static void
test_entries_behind_a_receipt(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){.workers = 16});
	struct guest authority = guest_join(stage, GUEST_AUTHORITY);

	(void)state;
	stage_hold(stage, STAGE_READ);
	guest_receipt(&authority, 0);
	guest_entries(&authority, 0, 1);
	guest_entries(&authority, 0, 1);
	stage_run(stage, 100);
	assert_int_equal(stage->station->reads_away, 1);
	assert_int_equal(stage->station->entries_rooms_count, reads_entries_max);
	stage_release(stage, STAGE_READ);
	stage_run(stage, 100);
	expect_read(&authority, TALLY_MESSAGE_RECEIPT_IS, 1);
	expect_entries(&authority, 2, 0);
	expect_entries(&authority, 3, 0);
	end(stage);
}

/* S1: behind a flood of strangers' questions an authority is served next. */
static void
test_entries_overtake_strangers(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){.workers = 1});
	struct guest authority = guest_join(stage, GUEST_AUTHORITY);
	struct guest strangers[reads_anonymous_max / window_reads];
	size_t count = sizeof strangers / sizeof strangers[0];
	struct frame frame;

	(void)state;
	for (size_t i = 0; i < count; i++)
		strangers[i] = guest_join(stage, GUEST_ANONYMOUS);
	stage_hold(stage, STAGE_READ);
	for (size_t i = 0; i < count; i++)
		for (int ask = 0; ask < window_reads; ask++)
			guest_receipt(&strangers[i], 0);
	stage_run(stage, 50);
	assert_int_equal(stage->station->reads_anonymous, reads_anonymous_max);
	guest_entries(&authority, 0, 1);
	stage_release(stage, STAGE_READ);
	stage_run(stage, 5);
	assert_int_equal(expect_entries(&authority, 1, 0).count, 1);
	assert_true(stage->station->reads_anonymous > reads_anonymous_max / 2);
	stage_run(stage, 500);
	for (size_t i = 0; i < count; i++)
		while (guest_next(&strangers[i], &frame))
			assert_int_equal(frame.message, TALLY_MESSAGE_RECEIPT_IS);
	end(stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_receipt_waits_for_its_checkpoint),
	    cmocka_unit_test(test_not_found),
	    cmocka_unit_test(test_not_found_before_the_disk),
	    cmocka_unit_test(test_entries_are_the_authoritys),
	    cmocka_unit_test(test_entries_end_at_the_checkpoint),
	    cmocka_unit_test(test_entries_rooms),
	    cmocka_unit_test(test_entries_behind_a_receipt),
	    cmocka_unit_test(test_entries_overtake_strangers),
	    cmocka_unit_test(test_malformed),
	    cmocka_unit_test(test_results),
	    cmocka_unit_test(test_lanes),
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_windows),
	    cmocka_unit_test(test_reader_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
