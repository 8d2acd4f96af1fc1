#include "bench/tally-bench/reckon.h"

#include <math.h>

#include "tests/lib/test.h"

/* Worked out by hand. */

static const struct reckon_vote vote = {.voters = 1000000, .peak = 7000, .ballot_bytes = 170};

static struct reckon_parts
ample(void)
{
	return (struct reckon_parts){.verify_ns = 50000,
				     .beyond_ns = 5000,
				     .loop_share = 1,
				     .sync_ns = 2000000,
				     .sync_p99_ns = 9000000,
				     .disk_bytes = 400,
				     .voter_bytes = 50,
				     .fixed_bytes = 20000000,
				     .cores = 4,
				     .memory_bytes = 8e9,
				     .free_bytes = 1e12};
}

static void
assert_near(double found, double expected)
{
	if (!(fabs(found - expected) <= 1e-9 * fabs(expected)))
		fail_msg("%.12g, not %.12g", found, expected);
}

static void
the_arithmetic(void **state)
{
	const struct reckon_parts parts = ample();
	struct reckon need = reckon(&vote, &parts);

	(void)state;
	assert_near(need.needs[RECKON_CORES].needed, 0.55); /* 7000 x 55 us / 0.7 */
	assert_near(need.needs[RECKON_CORES].share, 0.1375);
	assert_near(need.needs[RECKON_LOOP].needed, 0.05);
	assert_near(need.needs[RECKON_SYNC].needed, 20); /* 14 come in 2 ms */
	assert_near(need.needs[RECKON_SYNC].there, 8192);
	assert_near(need.needs[RECKON_MEMORY].needed, 1e8); /* (20 MB + 50 MB) / 0.7 */
	assert_near(need.needs[RECKON_DISK].needed, 5e8);   /* 400 MB / 0.8 */
	assert_int_equal(need.binds, RECKON_CORES);
	assert_near(need.rate_max, 0.7 * 4 / 55e-6);
	assert_near(need.syncs, 500);
}

static void
each_part_can_bind(void **state)
{
	struct reckon_parts parts = ample();

	(void)state;
	parts.beyond_ns = 110000;
	assert_int_equal(reckon(&vote, &parts).binds, RECKON_LOOP);
	assert_true(reckon(&vote, &parts).needs[RECKON_LOOP].share > 1);
	parts = ample();
	parts.sync_ns = 900000000; /* 6300 come meanwhile */
	assert_int_equal(reckon(&vote, &parts).binds, RECKON_SYNC);
	assert_near(reckon(&vote, &parts).rate_max, 0.7 * 8192 / 0.9);
	parts = ample();
	parts.memory_bytes = 1e8;
	assert_int_equal(reckon(&vote, &parts).binds, RECKON_MEMORY);
	assert_near(reckon(&vote, &parts).needs[RECKON_MEMORY].share, 1);
	parts = ample();
	parts.free_bytes = 4e8;
	assert_int_equal(reckon(&vote, &parts).binds, RECKON_DISK);
	assert_near(reckon(&vote, &parts).needs[RECKON_DISK].share, 1.25);
	parts = ample();
	parts.seen_rate = 8000; /* by its parts it could be 50,909 */
	assert_int_equal(reckon(&vote, &parts).binds, RECKON_SEEN);
	assert_near(reckon(&vote, &parts).needs[RECKON_SEEN].share, 1.25);
	assert_near(reckon(&vote, &parts).rate_max, 5600);
}

static void
large_ballots_fill_a_commit_sooner(void **state)
{
	(void)state;
	assert_near(reckon_batch_max(170), 8192);
	assert_near(reckon_batch_max(253), 8192);
	assert_near(reckon_batch_max(1021), 2048);
}

/* One ballot at a time: no more syncs than ballots. */
static void
a_slow_vote_syncs_for_each(void **state)
{
	const struct reckon_parts parts = ample();
	struct reckon_vote slow = vote;

	(void)state;
	slow.peak = 3;
	assert_near(reckon(&slow, &parts).syncs, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_arithmetic),
	    cmocka_unit_test(each_part_can_bind),
	    cmocka_unit_test(large_ballots_fill_a_commit_sooner),
	    cmocka_unit_test(a_slow_vote_syncs_for_each),
	};

	return cmocka_run_group_tests_name("reckon", tests, NULL, NULL);
}
