/* Thousands of lies, each refused with the right place named. LIE=n tells one of them alone,
 * LIES=n so many. */
#include "tests/lib/lies.h"

#include <sodium.h>

enum {
	LIES_COUNT = 2599, /* 23 of each kind */
	HASTE_EVERY = 31,  /* one lie of so many is told to tally-verify --fast */
};

static uint64_t
wished(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

static void
audit_folder(const char *path, const struct audit_options *options, struct audit *audit)
{
	struct publiclog files;
	struct trouble trouble;

	assert_int_equal(publiclog_open(&files, path, &trouble), TALLY_EXIT_FINE);
	audit_run(&files, options, audit);
	publiclog_close(&files);
}

/* True if it is refused as it should be. */
static bool
hear(const struct lies *lies, uint64_t number, const char *path)
{
	struct audit audit;
	struct lie lie;
	bool refused;

	lie_tell(lies, number, path, &lie);
	lie.options.fast = number % HASTE_EVERY == 0;
	audit_folder(path, &lie.options, &audit);
	refused = lie_judge(&lie, &audit.report);
	audit_free(&audit);
	lie_end(&lie);
	test_folder_clear(path);
	return refused;
}

static void
refuses_every_lie(void **state)
{
	static struct lies lies;
	struct test_folder folder = test_folder_make();
	struct test_random random = test_random_make(1);
	uint64_t first = wished("LIE", 0);
	uint64_t count = getenv("LIE") != NULL ? 1 : wished("LIES", LIES_COUNT);
	uint64_t refused = 0;

	(void)state;
	lies_open(&lies, random.state);
	for (uint64_t number = first; number < first + count; number++)
		refused += hear(&lies, number, folder.path);
	print_message("    %llu lies of %zu kinds\n", (unsigned long long)count, lies_kinds());
	assert_int_equal(refused, count);
	lies_close(&lies);
	test_folder_remove(&folder);
}

/* What the lies begin with, at every size that was published, with all that may be asked. */
static void
passes_the_truth(void **state)
{
	static struct lies lies;
	struct test_folder folder = test_folder_make();

	(void)state;
	lies_open(&lies, 1);
	for (size_t i = 0; i < LIE_OPEN_LOGS; i++) {
		const struct lie_log *good = &lies.logs[i];
		uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
		struct audit_options options = {.key = good->log.campaign.log.key,
						.campaign = good->log.campaign.manifest->id,
						.old = test_log_checkpoint(&good->log, 1, note),
						.jobs = 1};

		for (size_t s = 0; s < good->sizes_count; s++) {
			struct audit audit;

			test_log_publish(&good->log, folder.path, good->sizes[s]);
			audit_folder(folder.path, &options, &audit);
			if (report_exit(&audit.report) != TALLY_EXIT_FINE)
				report_print(&audit.report, stdout, true);
			assert_int_equal(report_exit(&audit.report), TALLY_EXIT_FINE);
			assert_int_equal(audit.report.checks[AUDIT_OLD].status, REPORT_PASS);
			assert_int_equal(audit.report.checks[AUDIT_CAMPAIGN].status,
					 REPORT_PASS);
			audit_free(&audit);
		}
		test_folder_clear(folder.path);
	}
	lies_close(&lies);
	test_folder_remove(&folder);
}

static void
passes_the_sealed_truth(void **state)
{
	static struct lies lies;
	struct test_folder folder = test_folder_make();

	(void)state;
	lies_open(&lies, 1);
	for (size_t i = LIE_OPEN_LOGS; i < LIE_LOGS_COUNT; i++) {
		const struct lie_log *good = &lies.logs[i];
		const struct lie lie = {.good = good, .log = good->log, .folder = folder.path};
		struct audit_options options = {.key = good->log.campaign.log.key, .jobs = 1};
		struct audit audit;

		lie_publish_sealed(&lie);
		audit_folder(folder.path, &options, &audit);
		if (report_exit(&audit.report) != TALLY_EXIT_FINE)
			report_print(&audit.report, stdout, true);
		assert_int_equal(report_exit(&audit.report), TALLY_EXIT_FINE);
		assert_true(audit.sealed);
		assert_int_equal(audit.report.checks[AUDIT_PROOFS].status, REPORT_PASS);
		audit_free(&audit);
		test_folder_clear(folder.path);
	}
	lies_close(&lies);
	test_folder_remove(&folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(passes_the_truth),
	    cmocka_unit_test(passes_the_sealed_truth),
	    cmocka_unit_test(refuses_every_lie),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
