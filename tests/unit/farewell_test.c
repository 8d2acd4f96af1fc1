#include "tests/lib/guest.h"
#include "tests/lib/naive.h"

/* How a conversation ends short: the far end stops sending, or shows a checkpoint that this
 * ledger does not contain. */

static struct stage *
open_stage(void)
{
	struct stage *stage = stage_make(&(struct stage_wish){0}, (struct test_random){1});

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

static void
sends_no_more(const struct guest *guest)
{
	stage_step(guest->stage,
		   (struct station_event){.kind = STATION_ENDED, .connection = guest->number});
}

static void
what_came_whole_is_answered(void **state)
{
	struct stage *stage = open_stage();
	struct guest guest = guest_join(stage, 0);

	(void)state;
	guest_vote(&guest, 1, 1, 0);
	guest_vote(&guest, 2, 1, 0);
	guest_status(&guest, 1);
	guest_receipt(&guest, 1);
	stage_hold(stage, STAGE_COMMIT);
	stage_hold(stage, STAGE_READ);
	stage_run(stage, 50);
	sends_no_more(&guest);
	guest_expect_nothing(&guest);
	stage_release(stage, STAGE_COMMIT);
	stage_run(stage, 1000);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_true(guest_is_there(&guest)); /* the receipt is still owed */
	stage_release(stage, STAGE_READ);
	stage_run(stage, 100);
	assert_false(guest_is_there(&guest));
	assert_int_equal(station_verdicts(stage->station)[TALLY_ACCEPTED], 2);
	end(stage);
}

static void
half_a_frame_is_forgotten(void **state)
{
	struct stage *stage = open_stage();
	struct guest guest = guest_join(stage, 0);

	(void)state;
	stage_send(stage, guest.number, BYTES_OF("\0\0\0\7"));
	sends_no_more(&guest);
	stage_run(stage, 50);
	assert_false(guest_is_there(&guest));
	guest_expect_nothing(&guest);
	end(stage);
}

static void
a_stranger_who_says_nothing(void **state)
{
	struct stage *stage = open_stage();
	struct frame hello;
	struct guest guest = guest_connect(stage, &hello);

	(void)state;
	sends_no_more(&guest);
	stage_run(stage, 50);
	assert_false(guest_is_there(&guest));
	end(stage);
}

/* L5: nothing new is accepted; what is in the log is still said to be there. */
static void
show_a_checkpoint(uint64_t beyond)
{
	struct stage *stage = open_stage();
	struct guest voter = guest_join(stage, 0);
	struct frame hello;
	struct guest witness;
	uint8_t memory[1024];
	uint64_t index;

	guest_vote(&voter, 1, 1, 0);
	stage_run(stage, 500);
	index = guest_expect(&voter, TALLY_ACCEPTED);
	witness = guest_connect(stage, &hello);
	guest_auth(
	    &witness, &hello, GUEST_ANONYMOUS,
	    stage_forge_note(stage, station_durable(stage->station) - 1 + beyond, 3, memory));
	stage_run(stage, 500);
	assert_int_equal(stage->ahead, 1);
	guest_vote(&voter, 1, 1, 0);
	guest_vote(&voter, 2, 1, 0);
	stage_run(stage, 500);
	assert_int_equal(guest_expect(&voter, TALLY_ACCEPTED), index);
	guest_expect(&voter, TALLY_UNAVAILABLE);
	end(stage);
}

static void
a_checkpoint_beyond_the_ledger(void **state)
{
	(void)state;
	show_a_checkpoint(10);
}

static void
a_checkpoint_beside_the_ledger(void **state)
{
	(void)state;
	show_a_checkpoint(0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_came_whole_is_answered),
	    cmocka_unit_test(half_a_frame_is_forgotten),
	    cmocka_unit_test(a_stranger_who_says_nothing),
	    cmocka_unit_test(a_checkpoint_beyond_the_ledger),
	    cmocka_unit_test(a_checkpoint_beside_the_ledger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
