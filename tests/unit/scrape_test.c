#include "bench/tally-bench/scrape.h"

#include <math.h>

#include "tests/lib/test.h"

static const char first[] = "# HELP tallyd_commit_entries entries\n"
			    "# TYPE tallyd_commit_entries histogram\n"
			    "tallyd_commit_entries_bucket{le=\"1\"} 2\n"
			    "tallyd_commit_entries_bucket{le=\"16\"} 5\n"
			    "tallyd_commit_entries_bucket{le=\"+Inf\"} 6\n"
			    "tallyd_commit_entries_sum 70\n"
			    "tallyd_commit_entries_count 6\n"
			    "tallyd_sync_seconds_bucket{le=\"+Inf\"} 6\n"
			    "tallyd_sync_seconds_sum 0.5\n"
			    "tallyd_sync_seconds_count 6\n"
			    "tallyd_commit_bytes_total 1000\n"
			    "tallyd_build_info{version=\"1.2\",verify=\"portable\","
			    "sums=\"adx\"} 1\n"
			    "tallyd_tree_entries{stage=\"durable\"} 1\n"
			    "tallyd_tree_entries{stage=\"sequenced\"} 72\n"
			    "tallyd_requests_waiting 9\n"
			    "tallyd_requests_waiting_long 10\n";

static const char later[] = "tallyd_commit_entries_bucket{le=\"1\"} 2\n"
			    "tallyd_commit_entries_bucket{le=\"16\"} 15\n"
			    "tallyd_commit_entries_bucket{le=\"+Inf\"} 26\n"
			    "tallyd_commit_entries_sum 870\n"
			    "tallyd_commit_entries_count 26\n"
			    "tallyd_sync_seconds_bucket{le=\"+Inf\"} 26\n"
			    "tallyd_sync_seconds_sum 1.25\n"
			    "tallyd_sync_seconds_count 26\n"
			    "tallyd_commit_bytes_total 4000\n"
			    "tallyd_tree_entries{stage=\"sequenced\"} 872\n"
			    "tallyd_requests_waiting 3";

static void
metrics_are_read(void **state)
{
	struct run_metrics metrics;

	(void)state;
	scrape_parse(BYTES_OF(first), &metrics);
	assert_true(metrics.known);
	assert_int_equal(metrics.batch.buckets_count, 3);
	assert_true(metrics.batch.bounds[1] == 16 && isinf(metrics.batch.bounds[2]));
	assert_int_equal(metrics.batch.at_most[1], 5);
	assert_int_equal(metrics.batch.count, 6);
	assert_true(metrics.sync.sum == 0.5);
	assert_int_equal(metrics.log_bytes, 1000);
	assert_int_equal(metrics.tree_size, 72);
	assert_int_equal(metrics.queued, 9);
	assert_string_equal(metrics.verify, "portable");
	assert_string_equal(metrics.sums, "adx");
}

static void
what_came_between_is_the_difference(void **state)
{
	struct run_metrics before, now, between;

	(void)state;
	scrape_parse(BYTES_OF(first), &before);
	scrape_parse(BYTES_OF(later), &now);
	between = scrape_between(&before, &now);
	assert_true(between.known);
	assert_int_equal(between.batch.count, 20);
	assert_int_equal(between.batch.at_most[0], 0);
	assert_int_equal(between.batch.at_most[1], 10);
	assert_true(between.batch.sum == 800 && between.sync.sum == 0.75);
	assert_int_equal(between.log_bytes, 3000);
	assert_int_equal(between.tree_size, 872);
	assert_int_equal(between.queued, 3);
}

/* A server that began anew counts from zero: there is no difference to tell. */
static void
a_new_beginning_is_not_known(void **state)
{
	struct run_metrics before, now, none;

	(void)state;
	scrape_parse(BYTES_OF(first), &before);
	scrape_parse(BYTES_OF(later), &now);
	assert_false(scrape_between(&now, &before).known);
	scrape_parse(BYTES_OF("<html>something else</html>\n"), &none);
	assert_false(none.known);
	assert_false(scrape_between(&none, &now).known);
	assert_false(scrape_between(&now, &none).known);
}

/* Whoever answers at that address, nothing it says is a count that no count can be. */
static void
no_count_is_no_count(void **state)
{
	static const char odd[] = "tallyd_commit_entries_bucket{le=\"1\"} -2\n"
				  "tallyd_commit_entries_bucket{le=\"2\"} nan\n"
				  "tallyd_commit_entries_bucket{le=\"4\"} 1e300\n"
				  "tallyd_commit_entries_bucket{le=\"8\"} 3\n"
				  "tallyd_commit_entries_count -1\n"
				  "tallyd_commit_bytes_total inf\n";
	struct run_metrics metrics;

	(void)state;
	scrape_parse(BYTES_OF(odd), &metrics);
	assert_int_equal(metrics.batch.buckets_count, 1);
	assert_true(metrics.batch.bounds[0] == 8);
	assert_int_equal(metrics.batch.at_most[0], 3);
	assert_int_equal(metrics.batch.count, 0);
	assert_int_equal(metrics.log_bytes, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(metrics_are_read),
	    cmocka_unit_test(what_came_between_is_the_difference),
	    cmocka_unit_test(a_new_beginning_is_not_known),
	    cmocka_unit_test(no_count_is_no_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
