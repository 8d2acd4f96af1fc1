/* How much is taken and not yet answered, over all connections, and in what pieces it goes to
 * workers. */
#include "tests/lib/guest.h"
#include "tests/lib/naive.h"

/* Parcels of the largest jobs have room for more than the pipeline takes (S1). */
static void
large_jobs_take_no_more(void **state)
{
	enum {
		guests_count = 4,
		each = pipeline_items / 2
	};
	struct stage *stage = stage_make(&(struct stage_wish){.parcel_items = parcel_items_max},
					 (struct test_random){1});
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct bytes ballot;
	size_t taken = 0;

	(void)state;
	stage_run(stage, 1000);
	ballot = guest_ballot(stage, 1, 1, 0, memory);
	stage_hold(stage, STAGE_VERIFY);
	for (size_t i = 0; i < guests_count; i++) {
		struct guest guest = guest_join(stage, 0);

		for (size_t k = 0; k < each; k++)
			guest_submit(&guest, ballot);
	}
	stage_run(stage, 500);
	for (size_t i = 0; i < connections_max; i++)
		taken += stage->station->connections[i].owed_requests;
	assert_int_equal(taken, pipeline_items);
	assert_int_equal(stage->station->items_count, pipeline_items);
	guest_join(stage, 0); /* a handshake needs no place in it */
	assert_int_equal(stage->station->items_count, pipeline_items);
	stage_free(stage);
}

static struct stage *
open_stage(void)
{
	struct stage *stage = stage_make(
	    &(struct stage_wish){.workers = 1, .parcel_items = 100}, (struct test_random){1});

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

/* A job is what there is when a worker is free, and as many as this verifier makes a job of. */
static void
size_of_a_job(void **state)
{
	struct stage *stage = open_stage();
	struct guest guest = guest_join(stage, 0);
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct bytes ballot = guest_ballot(stage, 1, 1, 0, memory);
	uint64_t first = stage->station->parcels_filled;
	const size_t sizes[] = {1, 100, 100, 50};
	size_t total;

	(void)state;
	memory[ballot.size - 1] ^= 1;
	stage_hold(stage, STAGE_VERIFY);
	guest_submit(&guest, ballot);
	stage_run(stage, 20);
	for (size_t i = 0; i < 250; i++)
		guest_submit(&guest, ballot);
	stage_run(stage, 20);
	assert_int_equal(stage_pending(stage, STAGE_VERIFY), 2); /* a full one in line */
	assert_int_equal(stage->station->parcels_filled - first, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(stage->station->parcels[(first + i) % parcels_max].items_count,
				 sizes[i]);
	assert_int_equal(stage->station->items_count, 251);
	stage_release(stage, STAGE_VERIFY);
	stage_run(stage, 500);
	assert_int_equal(guest_verdicts(&guest, TALLY_BAD_SIGNATURE, &total), 251);
	assert_int_equal(stage->station->items_count, 0);
	end(stage);
}

/* An idle worker does not make the parcel that is being filled go: full ones go first, and then it
 * gains by waiting for company. */
static void
full_ones_first(void **state)
{
	struct stage *stage = open_stage();
	struct guest guest = guest_join(stage, 0);
	const struct station *station = stage->station;
	uint64_t first = station->parcels_filled;
	const enum parcel_state states[] = {PARCEL_AWAY, PARCEL_AWAY, PARCEL_FILLING};
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct bytes ballot = guest_ballot(stage, 1, 1, 0, memory);
	size_t total;

	(void)state;
	memory[ballot.size - 1] ^= 1;
	for (size_t i = 0; i < 250; i++)
		guest_submit(&guest, ballot);
	stage_hold(stage, STAGE_VERIFY);
	stage_settle(stage);
	assert_int_equal(station->parcels_filled - first, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(station->parcels[(first + i) % parcels_max].state, states[i]);
	stage_release(stage, STAGE_VERIFY);
	stage_run(stage, 500);
	assert_int_equal(guest_verdicts(&guest, TALLY_BAD_SIGNATURE, &total), 250);
	end(stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(large_jobs_take_no_more),
	    cmocka_unit_test(size_of_a_job),
	    cmocka_unit_test(full_ones_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
