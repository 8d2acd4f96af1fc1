/* How much is taken and not yet answered, over all connections. */
#include "tests/lib/guest.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(large_jobs_take_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
