#include "shell/metrics.h"

#include "tests/lib/test.h"

static char text[METRICS_TEXT_MAX + 1];

static const char *
written(const struct metrics *metrics)
{
	struct writer writer = writer_make(text, sizeof text - 1);

	metrics_write(metrics, &writer);
	assert_false(writer.failed);
	text[writer.size] = '\0';
	return text;
}

/* The number behind that name and labels. Fails if there is not exactly one such line. */
static double
number_of(const char *name)
{
	char line[256];
	const char *found;

	snprintf(line, sizeof line, "\n%s ", name);
	found = strstr(text, line);
	if (found == NULL)
		fail_msg("no line %s", name);
	assert_null(strstr(found + 1, line));
	return strtod(found + strlen(line), NULL);
}

static void
assert_number(const char *name, double expected)
{
	double found = number_of(name);

	if (found != expected)
		fail_msg("%s: %.9f, not %.9f", name, found, expected);
}

static void
a_commit_is_counted_by_what_it_was(void **state)
{
	static struct metrics metrics;
	const struct committer_done small = {.entries_count = 3,
					     .bytes = 512,
					     .ledger_bytes = 9000,
					     .write_ns = 30000,
					     .sync_ns = 100000};
	const struct committer_done large = {.entries_count = 8192,
					     .bytes = 1000000,
					     .ledger_bytes = 1009000,
					     .write_ns = 1000000000,
					     .sync_ns = 5000000000};

	(void)state;
	metrics_init(&metrics, "libsodium", "", 0);
	metrics_ledger(&metrics, 8488);
	written(&metrics);
	assert_number("tallyd_ledger_bytes", 8488);
	assert_number("tallyd_commits_total", 0);
	metrics_committed(&metrics, &small);
	metrics_committed(&metrics, &large);
	written(&metrics);
	assert_number("tallyd_commits_total", 2);
	assert_number("tallyd_commit_bytes_total", 1000512);
	assert_number("tallyd_ledger_bytes", 1009000);
	assert_number("tallyd_commit_entries_bucket{le=\"2\"}", 0);
	assert_number("tallyd_commit_entries_bucket{le=\"4\"}", 1);
	assert_number("tallyd_commit_entries_bucket{le=\"4096\"}", 1);
	assert_number("tallyd_commit_entries_bucket{le=\"8192\"}", 2);
	assert_number("tallyd_commit_entries_bucket{le=\"+Inf\"}", 2);
	assert_number("tallyd_commit_entries_sum", 8195);
	assert_number("tallyd_commit_entries_count", 2);
	assert_number("tallyd_sync_seconds_bucket{le=\"0.00005\"}", 0);
	assert_number("tallyd_sync_seconds_bucket{le=\"0.0001\"}", 1);
	assert_number("tallyd_sync_seconds_bucket{le=\"2\"}", 1);
	assert_number("tallyd_sync_seconds_bucket{le=\"+Inf\"}", 2);
	assert_number("tallyd_sync_seconds_sum", 5.0001);
	assert_number("tallyd_commit_seconds_bucket{le=\"0.0001\"}", 0);
	assert_number("tallyd_commit_seconds_bucket{le=\"0.0002\"}", 1);
	assert_number("tallyd_commit_seconds_sum", 6.00013);
}

static void
jobs_and_signatures_are_counted(void **state)
{
	static struct metrics metrics;

	(void)state;
	metrics_init(&metrics, "libsodium", "", 0);
	metrics_verified(&metrics, 25, 1500000);
	metrics_verified(&metrics, 1, 70000);
	metrics_signed(&metrics, 20000000);
	written(&metrics);
	assert_number("tallyd_verify_requests_total", 26);
	assert_number("tallyd_verify_job_seconds_count", 2);
	assert_number("tallyd_verify_job_seconds_sum", 0.00157);
	assert_number("tallyd_verify_job_seconds_bucket{le=\"0.0001\"}", 1);
	assert_number("tallyd_sign_seconds_bucket{le=\"0.01\"}", 0);
	assert_number("tallyd_sign_seconds_bucket{le=\"0.02\"}", 1);
}

static void
every_verdict_has_a_line(void **state)
{
	static struct metrics metrics;

	(void)state;
	metrics_init(&metrics, "libsodium", "", 0);
	written(&metrics);
	for (unsigned i = 0; i < TALLY_VERDICTS_COUNT; i++) {
		char name[128];

		snprintf(name, sizeof name, "tallyd_ballots_total{result=\"%s\"}",
			 tally_verdict_text(i)->name);
		assert_number(name, 0);
		snprintf(name, sizeof name, "tallyd_answers_total{result=\"%s\"}",
			 tally_verdict_text(i)->name);
		assert_number(name, 0);
	}
}

static void
says_what_is_running(void **state)
{
	static struct metrics metrics;

	(void)state;
	metrics_init(&metrics, "by hand", "by head", 1767225600123);
	written(&metrics);
	assert_number("tallyd_build_info{version=\"" TALLY_VERSION "\",verify=\"by hand\","
		      "sums=\"by head\"}",
		      1);
	assert_number("process_start_time_seconds", 1767225600.123);
	assert_true(number_of("process_cpu_seconds_total") > 0);
	assert_true(number_of("process_resident_memory_bytes") > 100000);
}

/* Numbers at their largest fit too: METRICS_TEXT_MAX is enough for whatever may be counted. */
static void
the_largest_numbers_fit(void **state)
{
	static struct metrics metrics;

	(void)state;
	memset(&metrics, 0xff, sizeof metrics);
	metrics.verify = "libsodium";
	metrics.sums = "";
	metrics.began_ms = INT64_MAX / 1000000;
	assert_true(strlen(written(&metrics)) < METRICS_TEXT_MAX / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_commit_is_counted_by_what_it_was),
	    cmocka_unit_test(jobs_and_signatures_are_counted),
	    cmocka_unit_test(every_verdict_has_a_line),
	    cmocka_unit_test(says_what_is_running),
	    cmocka_unit_test(the_largest_numbers_fit),
	};

	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
