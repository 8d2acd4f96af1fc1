#include "tests/lib/test.h"

#include "tests/lib/household.h"

#include <sys/stat.h>

static void
empty_home(void **state)
{
	struct household_comparison comparison;
	struct home_state found;
	struct home_state now = test_voters_state(household, BYTES_OF(""));

	(void)state;
	assert_int_equal(household_load(&found, &comparison), 0);
	assert_int_equal(home_forget(household_fd), DISK_OK);
	assert_int_equal(household_advance(&now), DISK_OK);
	household_is(&now);
	assert_int_equal(home_forget(household_fd), DISK_OK);
	assert_int_equal(household_load(&found, &comparison), 0);
}

/* One home follows in small steps, one transaction each; others are made at once, whole or in
 * parts. All hold the same. */
static void
all_ways_lead_home(void **state)
{
	uint8_t blob[3000];

	(void)state;
	for (size_t size = 1; size < 4000;
	     size += 1 + test_random_below(&household->random, 500)) {
		struct test_folder other = test_folder_make();
		struct home_state now;
		size_t blob_size = test_random_below(&household->random, sizeof blob);

		test_random_fill(&household->random, blob, blob_size);
		test_voters_vote(household, size);
		now = test_voters_state(household, bytes_make(blob, blob_size));
		assert_int_equal(household_advance(&now), DISK_OK);
		household_is(&now);
		assert_int_equal(household_advance(&now), DISK_OK); /* nothing to do */
		assert_int_equal(household_advance_at(other.fd, &now), DISK_OK);
		household_at_is(other.fd, &now);
		assert_int_equal(home_forget(other.fd), DISK_OK);
		assert_int_equal(household_advance_in_parts(other.fd, &now, 1 + size / 5),
				 DISK_OK);
		household_at_is(other.fd, &now);
		assert_false(household_exists_at(other.fd, "state/book.new"));
		assert_false(household_exists_at(other.fd, "state/book.next"));
		test_folder_remove(&other);
	}
}

/* Past the threshold an existing file is merged into a new one. */
static void
large_changes_are_merged(void **state)
{
	struct stat before;
	struct stat after;
	struct home_state now;

	(void)state;
	now = household_settle(5000, BYTES_OF("first"));
	assert_int_equal(fstatat(household_fd, "state/book.mdb", &before, 0), 0);
	now = household_settle(6000, BYTES_OF("second"));
	assert_int_equal(fstatat(household_fd, "state/book.mdb", &after, 0), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	household_is(&now);
	now = household_settle(40000, BYTES_OF("third"));
	assert_int_equal(fstatat(household_fd, "state/book.mdb", &after, 0), 0);
	assert_int_not_equal(before.st_ino, after.st_ino);
	household_is(&now);
}

static void
voter_mode(void **state)
{
	struct test_folder other = test_folder_make();
	struct home_state now;

	(void)state;
	for (size_t size = 100; size <= 2000; size += 380) {
		now = household_settle(size, BYTES_OF("blob"));
		household_is(&now);
	}
	assert_int_equal(household_advance_in_parts(other.fd, &now, 150), DISK_OK);
	household_at_is(other.fd, &now);
	test_folder_remove(&other);
}

/* But for those that were voided and cast again: these alone leave an OLD record. */
static void
first_vote_stands(void **state)
{
	struct household_comparison comparison;
	struct home_state found;
	struct home_state now;
	size_t olds_count = 0;

	(void)state;
	now = household_settle(900, BYTES_OF("blob"));
	household_is(&now);
	assert_int_equal(household_load(&found, &comparison), 1);
	for (size_t voter = 0; voter < household->voters_count; voter++)
		olds_count +=
		    household->revisions[voter] > 1 ? household->revisions[voter] - 1u : 0;
	assert_true(olds_count > 0);
	assert_int_equal(comparison.olds_count, olds_count);
	household_state_free(&found);
}

static void
never_backwards(void **state)
{
	struct home_state early;
	struct home_state late;
	struct home_state other;

	(void)state;
	test_voters_vote(household, 100);
	early = test_voters_state(household, BYTES_OF("early"));
	late = household_settle(200, BYTES_OF("late"));
	assert_int_equal(household_advance(&early), DISK_DAMAGED);
	other = late;
	other.checksum ^= 1;
	assert_int_equal(household_advance(&other), DISK_DAMAGED);
	household_is(&late);
}

/* What the archive gives must be the tree's entries, else the home stays where it is. */
static void
foreign_entries(void **state)
{
	struct household_comparison comparison;
	struct home_state found;
	struct home_state early;
	struct home_state late;

	(void)state;
	early = household_settle(100, BYTES_OF("early"));
	test_voters_vote(household, 200);
	late = test_voters_state(household, BYTES_OF("late"));
	late.frontier.peaks[1].bytes[4] ^= 1;
	assert_int_equal(household_advance(&late), DISK_DAMAGED);
	assert_int_equal(household_load(&found, &comparison), 1);
	assert_true(household_state_equal(&found, &early));
	household_state_free(&found);
	late.frontier.peaks[1].bytes[4] ^= 1;
	assert_int_equal(household_advance(&late), DISK_OK);
	household_is(&late);
}

static void
other_campaign(void **state)
{
	struct household_comparison comparison = {.table = &household->table};
	const uint8_t campaign[32] = {1};
	struct home_state found;

	(void)state;
	household_settle(100, BYTES_OF("blob"));
	assert_int_equal(home_load(household_fd, campaign, &found, household_compare,
				   &comparison, HOUSEHOLD_DEADLINE_MS),
			 0);
	assert_non_null(strstr(disk_error(), "another campaign"));
	assert_int_equal(comparison.records_count, 0);
	assert_false(household_exists("state/book.mdb"));
}

static void
visitor_stops(void **state)
{
	struct household_comparison comparison = {.table = &household->table, .stop_at = 7};
	struct home_state found;
	struct home_state now;

	(void)state;
	now = household_settle(5000, BYTES_OF("blob"));
	assert_int_equal(home_load(household_fd, household->manifest.id, &found,
				   household_compare, &comparison, HOUSEHOLD_DEADLINE_MS),
			 0);
	assert_int_equal(comparison.records_count, 7);
	household_is(&now);
}

/* Files that were being made when the process died. */
static void
half_made_files(void **state)
{
	struct home_state now;

	(void)state;
	test_voters_vote(household, 300);
	now = test_voters_state(household, BYTES_OF("blob"));
	assert_int_equal(
	    disk_replace(household_fd, "state/book.new", BYTES_OF("half"), 0600, false),
	    DISK_OK);
	assert_int_equal(
	    disk_replace(household_fd, "state/book.next", BYTES_OF("half"), 0600, false),
	    DISK_OK);
	assert_int_equal(household_advance_in_parts(household_fd, &now, 90), DISK_OK);
	household_is(&now);
	assert_false(household_exists("state/book.new"));
	assert_false(household_exists("state/book.next"));
}

static void
late_child(void **state)
{
	struct household_comparison comparison = {.table = &household->table};
	struct home_state found;
	struct home_state now;

	(void)state;
	now = household_settle(100, BYTES_OF("blob"));
	assert_int_equal(home_load(household_fd, household->manifest.id, &found,
				   household_compare, &comparison, 0),
			 0);
	assert_non_null(strstr(disk_error(), "late"));
	assert_false(household_exists("state/book.mdb"));
	assert_int_equal(household_advance(&now), DISK_OK); /* made anew */
	household_is(&now);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    IN_A_HOUSEHOLD(empty_home, 7501, true, false, 5000),
	    IN_A_HOUSEHOLD(all_ways_lead_home, 7502, true, false, 1500),
	    IN_A_HOUSEHOLD(large_changes_are_merged, 7503, true, false, 30000),
	    IN_A_HOUSEHOLD(voter_mode, 7504, true, true, 300),
	    IN_A_HOUSEHOLD(first_vote_stands, 7505, false, false, 5000),
	    IN_A_HOUSEHOLD(never_backwards, 7506, true, false, 5000),
	    IN_A_HOUSEHOLD(foreign_entries, 7507, true, false, 5000),
	    IN_A_HOUSEHOLD(other_campaign, 7508, true, false, 5000),
	    IN_A_HOUSEHOLD(visitor_stops, 7509, true, false, 5000),
	    IN_A_HOUSEHOLD(half_made_files, 7514, true, false, 500),
	    IN_A_HOUSEHOLD(late_child, 7510, true, false, 5000),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
