#include "tests/lib/child.h"
#include "tests/lib/guest.h"
#include "tests/lib/naive.h"

#include <signal.h>

/* Where the ballot lies that a new one replaces, and what if it is not the one it must be. */

static struct stage *
open_revotes(void)
{
	struct stage_wish wish = {.campaign = {.revisions_max = 9}};
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

static void
test_replaced_in_same_parcel_and_batch(void **state)
{
	struct stage *stage = open_revotes();
	struct guest guest = guest_join(stage, 0);

	(void)state;
	stage_hold(stage, STAGE_VERIFY);
	for (uint16_t revision = 1; revision <= 4; revision++)
		guest_vote(&guest, 1, revision, revision % 3);
	stage_run(stage, 10);
	stage_release(stage, STAGE_VERIFY);
	stage_run(stage, 50);
	for (int i = 0; i < 4; i++)
		guest_expect(&guest, TALLY_ACCEPTED);
	assert_int_equal(stage->asked[STAGE_FETCH], 0);
	assert_int_equal(stage->station->durable_standing.counts.replaced, 3);
	end(stage);
}

static void
test_replaced_in_flight(void **state)
{
	struct stage *stage = open_revotes();
	struct guest guest = guest_join(stage, 0);

	(void)state;
	stage_hold(stage, STAGE_COMMIT);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 50);
	assert_int_equal(stage_pending(stage, STAGE_COMMIT), 1);
	guest_vote(&guest, 1, 2, 1);
	stage_run(stage, 50);
	guest_expect_nothing(&guest);
	assert_int_equal(station_size(stage->station), station_durable(stage->station) + 2);
	stage_release(stage, STAGE_COMMIT);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_int_equal(stage->asked[STAGE_FETCH], 0);
	end(stage);
}

static void
test_replaced_on_disk(void **state)
{
	struct stage *stage = open_revotes();
	struct guest guest = guest_join(stage, 0);

	(void)state;
	guest_vote(&guest, 1, 1, 0);
	guest_vote(&guest, 2, 1, 0);
	stage_run(stage, 50);
	guest_vote(&guest, 1, 2, 1);
	guest_vote(&guest, 2, 2, 2);
	stage_run(stage, 50);
	for (int i = 0; i < 4; i++)
		guest_expect(&guest, TALLY_ACCEPTED);
	assert_int_equal(stage->asked[STAGE_FETCH], 0); /* trip 1 brought them */
	end(stage);
}

/* While a revote is with a worker another one of the same tag becomes durable: what trip 1
 * brought is not the replaced ballot any more. */
static void
test_replaced_changes_meanwhile(void **state)
{
	struct stage *stage = open_revotes();
	struct guest guest = guest_join(stage, 0);
	struct guest other = guest_join(stage, 0);

	(void)state;
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_ACCEPTED);
	stage_hold(stage, STAGE_VERIFY);
	guest_vote(&guest, 1, 2, 1);
	stage_run(stage, 10);
	assert_int_equal(stage_pending(stage, STAGE_VERIFY), 1);
	guest_vote(&other, 1, 3, 2);
	stage_run(stage, 10);
	assert_int_equal(stage_pending(stage, STAGE_VERIFY), 2);
	/* Both were told that index 2 would be replaced. */
	stage_hold(stage, STAGE_FETCH);
	stage_release(stage, STAGE_VERIFY);
	stage_run(stage, 50);
	guest_expect(&guest, TALLY_ACCEPTED);
	/* 3 replaces 2, which is in the same batch or in flight: nothing to fetch. */
	guest_expect(&other, TALLY_ACCEPTED);
	assert_int_equal(stage->station->durable_standing.counts.replaced, 2);
	/* Now the first one is durable before the second comes back. */
	stage_hold(stage, STAGE_VERIFY);
	guest_vote(&guest, 1, 4, 1);
	stage_run(stage, 10);
	guest_vote(&other, 1, 5, 2);
	stage_run(stage, 10);
	stage->chores[stage->chores_count - 1].due_ms += 200;
	stage_release(stage, STAGE_VERIFY);
	stage_run(stage, 100);
	guest_expect(&guest, TALLY_ACCEPTED);
	guest_expect_nothing(&other);
	stage_run(stage, 200);
	guest_expect_nothing(&other);
	assert_int_equal(stage_pending(stage, STAGE_FETCH), 1);
	/* What comes behind it waits with it (L2). */
	guest_vote(&guest, 2, 1, 0);
	stage_run(stage, 50);
	guest_expect_nothing(&guest);
	stage_release(stage, STAGE_FETCH);
	stage_run(stage, 50);
	guest_expect(&other, TALLY_ACCEPTED);
	guest_expect(&guest, TALLY_ACCEPTED);
	assert_int_equal(stage->station->durable_standing.counts.replaced, 4);
	assert_int_equal(stage->asked[STAGE_FETCH], 1);
	end(stage);
}

/* What was fetched for one ballot is not taken for the next one. */
static void
test_fetched_twice(void **state)
{
	struct stage *stage = open_revotes();
	struct guest early = guest_join(stage, 0);
	struct guest late = guest_join(stage, 0);

	(void)state;
	stage_hold(stage, STAGE_VERIFY);
	for (uint64_t voter = 1; voter <= 3; voter++)
		guest_vote(&early, voter, 1, 0);
	stage_run(stage, 10);
	for (uint64_t voter = 1; voter <= 3; voter++)
		guest_vote(&late, voter, 2, 1);
	stage_run(stage, 10);
	/* Nothing could be foreseen for these: when they come back, all of the others is old. */
	for (size_t i = 0; i < stage->chores_count; i++)
		stage->chores[i].due_ms += 50 * i;
	stage_release(stage, STAGE_VERIFY);
	stage_run(stage, 500);
	for (int i = 0; i < 3; i++) {
		guest_expect(&early, TALLY_ACCEPTED);
		guest_expect(&late, TALLY_ACCEPTED);
	}
	assert_true(stage->asked[STAGE_FETCH] >= 2);
	assert_int_equal(stage->station->durable_standing.counts.replaced, 3);
	end(stage);
}

static void
report(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: %s\n", file, line, condition);
}

/* A revote, and the disk gives another voter's ballot, or something that is none, for the one it
 * replaces: the counts would be wrong, so the process ends before anything of it is told. */
static int
revote_on_a_wrong_disk(void *context)
{
	const size_t *at = context;
	struct stage *stage = open_revotes();
	struct guest guest = guest_join(stage, 0);
	struct frame frame;

	check_reporter_set(report);
	guest_vote(&guest, 1, 1, 0);
	stage_run(stage, 50);
	stage->entries[guest_expect(&guest, TALLY_ACCEPTED)].data[*at] ^= 1;
	guest_vote(&guest, 1, 2, 1);
	stage_run(stage, 50);
	return guest_next(&guest, &frame) ? 1 : 0;
}

static void
test_replaced_is_not_the_voters(void **state)
{
	static struct test_child child;
	size_t tag = 1 + 48;
	size_t separator = 1;

	(void)state;
	assert_int_equal(test_child_run(&child, revote_on_a_wrong_disk, &tag), -SIGABRT);
	assert_said(&child, "memcmp(replaced->tag, item->facts->ballot.tag");
	assert_int_equal(test_child_run(&child, revote_on_a_wrong_disk, &separator), -SIGABRT);
	assert_said(&child, "ballot_parse(bytes, replaced)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_replaced_in_same_parcel_and_batch),
	    cmocka_unit_test(test_replaced_in_flight),
	    cmocka_unit_test(test_replaced_on_disk),
	    cmocka_unit_test(test_replaced_changes_meanwhile),
	    cmocka_unit_test(test_fetched_twice),
	    cmocka_unit_test(test_replaced_is_not_the_voters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
