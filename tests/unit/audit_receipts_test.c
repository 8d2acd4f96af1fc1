/* Receipts that somebody kept, against the log as it is published now. */
#include <sodium.h>

#include "tests/lib/scene.h"

enum {
	WHOLE = 646, /* entries of the story */
};

static char *
folder(const struct scene *scene)
{
	static char path[512];

	snprintf(path, sizeof path, "%s/kept", scene->folder.path);
	return path;
}

static void
keep_as(const struct scene *scene, const char *name, size_t index, size_t size)
{
	uint8_t memory[TALLY_RECEIPT_SIZE_MAX];

	char path[128];

	snprintf(path, sizeof path, "kept/%s", name);
	test_file_write(scene->folder.path, path,
			test_log_receipt(&scene->log, index, size, memory));
}

static void
keep(const struct scene *scene, size_t index, size_t size)
{
	char name[64];

	snprintf(name, sizeof name, "%zu-%zu.tlog-proof", index, size);
	keep_as(scene, name, index, size);
}

static void
make(struct scene *scene)
{
	scene_make(scene, NULL, NULL);
	assert_int_equal(scene->log.count, WHOLE);
	scene->options.receipts = folder(scene);
	test_file_write(scene->folder.path, "kept/notes.txt", BYTES_OF("not a receipt"));
}

static const struct report_check *
audited(struct scene *scene)
{
	scene_audit(scene);
	return &scene->audit.report.checks[AUDIT_RECEIPTS];
}

/* Of checkpoints published and not, at the edges of tiles and between them. */
static void
finds_every_receipt(void **state)
{
	static const size_t sizes[] = {1, 2, 70, 255, 256, 257, 300, 511, 512, 513, 645, WHOLE};
	struct scene scene;

	(void)state;
	make(&scene);
	scene_publish(&scene);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		keep(&scene, 0, sizes[i]);
		keep(&scene, sizes[i] / 2, sizes[i]);
		keep(&scene, sizes[i] - 1, sizes[i]);
	}
	assert_int_equal(audited(&scene)->status, REPORT_PASS);
	assert_passed(&scene);
	assert_non_null(strstr(audited(&scene)->why.sentence, "33 receipts"));
	scene_close(&scene);
}

static void
finds_a_changed_history(void **state)
{
	struct scene scene;

	(void)state;
	make(&scene);
	keep(&scene, 20, 40);
	keep(&scene, 60, 70);
	test_log_swap(&scene.log, 50, 51);
	test_log_publish(&scene.log, scene.folder.path, WHOLE);
	scene_audit(&scene);
	assert_found(&scene, AUDIT_RECEIPTS, 60, "60-70.tlog-proof: its checkpoint is signed");
	assert_int_equal(scene.audit.report.checks[AUDIT_ROOT].status, REPORT_PASS);
	scene_close(&scene);
}

static void
finds_damaged_receipts(void **state)
{
	struct scene scene;
	uint8_t memory[TALLY_RECEIPT_SIZE_MAX];
	struct bytes receipt;
	uint8_t *line;

	(void)state;
	make(&scene);
	scene_publish(&scene);
	receipt = test_log_receipt(&scene.log, 50, WHOLE, memory);
	line = memory + sizeof "c2sp.org/tlog-proof@v1\n" - 1;
	assert_memory_equal(line, "index 50\n", 9);
	line[7] = '1';
	test_file_write(scene.folder.path, "kept/x.tlog-proof", receipt);
	scene_audit(&scene);
	assert_found(&scene, AUDIT_RECEIPTS, 51, "x.tlog-proof: its hashes do not lead");
	line[7] = '0';
	line[9] ^= 1;
	test_file_write(scene.folder.path, "kept/x.tlog-proof", receipt);
	scene_audit(&scene);
	assert_int_equal(audited(&scene)->status, REPORT_FAIL);
	memory[0] ^= 1;
	test_file_write(scene.folder.path, "kept/x.tlog-proof", receipt);
	scene_audit(&scene);
	assert_found(&scene, AUDIT_RECEIPTS, NO_INDEX, "x.tlog-proof: it has not the shape");
	scene_close(&scene);
}

static void
finds_receipts_of_another_key(void **state)
{
	struct note_private_key kept;
	struct scene scene;

	(void)state;
	make(&scene);
	scene_publish(&scene);
	kept = scene.log.campaign.log;
	scene.log.campaign.log = scene.log.campaign.frontends[0];
	keep(&scene, 50, WHOLE);
	scene.log.campaign.log = kept;
	scene_audit(&scene);
	assert_found(&scene, AUDIT_RECEIPTS, 50, "not signed by the log's key");
	scene_close(&scene);
}

/* A receipt of a checkpoint that is not published yet is not one that was looked up. */
static void
does_not_pass_what_is_newer(void **state)
{
	struct scene scene;

	(void)state;
	make(&scene);
	test_log_publish(&scene.log, scene.folder.path, SCENE_MIDDLE);
	keep(&scene, 50, SCENE_MIDDLE);
	keep(&scene, 50, SCENE_MIDDLE + 1);
	assert_int_equal(audited(&scene)->status, REPORT_SKIPPED);
	assert_false(audited(&scene)->nothing);
	assert_non_null(strstr(audited(&scene)->why.sentence, "1 of 2 receipts"));
	scene_close(&scene);
}

/* Its entry must be the log's all the same, and a closed log will not have it any more. */
static void
compares_what_is_newer(void **state)
{
	struct scene scene;

	(void)state;
	make(&scene);
	keep(&scene, 50, WHOLE);
	test_log_swap(&scene.log, 50, 51);
	test_log_publish(&scene.log, scene.folder.path, SCENE_MIDDLE);
	scene_audit(&scene);
	assert_found(&scene, AUDIT_RECEIPTS, 50, "its hashes do not lead");
	scene_close(&scene);
	make(&scene);
	test_log_publish(&scene.log, scene.folder.path, WHOLE);
	(void)test_log_vote(&scene.log, &(struct campaign_vote){.revision = 1});
	keep(&scene, WHOLE, WHOLE + 1);
	scene_audit(&scene);
	assert_found(&scene, AUDIT_RECEIPTS, WHOLE, "the log is closed and ends before");
	scene_close(&scene);
}

static void
flip_when_counting(void *context, const char *what, uint64_t done, uint64_t all)
{
	const struct scene *scene = context;

	(void)all;
	if (done == 0 && strcmp(what, "counting") == 0)
		scene_flip(scene, "tile/0/000", 50 * TALLY_HASH_SIZE);
}

/* Hashes are read once more for receipts, and may be others by then. */
static void
believes_no_tile_twice(void **state)
{
	struct scene scene;

	(void)state;
	make(&scene);
	scene_publish(&scene);
	keep(&scene, 50, 300);
	scene.options.progress = flip_when_counting;
	scene.options.context = &scene;
	scene_audit(&scene);
	assert_found(&scene, AUDIT_RECEIPTS, NO_INDEX, "tile 0 does not hold the hashes");
	scene_close(&scene);
}

static void
says_what_it_cannot_read(void **state)
{
	struct scene scene;

	(void)state;
	make(&scene);
	scene_publish(&scene);
	assert_true(audited(&scene)->nothing);
	scene.options.receipts = "/nowhere/at/all";
	assert_int_equal(audited(&scene)->status, REPORT_SKIPPED);
	assert_int_equal(report_exit(&scene.audit.report), TALLY_EXIT_WORLD);
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(finds_every_receipt),
	    cmocka_unit_test(finds_a_changed_history),
	    cmocka_unit_test(finds_damaged_receipts),
	    cmocka_unit_test(finds_receipts_of_another_key),
	    cmocka_unit_test(does_not_pass_what_is_newer),
	    cmocka_unit_test(compares_what_is_newer),
	    cmocka_unit_test(believes_no_tile_twice),
	    cmocka_unit_test(says_what_it_cannot_read),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
