#include "tests/lib/guest.h"
#include "tests/lib/naive.h"
#include "tests/lib/patience.h"

#include <unistd.h>

/* What holds up a station that means to close or to stop: a full disk, a reader that does not
 * read, a crowd. */

static const char before_close[] = "2026-01-31T19:59:50Z";

static struct stage *
open_stage(struct stage_wish wish)
{
	struct stage *stage = stage_make(&wish, (struct test_random){1});

	alarm(TEST_PATIENCE_S); /* a step that never ends fails, too */
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
set_space(struct stage *stage, uint64_t space)
{
	stage->space = space;
	stage_step(stage, (struct station_event){.kind = STATION_SPACE, .space = space});
}

static enum tally_phase
phase(const struct stage *stage)
{
	return station_law(stage->station)->phase;
}

static void
test_close_waits_for_space(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){.now = before_close});
	struct guest guest = guest_join(stage, 0);

	(void)state;
	set_space(stage, 0);
	stage_run(stage, 15000);
	assert_int_equal(phase(stage), TALLY_PHASE_OPEN);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 50);
	set_space(stage, 1 << 20);
	stage_run(stage, 1000);
	assert_int_equal(phase(stage), TALLY_PHASE_CLOSED);
	guest_vote(&guest, 2, 1, 0);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_UNAVAILABLE);
	guest_expect(&guest, TALLY_CLOSED);
	assert_int_equal(stage_count(stage, TALLY_ENTRY_BALLOT), 0);
	end(stage);
}

static void
test_open_waits_for_space(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){.now = "2026-01-01T07:59:55Z"});

	(void)state;
	set_space(stage, 0);
	stage_run(stage, 10000);
	assert_int_equal(phase(stage), TALLY_PHASE_BEFORE);
	set_space(stage, 1 << 20);
	stage_run(stage, 1000);
	assert_int_equal(phase(stage), TALLY_PHASE_OPEN);
	end(stage);
}

static void
test_stop_without_space(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){.campaign = {.publish_min = 1}});
	struct guest guest = guest_join(stage, 0);

	(void)state;
	stage_hold(stage, STAGE_PUBLISH);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 500);
	guest_expect(&guest, TALLY_ACCEPTED);
	set_space(stage, 0);
	stage_release(stage, STAGE_PUBLISH);
	guest_vote(&guest, 2, 1, 0);
	stage_step(stage, (struct station_event){.kind = STATION_STOP});
	stage_run(stage, 2000);
	assert_true(stage->stopped);
	naive_compare(stage);
	stage_free(stage);
}

/* It asks and asks and reads nothing, so its requests cannot be taken. */
static void
stall(struct guest *guest)
{
	struct stage_socket *socket = &guest->stage->sockets[guest->number];

	socket->slow = true;
	socket->budget = 0;
	for (int i = 0; i < 8000; i++)
		guest_ask(guest, TALLY_MESSAGE_STATE, bytes_make(NULL, 0));
}

static void
test_close_in_spite_of_a_slow_reader(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){.now = before_close});
	struct guest guest = guest_join(stage, 0);
	struct guest slow = guest_join(stage, GUEST_ANONYMOUS);

	(void)state;
	stall(&slow);
	for (int i = 0; i < 120; i++) {
		stage->sockets[slow.number].budget = 1; /* or it would be late */
		stage_run(stage, 250);
	}
	assert_int_equal(phase(stage), TALLY_PHASE_CLOSED);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_CLOSED);
	end(stage);
}

/* A crowd asks for receipts while ballots are with the workers: it gets one thread, and a member
 * does not queue behind it. */
static void
test_receipts_leave_workers_to_ballots(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){.workers = 2});
	struct guest voter = guest_join(stage, 0);
	struct guest member = guest_join(stage, 0);
	struct guest crowd[8];
	struct frame frame;

	(void)state;
	stage_hold(stage, STAGE_READ);
	for (size_t i = 0; i < 8; i++) {
		crowd[i] = guest_join(stage, GUEST_ANONYMOUS);
		for (size_t k = 0; k < 8; k++)
			guest_receipt(&crowd[i], k % 2);
	}
	stage_run(stage, 50);
	assert_int_equal(stage_pending(stage, STAGE_READ), 3);
	stage_hold(stage, STAGE_VERIFY);
	for (uint64_t i = 0; i < 40; i++)
		guest_vote(&voter, i, 1, 0);
	guest_receipt(&member, 0);
	stage_run(stage, 50);
	assert_int_equal(stage_pending(stage, STAGE_VERIFY), 2);
	stage_release(stage, STAGE_READ);
	stage_run(stage, 6); /* the first three, and the next one */
	assert_true(stage_pending(stage, STAGE_READ) <= 1);
	stage_run(stage, 15);
	assert_true(guest_next(&member, &frame));
	assert_int_equal(frame.message, TALLY_MESSAGE_RECEIPT_IS);
	stage_release(stage, STAGE_VERIFY);
	stage_run(stage, 500);
	for (size_t i = 0; i < 8; i++)
		for (size_t k = 0; k < 8; k++)
			assert_true(guest_next(&crowd[i], &frame));
	end(stage);
}

/* One key takes every place it can get; another one still finds its own. */
static void
test_no_key_takes_all_places(void **state)
{
	struct stage *stage = open_stage((struct stage_wish){.campaign = {.frontends = 2}});
	struct guest first = guest_join(stage, 0);
	struct guest guest;
	struct frame hello;

	(void)state;
	stage_run(stage, 50);
	for (unsigned i = 1; i < connections_members_max; i++)
		(void)guest_join(stage, 0);
	guest = guest_connect(stage, &hello);
	guest_auth(&guest, &hello, 0, bytes_make(NULL, 0));
	stage_run(stage, 50);
	guest_expect_goodbye(&guest, TALLY_SLOW_DOWN);
	assert_true(guest_is_there(&first));
	guest = guest_connect(stage, &hello);
	guest_auth(&guest, &hello, 1, bytes_make(NULL, 0));
	stage_settle(stage);
	guest_expect_goodbye(&first, TALLY_SLOW_DOWN); /* the quietest of the many */
	assert_true(guest_next(&guest, &hello));
	assert_int_equal(hello.message, TALLY_MESSAGE_WELCOME);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_ACCEPTED);
	end(stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_close_waits_for_space),
	    cmocka_unit_test(test_open_waits_for_space),
	    cmocka_unit_test(test_stop_without_space),
	    cmocka_unit_test(test_close_in_spite_of_a_slow_reader),
	    cmocka_unit_test(test_receipts_leave_workers_to_ballots),
	    cmocka_unit_test(test_no_key_takes_all_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
