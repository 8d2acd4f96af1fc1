#include "tests/lib/guest.h"
#include "tests/lib/naive.h"

/* A ledger without room: what is refused, what waits, and what comes when room returns. */

/* A stage whose campaign is open and whose log has settled. */
static struct stage *
open_stage(struct stage_wish wish)
{
	struct stage *stage = stage_make(&wish, (struct test_random){1});

	stage_run(stage, 500);
	return stage;
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
set_space(struct stage *stage, uint64_t space)
{
	stage->space = space;
	stage_step(stage, (struct station_event){.kind = STATION_SPACE, .space = space});
}

static void
test_no_space(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){0});
	struct guest guest = guest_join(stage, 0);
	struct frame frame;
	uint64_t index;

	(void)state;
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 50);
	index = guest_expect(&guest, TALLY_ACCEPTED);
	set_space(stage, 0);
	guest_vote(&guest, 2, 1, 0);
	guest_vote(&guest, 1, 1, 0); /* needs no space */
	guest_vote(&guest, 1, 1, 1);
	guest_status(&guest, 1);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_UNAVAILABLE);
	assert_int_equal(guest_expect(&guest, TALLY_ACCEPTED), index);
	guest_expect(&guest, TALLY_HAS_VOTED);
	assert_non_null(station_trouble(stage->station));
	set_space(stage, 1 << 20);
	assert_null(station_trouble(stage->station));
	assert_true(guest_next(&guest, &frame));
	assert_int_equal(frame.message, TALLY_MESSAGE_STATUS_IS);
	assert_int_equal(frame.correlation, ++guest.answered);
	guest_vote(&guest, 2, 1, 0);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_ACCEPTED);
	end(stage);
}

/* Ballots leave room for the end of the vote. */
static void
test_closing_on_a_full_disk(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){
	    .now = "2026-01-31T19:59:50Z", .campaign = {.publish_min = 1000}});
	struct guest guest = guest_join(stage, 0);
	size_t total;
	size_t refused;

	(void)state;
	set_space(stage, 50000);
	for (uint64_t voter = 0; voter < 200; voter++)
		guest_vote(&guest, voter, 1, 0);
	stage_run(stage, 2000);
	refused = guest_verdicts(&guest, TALLY_UNAVAILABLE, &total);
	assert_true(refused > 0 && refused < total && total == 200);
	stage_run(stage, 10000);
	assert_int_equal(station_law(stage->station)->phase, TALLY_PHASE_CLOSED);
	assert_int_equal(stage->entries[stage->entries_count - 1].data[0], TALLY_ENTRY_TALLY);
	end(stage);
}

/* No room even for that: time does not stop, and when there is room again no ballot comes before
 * the PHASE that is late. */
static void
test_phase_without_room(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){.now = "2026-01-31T19:59:50Z"});
	struct guest guest = guest_join(stage, 0);

	(void)state;
	set_space(stage, 0);
	stage_run(stage, 20000);
	assert_int_equal(station_law(stage->station)->phase, TALLY_PHASE_OPEN);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_UNAVAILABLE);
	/* A ballot in the very event that brings the room. */
	stage_hold(stage, STAGE_VERIFY);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 50);
	set_space(stage, 1 << 20);
	guest_vote(&guest, 2, 1, 0);
	stage_settle(stage);
	stage_release(stage, STAGE_VERIFY);
	stage_run(stage, 100);
	guest_expect(&guest, TALLY_UNAVAILABLE);
	assert_int_equal(stage_count(stage, TALLY_ENTRY_BALLOT), 0);
	assert_int_equal(station_law(stage->station)->phase, TALLY_PHASE_CLOSED);
	guest_vote(&guest, 3, 1, 0);
	stage_run(stage, 50);
	guest_next(&guest, &(struct frame){0});
	guest.answered++;
	guest_expect(&guest, TALLY_CLOSED);
	end(stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_no_space),
	    cmocka_unit_test(test_closing_on_a_full_disk),
	    cmocka_unit_test(test_phase_without_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
