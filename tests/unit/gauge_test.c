#include "station/gauge.h"

#include "tests/lib/guest.h"

static struct stage *
open_stage(void)
{
	struct stage *stage =
	    stage_make(&(struct stage_wish){.workers = 2}, (struct test_random){1});

	stage_run(stage, 1000);
	return stage;
}

static struct gauge
look(const struct stage *stage)
{
	struct gauge gauge;

	gauge_read(stage->station, &gauge);
	return gauge;
}

static void
says_who_is_there(void **state)
{
	struct stage *stage = open_stage();
	struct frame hello;
	struct guest leaving;
	struct gauge gauge;

	(void)state;
	guest_join(stage, 0);
	guest_join(stage, 0);
	guest_join(stage, GUEST_AUTHORITY);
	guest_join(stage, GUEST_ANONYMOUS);
	leaving = guest_connect(stage, &hello);
	gauge = look(stage);
	assert_int_equal(gauge.connections[GAUGE_FRONTEND], 2);
	assert_int_equal(gauge.connections[GAUGE_AUTHORITY], 1);
	assert_int_equal(gauge.connections[GAUGE_ANONYMOUS], 1);
	assert_int_equal(gauge.connections[GAUGE_GREETED], 1);
	assert_int_equal(gauge.connections[GAUGE_LEAVING], 0);
	stage_disconnect(stage, leaving.number);
	stage_settle(stage);
	assert_int_equal(look(stage).connections[GAUGE_GREETED], 0);
	stage_free(stage);
}

/* One ballot after the other place on its way; and then it is on none. */
static void
follows_a_ballot(void **state)
{
	struct stage *stage = open_stage();
	struct guest guest = guest_join(stage, 0);
	uint64_t before = look(stage).durable;
	struct gauge gauge;

	(void)state;
	stage_hold(stage, STAGE_VERIFY);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 100);
	gauge = look(stage);
	assert_int_equal(gauge.parcels[PARCEL_AWAY], 1);
	assert_int_equal(gauge.requests, 1);
	assert_int_equal(gauge.sequenced, before);
	stage_hold(stage, STAGE_COMMIT);
	stage_release(stage, STAGE_VERIFY);
	stage_run(stage, 100);
	gauge = look(stage);
	assert_int_equal(gauge.parcels[PARCEL_SEQUENCED], 1);
	assert_int_equal(gauge.requests, 1);
	assert_int_equal(gauge.sequenced, before + 1);
	assert_int_equal(gauge.durable, before);
	stage_release(stage, STAGE_COMMIT);
	stage_run(stage, 1000);
	gauge = look(stage);
	assert_int_equal(gauge.parcels[PARCEL_FREE], parcels_max);
	assert_int_equal(gauge.requests, 0);
	assert_int_equal(gauge.durable, before + 1);
	assert_int_equal(gauge.signed_size, before + 1);
	assert_true(gauge.published_size <= gauge.signed_size);
	stage_free(stage);
}

static void
tells_ballots_from_other_answers(void **state)
{
	struct stage *stage = open_stage();
	struct guest guest = guest_join(stage, 0);
	struct gauge gauge;

	(void)state;
	guest_vote(&guest, 1, 1, 0);
	guest_vote(&guest, 1, 1, 1);
	guest_receipt(&guest, 1000000);
	guest_ask(&guest, TALLY_MESSAGE_NOTICE, BYTES_OF("no notice"));
	stage_run(stage, 1000);
	gauge = look(stage);
	assert_int_equal(gauge.ballots[TALLY_ACCEPTED], 1);
	assert_int_equal(gauge.ballots[TALLY_HAS_VOTED], 1);
	assert_int_equal(gauge.ballots[TALLY_NOT_FOUND], 0);
	assert_int_equal(gauge.verdicts[TALLY_ACCEPTED], 1);
	assert_int_equal(gauge.verdicts[TALLY_NOT_FOUND], 1);
	assert_int_equal(gauge.ballots[TALLY_MALFORMED], 0);
	assert_int_equal(gauge.verdicts[TALLY_MALFORMED], 1);
	stage_free(stage);
}

static void
is_ready_while_the_vote_is_open(void **state)
{
	struct stage *early = stage_make(&(struct stage_wish){.now = "2026-01-01T07:00:00Z"},
					 (struct test_random){1});
	struct stage *open = open_stage();

	(void)state;
	stage_run(early, 1000);
	assert_false(look(early).ready);
	assert_true(look(open).ready);
	stage_free(early);
	stage_free(open);
}

/* A vote that is open, and no room for a ballot. */
static void
is_not_ready_without_room(void **state)
{
	struct stage *stage = open_stage();

	(void)state;
	assert_true(look(stage).ready);
	stage->space = 0;
	stage_step(stage, (struct station_event){.kind = STATION_SPACE, .space = 0});
	assert_false(look(stage).ready);
	stage->space = 1 << 30;
	stage_step(stage, (struct station_event){.kind = STATION_SPACE, .space = 1 << 30});
	assert_true(look(stage).ready);
	stage_free(stage);
}

/* L5: somebody holds a checkpoint that this ledger does not contain. */
static void
is_not_ready_when_fallen_behind(void **state)
{
	struct stage *stage = open_stage();
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];
	struct frame hello;
	struct guest guest = guest_connect(stage, &hello);

	(void)state;
	assert_true(look(stage).ready);
	guest_auth(&guest, &hello, 0,
		   stage_forge_note(stage, stage->entries_count, 0x5a, memory));
	stage_run(stage, 1000);
	assert_int_equal(stage->ahead, 1);
	assert_false(look(stage).ready);
	stage_free(stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(says_who_is_there),
	    cmocka_unit_test(follows_a_ballot),
	    cmocka_unit_test(tells_ballots_from_other_answers),
	    cmocka_unit_test(is_ready_while_the_vote_is_open),
	    cmocka_unit_test(is_not_ready_without_room),
	    cmocka_unit_test(is_not_ready_when_fallen_behind),
	};

	return cmocka_run_group_tests_name("gauge", tests, NULL, NULL);
}
