#include "tests/lib/scene.h"

#include <fcntl.h>
#include <unistd.h>

void
scene_make(struct scene *scene, const struct campaign_wish *wish, story_hook *hook)
{
	struct trouble trouble;

	*scene = (struct scene){0};
	story_make(&scene->log, wish, hook);
	scene->folder = test_folder_make();
	assert_int_equal(publiclog_open(&scene->files, scene->folder.path, &trouble),
			 TALLY_EXIT_FINE);
	scene->options = (struct audit_options){.key = scene->log.campaign.log.key, .jobs = 2};
}

void
scene_publish(struct scene *scene)
{
	test_log_publish(&scene->log, scene->folder.path, SCENE_EARLY);
	test_log_publish(&scene->log, scene->folder.path, SCENE_MIDDLE);
	test_log_publish(&scene->log, scene->folder.path, scene->log.count);
}

void
scene_audit(struct scene *scene)
{
	if (scene->audited)
		audit_free(&scene->audit);
	audit_run(&scene->files, &scene->options, &scene->audit);
	scene->audited = true;
}

void
scene_close(struct scene *scene)
{
	if (scene->audited)
		audit_free(&scene->audit);
	publiclog_close(&scene->files);
	test_folder_remove(&scene->folder);
	test_log_free(&scene->log);
}

void
assert_passed(const struct scene *scene)
{
	const struct report *report = &scene->audit.report;
	const struct manifest *manifest = scene->log.campaign.manifest;
	const bool nothing[AUDIT_CHECKS_COUNT] = {
	    [AUDIT_WITNESSES] = manifest->witnesses_count == 0,
	    [AUDIT_CAMPAIGN] = scene->options.campaign == NULL,
	    [AUDIT_PROOFS] = !manifest->sealed,
	    [AUDIT_SEAL] = true, /* all is counted: nothing is sealed any more */
	    [AUDIT_KEYS] = manifest->signing != TALLY_SIGNING_VOTER,
	    [AUDIT_ROSTER] = !manifest->has_roster,
	    [AUDIT_OUTCOME] = manifest->contests[0].outcome.rule == MANIFEST_RULE_NONE,
	    [AUDIT_RECEIPTS] = scene->options.receipts == NULL,
	    [AUDIT_JOURNALS] = true,
	    [AUDIT_OLD] = scene->options.old.data == NULL,
	};

	for (size_t i = 0; i < report->count; i++) {
		if (report->checks[i].status != (nothing[i] ? REPORT_SKIPPED : REPORT_PASS))
			fail_msg("check %zu (%s): %s", i + 1, report->questions[i].text,
				 report->checks[i].why.sentence);
		assert_int_equal(report->checks[i].nothing, nothing[i]);
	}
	assert_int_equal(report_exit(report), TALLY_EXIT_FINE);
	assert_true(scene->audit.counted);
}

void
assert_found(const struct scene *scene, enum audit_check check, long index, const char *words)
{
	const struct report_check *found = &scene->audit.report.checks[check];

	if (found->status != REPORT_FAIL) {
		report_print(&scene->audit.report, stdout, false);
		fail_msg("check %d did not fail", (int)check + 1);
	}
	if (strstr(found->why.sentence, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", found->why.sentence, words);
	assert_int_equal(found->why.has_index, index != NO_INDEX);
	if (index != NO_INDEX)
		assert_int_equal(found->why.index, index);
	assert_int_equal(report_exit(&scene->audit.report), TALLY_EXIT_FAILED);
}

static uint8_t *
load(const struct scene *scene, const char *name, size_t *size)
{
	char path[512];
	uint8_t *data;

	snprintf(path, sizeof path, "%s/%s", scene->folder.path, name);
	data = test_file_read(path, size);
	assert_non_null(data);
	return data;
}

size_t
scene_size(const struct scene *scene, const char *name)
{
	size_t size;

	free(load(scene, name, &size));
	return size;
}

void
scene_flip(const struct scene *scene, const char *name, size_t offset)
{
	size_t size;
	uint8_t *data = load(scene, name, &size);

	assert_true(offset < size);
	data[offset] ^= 1;
	test_file_write(scene->folder.path, name, bytes_make(data, size));
	free(data);
}

void
scene_resize(const struct scene *scene, const char *name, size_t size)
{
	int file = openat(scene->folder.fd, name, O_WRONLY | O_CLOEXEC);

	assert_true(file >= 0);
	assert_int_equal(ftruncate(file, (off_t)size), 0);
	close(file);
}

void
scene_remove(const struct scene *scene, const char *name)
{
	assert_int_equal(unlinkat(scene->folder.fd, name, 0), 0);
}
