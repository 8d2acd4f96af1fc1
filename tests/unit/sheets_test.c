/* Sheets of paper totals through the station. */
#include "tests/lib/guest.h"
#include "tests/lib/naive.h"
#include "tests/lib/sheets.h"

static struct stage *
open_stage(void)
{
	struct stage_wish wish = {
	    .campaign = {.frontends = 2, .voters_max = 50, .publish_min = 1, .blank = true}};
	struct stage *stage = stage_make(&wish, (struct test_random){1});

	stage_run(stage, 500);
	return stage;
}

static struct sheet_wish
twenty_papers(uint32_t number)
{
	return (struct sheet_wish){.number = number,
				   .papers = 20,
				   .frontend = 1,
				   .contests_count = 1,
				   .contests = {{.ballots = 15,
						 .blank = 2,
						 .rows_count = 2,
						 .rows = {{0, 10, 10}, {2, 5, 5}}}}};
}

static struct bytes
hand_in(struct guest *guest, const struct sheet_wish *wish, uint8_t *memory)
{
	struct bytes sheet = sheet_made(&guest->stage->campaign, wish, memory);

	guest_ask(guest, TALLY_MESSAGE_SHEET, sheet);
	return sheet;
}

static const struct counts *
counts_of(const struct stage *stage)
{
	return &stage->station->durable_standing.counts;
}

static void
sheets_are_counted_apart(void **state)
{
	struct stage *stage = open_stage();
	struct guest guest = guest_join(stage, 0);
	struct sheet_wish wish = twenty_papers(1);
	uint8_t memory[TALLY_SHEET_SIZE_MAX];
	struct bytes sheet;
	uint64_t index;

	(void)state;
	guest_vote(&guest, 1, 1, 2);
	sheet = hand_in(&guest, &wish, memory);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_ACCEPTED);
	index = guest_expect(&guest, TALLY_ACCEPTED);
	assert_int_equal(stage->entries[index].data[0], TALLY_ENTRY_SHEET);
	assert_memory_equal(stage->entries[index].data + 1, sheet.data, sheet.size);
	assert_int_equal(counts_of(stage)->ballots, 1);
	assert_int_equal(counts_of(stage)->options[2].votes, 1);
	assert_int_equal(counts_of(stage)->paper->sheets, 1);
	assert_int_equal(counts_of(stage)->paper->papers, 20);
	assert_int_equal(counts_of(stage)->paper_contests[0].ballots, 15);
	assert_int_equal(counts_of(stage)->paper_contests[0].blank, 2);
	assert_int_equal(counts_of(stage)->paper_contests[0].abstained, 3);
	assert_int_equal(counts_of(stage)->paper_options[0].votes, 10);
	assert_int_equal(counts_of(stage)->paper_options[2].votes, 5);

	/* The same again: its first answer; then the next one. */
	guest_ask(&guest, TALLY_MESSAGE_SHEET, sheet);
	stage_run(stage, 50);
	assert_int_equal(guest_expect(&guest, TALLY_ACCEPTED), index);
	wish = twenty_papers(2);
	(void)hand_in(&guest, &wish, memory);
	stage_run(stage, 50);
	assert_int_equal(guest_expect(&guest, TALLY_ACCEPTED), index + 1);
	assert_int_equal(counts_of(stage)->paper->papers, 40);
	assert_int_equal(stage_count(stage, TALLY_ENTRY_SHEET), 2);
	stage_free(stage);
}

static void
refusals(void **state)
{
	struct stage *stage = open_stage();
	struct guest guest = guest_join(stage, 0);
	struct guest anybody = guest_join(stage, GUEST_ANONYMOUS);
	struct sheet_wish wish = twenty_papers(1);
	uint8_t memory[TALLY_SHEET_SIZE_MAX + 1];
	struct bytes sheet = hand_in(&anybody, &wish, memory);

	(void)state;
	memory[sheet.size - 1] ^= 1;
	guest_ask(&guest, TALLY_MESSAGE_SHEET, sheet);
	guest_ask(&guest, TALLY_MESSAGE_SHEET, bytes_make(memory, sizeof memory));
	wish.number = 2;
	(void)hand_in(&guest, &wish, memory);
	wish.frontend = 0;
	(void)hand_in(&guest, &wish, memory);
	wish = twenty_papers(1);
	wish.papers = 51;
	(void)hand_in(&guest, &wish, memory);
	stage_run(stage, 50);
	guest_expect(&anybody, TALLY_NOT_FOR_YOU);
	guest_expect(&guest, TALLY_BAD_SIGNATURE);
	guest_expect(&guest, TALLY_TOO_LARGE);
	guest_expect(&guest, TALLY_SHEET_OUT_OF_ORDER);
	guest_expect(&guest, TALLY_UNKNOWN_SIGNER);
	guest_expect(&guest, TALLY_ROLL_FULL);
	assert_int_equal(stage_count(stage, TALLY_ENTRY_SHEET), 0);
	assert_int_equal(counts_of(stage)->paper->sheets, 0);
	stage_free(stage);
}

/* Also from the kept state, where its booth's last sheet is remembered. */
static void
sheets_outlast_a_restart(void **state)
{
	for (int kept = 0; kept < 2; kept++) {
		struct stage *stage = open_stage();
		struct guest guest = guest_join(stage, 0);
		struct sheet_wish wish = twenty_papers(1);
		uint8_t memory[TALLY_SHEET_SIZE_MAX];
		uint64_t index;

		(void)state;
		(void)hand_in(&guest, &wish, memory);
		stage_run(stage, 50);
		index = guest_expect(&guest, TALLY_ACCEPTED);
		stage_sleep(stage, 70000);
		stage_crash(stage);
		stage_restart(stage, kept == 1);
		stage_run(stage, 500);
		assert_int_equal(counts_of(stage)->paper->papers, 20);
		guest = guest_join(stage, 0);
		(void)hand_in(&guest, &wish, memory);
		stage_run(stage, 50);
		assert_int_equal(guest_expect(&guest, TALLY_ACCEPTED), index);
		stage_free(stage);
	}
}

/* A publication behind a sheet states the new counts. */
static void
a_tally_follows_before_it_is_published(void **state)
{
	struct stage *stage = open_stage();
	struct guest guest = guest_join(stage, 0);
	struct sheet_wish wish = twenty_papers(1);
	uint8_t memory[TALLY_SHEET_SIZE_MAX];
	uint64_t index;

	(void)state;
	stage_sleep(stage, 130000);
	(void)hand_in(&guest, &wish, memory);
	stage_run(stage, 50);
	index = guest_expect(&guest, TALLY_ACCEPTED);
	stage_sleep(stage, 130000);
	assert_int_not_equal(stage_find(stage, TALLY_ENTRY_TALLY, index), SIZE_MAX);
	assert_true(stage->published[stage->published_count - 1].size > index + 1);

	/* And that is all: nothing has changed since. */
	index = stage->entries_count;
	stage_sleep(stage, 300000);
	assert_int_equal(stage->entries_count, index);
	assert_false(replay_is_owed_tally(&stage->station->replay));
	stage_free(stage);
}

/* One that comes while a publication waits for its checkpoint is in it, and its TALLY in the next,
 * though nothing else happens any more. */
static void
a_sheet_that_slips_into_a_publication_is_tallied(void **state)
{
	struct stage *stage = open_stage();
	struct guest guest = guest_join(stage, 0);
	struct sheet_wish wish = twenty_papers(1);
	uint8_t memory[TALLY_SHEET_SIZE_MAX];
	uint64_t index;

	(void)state;
	stage_sleep(stage, 130000);
	guest_vote(&guest, 1, 1, 2);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_ACCEPTED);
	/* A checkpoint has just been signed when the next publication falls due. */
	while (stage->station->publish_due_ms > stage->mono_ms + 60)
		stage_run(stage, 5);
	guest_vote(&guest, 2, 1, 2);
	while (stage->station->publishing != PUBLISHING_DUE)
		stage_run(stage, 5);
	(void)hand_in(&guest, &wish, memory);
	stage_run(stage, 20);
	guest_expect(&guest, TALLY_ACCEPTED);
	index = guest_expect(&guest, TALLY_ACCEPTED);
	stage_run(stage, 500);
	assert_int_equal(stage->published[stage->published_count - 1].size, index + 1);
	stage_sleep(stage, 130000);
	assert_int_equal(stage_find(stage, TALLY_ENTRY_TALLY, index), index + 1);
	assert_int_equal(stage->published[stage->published_count - 1].size, index + 2);
	stage_free(stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sheets_are_counted_apart),
	    cmocka_unit_test(refusals),
	    cmocka_unit_test(sheets_outlast_a_restart),
	    cmocka_unit_test(a_tally_follows_before_it_is_published),
	    cmocka_unit_test(a_sheet_that_slips_into_a_publication_is_tallied),
	};

	return cmocka_run_group_tests_name("sheets", tests, NULL, NULL);
}
