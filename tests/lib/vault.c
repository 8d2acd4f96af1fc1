#include "tests/lib/vault.h"

#include <unistd.h>

static story_hook *beside;

static void
unseal(struct test_log *log, enum story_point point)
{
	if (beside != NULL)
		beside(log, point);
	if (point == STORY_END)
		(void)test_log_notice(log, TALLY_NOTICE_UNSEAL, "2026-02-02T21:00:00Z");
}

void
vault_make(struct scene *scene, story_hook *hook)
{
	const struct campaign_wish wish = {.sealed = true, .unseal_delay_s = 3600};

	beside = hook;
	scene_make(scene, &wish, unseal);
}

static bool
is_law(const struct test_log *log, size_t index)
{
	struct bytes entry = test_log_entry(log, index);

	return entry.size > 0 &&
	       (entry.data[0] == TALLY_ENTRY_CAMPAIGN || entry.data[0] == TALLY_ENTRY_PHASE ||
		entry.data[0] == TALLY_ENTRY_NOTICE);
}

void
vault_write_page(const struct scene *scene, size_t index, size_t size)
{
	static uint8_t memory[TALLY_LAW_FILE_SIZE_MAX];
	const struct test_log *log = &scene->log;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	struct writer writer = writer_make(memory, sizeof memory);
	struct proof proof = {0};
	char name[64];

	merkle_path(index, log->leaves, size, &proof);
	receipt_write_extra(&writer, test_log_entry(log, index), index, &proof,
			    test_log_checkpoint(log, size, note));
	assert_false(writer.failed);
	snprintf(name, sizeof name, "law/%zu", index);
	test_file_write(scene->folder.path, name, writer_view(&writer));
}

void
vault_write_list(const struct scene *scene, size_t size)
{
	char list[1024];
	struct writer writer = writer_make(list, sizeof list);

	for (size_t i = 0; i < size; i++) {
		if (!is_law(&scene->log, i))
			continue;
		writer_decimal(&writer, i);
		writer_u8(&writer, '\n');
	}
	assert_false(writer.failed);
	test_file_write(scene->folder.path, "law/list", writer_view(&writer));
}

/* Pages keep the checkpoint that first covered them. */
static void
write_law(const struct scene *scene, size_t size)
{
	char name[64];

	for (size_t i = 0; i < size; i++) {
		snprintf(name, sizeof name, "law/%zu", i);
		if (is_law(&scene->log, i) && faccessat(scene->folder.fd, name, F_OK, 0) != 0)
			vault_write_page(scene, i, size);
	}
	vault_write_list(scene, size);
}

void
vault_publish(const struct scene *scene, size_t size)
{
	char results[256];

	write_law(scene, size);
	test_log_publish_hashes(&scene->log, scene->folder.path, size);
	snprintf(results, sizeof results,
		 "{\"test\":true,\"index\":%zu,\"phase\":\"open\",\"sealed\":true,"
		 "\"turnout\":640,\"districts\":[]}",
		 size);
	test_file_write(scene->folder.path, "results", bytes_of_string(results));
}

void
vault_publish_sealed(const struct scene *scene)
{
	vault_publish(scene, SCENE_EARLY);
	vault_publish(scene, VAULT_SEALED);
}

void
vault_publish_open(const struct scene *scene)
{
	vault_publish_sealed(scene);
	write_law(scene, VAULT_OPEN);
	test_log_publish(&scene->log, scene->folder.path, VAULT_OPEN);
	test_file_write(scene->folder.path, "results", BYTES_OF("{\"ballots\":640}"));
}

void
assert_passed_sealed(const struct scene *scene)
{
	static const enum audit_check law[] = {
	    AUDIT_CHECKPOINT, AUDIT_FILES,   AUDIT_TILES,  AUDIT_ROOT,   AUDIT_MANIFEST,
	    AUDIT_LOG_KEY,    AUDIT_NOTICES, AUDIT_PHASES, AUDIT_PROOFS, AUDIT_SEAL};
	static const enum audit_check contents[] = {
	    AUDIT_BUNDLES, AUDIT_LEAVES,     AUDIT_ENTRIES, AUDIT_OPEN,
	    AUDIT_RULES,   AUDIT_SIGNATURES, AUDIT_VOTES,   AUDIT_VOTERS,
	    AUDIT_TALLIES, AUDIT_TEXTS,      AUDIT_CADENCE, AUDIT_CLASSES};
	const struct report *report = &scene->audit.report;

	for (size_t i = 0; i < sizeof law / sizeof *law; i++)
		if (report->checks[law[i]].status != REPORT_PASS)
			fail_msg("check %d: %s", (int)law[i] + 1,
				 report->checks[law[i]].why.sentence);
	for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
		const struct report_check *check = &report->checks[contents[i]];

		assert_int_equal(check->status, REPORT_SKIPPED);
		assert_true(check->nothing);
		assert_int_equal(strncmp(check->why.sentence, "results are sealed: ", 20), 0);
	}
	assert_int_equal(report_exit(report), TALLY_EXIT_FINE);
	assert_true(scene->audit.sealed);
	assert_false(scene->audit.counted);
}
