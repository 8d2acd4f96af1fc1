/* A copy over real sockets: whole, continued, of a server that misbehaves, of a log that lies. */
#include "tools/lib/mirror.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include "tests/lib/patience.h"
#include "tests/lib/scene.h"
#include "tests/lib/web.h"

static const struct http_patience patience = {.connect_ms = TEST_PATIENCE_MS,
					      .stall_s = TEST_PATIENCE_S,
					      .total_s = TEST_PATIENCE_S,
					      .attempts = 3,
					      .pause_ms = 1};

/* A log behind a server, and a folder for its copy. */
struct stage {
	struct scene scene;
	struct web web;
	struct test_folder folder;
	struct publiclog copy;
	struct mirror mirror;
	struct trouble trouble;
};

static void
stage_open(struct stage *stage)
{
	static const struct campaign_wish wish = {.revisions_max = 5, .tally_every = 300};

	*stage = (struct stage){0};
	scene_make(&stage->scene, &wish, NULL);
	web_start(&stage->web, stage->scene.folder.path);
	stage->folder = test_folder_make();
	assert_int_equal(publiclog_open(&stage->copy, stage->folder.path, &stage->trouble), 0);
	stage->mirror = (struct mirror){.url = stage->web.address,
					.folder = &stage->copy,
					.key = stage->scene.options.key,
					.patience = patience};
}

static void
stage_close(struct stage *stage)
{
	web_stop(&stage->web);
	publiclog_close(&stage->copy);
	test_folder_remove(&stage->folder);
	scene_close(&stage->scene);
}

static void
publish(struct stage *stage, size_t size)
{
	test_log_publish(&stage->scene.log, stage->scene.folder.path, size);
}

static enum tally_exit
update(struct stage *stage)
{
	enum tally_exit status = mirror_update(&stage->mirror, &stage->trouble);

	if (status != TALLY_EXIT_FINE)
		print_message("    %s\n", stage->trouble.sentence);
	return status;
}

static void
audit_copy(struct stage *stage)
{
	if (stage->scene.audited)
		audit_free(&stage->scene.audit);
	audit_run(&stage->copy, &stage->scene.options, &stage->scene.audit);
	stage->scene.audited = true;
}

static void
copies_and_continues(void **state)
{
	static const size_t sizes[] = {1, 70, 255, 256, 257, 512, 600};
	struct stage stage;

	(void)state;
	stage_open(&stage);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		publish(&stage, sizes[i]);
		assert_int_equal(update(&stage), TALLY_EXIT_FINE);
		assert_int_equal(stage.mirror.checkpoint.size, sizes[i]);
		assert_int_equal(stage.mirror.before_size > 0, i > 0);
		assert_int_equal(stage.mirror.missing, 0);
		audit_copy(&stage);
		assert_passed(&stage.scene);
		if (i % 2 == 0)
			stage.mirror.complete = stage.mirror.complete_bundles = sizes[i];
	}
	stage_close(&stage);
}

static void
fetches_nothing_twice(void **state)
{
	struct stage stage;
	unsigned before;

	(void)state;
	stage_open(&stage);
	scene_publish(&stage.scene);
	assert_int_equal(update(&stage), TALLY_EXIT_FINE);
	assert_true(stage.mirror.fetched > 8);
	before = stage.web.requests;
	assert_int_equal(update(&stage), TALLY_EXIT_FINE);
	assert_int_equal(stage.web.requests, before + 2); /* checkpoint, results */
	assert_int_equal(stage.mirror.fetched, 1);
	assert_false(stage.mirror.unchanged);
	stage.mirror.complete = stage.mirror.complete_bundles = stage.scene.log.count;
	assert_int_equal(update(&stage), TALLY_EXIT_FINE);
	assert_true(stage.mirror.unchanged);
	stage_close(&stage);
}

static uint64_t
size_of(const struct stage *stage, bool next)
{
	struct publiclog copy = stage->copy;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	struct checkpoint checkpoint;
	struct trouble trouble;
	size_t size;

	copy.next = next;
	assert_int_equal(publiclog_checkpoint(&copy, note, &size, &trouble), 0);
	assert_true(checkpoint_open(bytes_make(note, size), &stage->mirror.key, &checkpoint));
	return checkpoint.size;
}

/* Both checkpoints come, and the files of the larger; then the other one catches up. */
static void
brings_what_waits(void **state)
{
	struct stage stage;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];

	(void)state;
	stage_open(&stage);
	stage.copy.next = true;
	publish(&stage, 70);
	publish(&stage, 300);
	test_file_write(stage.scene.folder.path, "checkpoint.next",
			test_log_checkpoint(&stage.scene.log, 300, note));
	scene_remove(&stage.scene, "checkpoint"); /* the first of a log waits */
	assert_int_equal(update(&stage), TALLY_EXIT_FINE);
	assert_int_equal(stage.mirror.checkpoint.size, 300);
	assert_int_equal(stage.mirror.missing, 0);
	test_file_write(stage.scene.folder.path, "checkpoint",
			test_log_checkpoint(&stage.scene.log, 70, note));
	assert_int_equal(update(&stage), TALLY_EXIT_FINE);
	assert_int_equal(stage.mirror.checkpoint.size, 300);
	assert_int_equal(size_of(&stage, true), 300);
	assert_int_equal(size_of(&stage, false), 70);
	audit_copy(&stage);
	assert_passed(&stage.scene);
	assert_int_equal(stage.scene.audit.recount.checkpoint.size, 300);
	publish(&stage, 300);
	scene_remove(&stage.scene, "checkpoint.next");
	stage.mirror.complete = 300;
	assert_int_equal(update(&stage), TALLY_EXIT_FINE);
	assert_true(stage.mirror.unchanged);
	assert_int_equal(size_of(&stage, false), 300);
	/* a remainder is no news */
	test_file_write(stage.scene.folder.path, "checkpoint.next",
			test_log_checkpoint(&stage.scene.log, 70, note));
	assert_int_equal(update(&stage), TALLY_EXIT_FINE);
	assert_int_equal(stage.mirror.checkpoint.size, 300);
	scene_remove(&stage.scene, "checkpoint.next");
	/* it may not go back, nor be another's */
	test_file_write(stage.scene.folder.path, "checkpoint",
			test_log_checkpoint(&stage.scene.log, 70, note));
	assert_int_equal(update(&stage), TALLY_EXIT_FAILED);
	publish(&stage, 300);
	test_file_write(stage.scene.folder.path, "checkpoint.next",
			test_log_checkpoint(&stage.scene.log, 600, note));
	scene_flip(&stage.scene, "checkpoint.next",
		   scene_size(&stage.scene, "checkpoint.next") - 8);
	assert_int_equal(update(&stage), TALLY_EXIT_FAILED);
	stage_close(&stage);
}

/* A file lost, one cut short, and one changed with its size kept: the first two are mended, the
 * third is the audit's to find. */
static void
mends_what_has_no_shape_and_leaves_the_rest_to_the_audit(void **state)
{
	struct stage stage;
	size_t index;
	char text[32];

	(void)state;
	stage_open(&stage);
	scene_publish(&stage.scene);
	index = test_log_find(&stage.scene.log, TALLY_ENTRY_TALLY, 0);
	snprintf(text, sizeof text, "tally/%zu", index);
	assert_int_equal(update(&stage), TALLY_EXIT_FINE);
	assert_int_equal(unlinkat(stage.folder.fd, "tile/0/000", 0), 0);
	test_file_write(stage.folder.path, "tile/entries/001", bytes_of_string("short"));
	test_file_write(stage.folder.path, text, bytes_of_string(""));
	assert_int_equal(update(&stage), TALLY_EXIT_FINE);
	assert_int_equal(stage.mirror.fetched, 4);
	audit_copy(&stage);
	assert_passed(&stage.scene);
	test_file_write(stage.folder.path, text, bytes_of_string("changed"));
	assert_int_equal(update(&stage), TALLY_EXIT_FINE);
	audit_copy(&stage);
	assert_found(&stage.scene, AUDIT_TEXTS, (long)index, "it is not the recount");
	stage_close(&stage);
}

static void
bears_a_bad_line(void **state)
{
	static const enum web_fault faults[] = {WEB_BUSY, WEB_SHORT, WEB_SILENT};
	struct stage stage;

	(void)state;
	stage_open(&stage);
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		publish(&stage, 100 + 100 * i);
		web_misbehave(&stage.web, faults[i], "tile/", i == 2 ? 1 : 2);
		if (faults[i] == WEB_SILENT) {
			stage.mirror.patience.total_s = 1;
			stage.mirror.patience.attempts = TEST_PATIENCE_S;
		}
		assert_int_equal(update(&stage), TALLY_EXIT_FINE);
		audit_copy(&stage);
		assert_passed(&stage.scene);
	}
	stage_close(&stage);
}

static void
gives_up_in_the_end(void **state)
{
	static const enum web_fault faults[] = {WEB_BUSY, WEB_SHORT, WEB_REDIRECT};
	struct stage stage;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	size_t size;

	(void)state;
	stage_open(&stage);
	publish(&stage, 70);
	assert_int_equal(update(&stage), TALLY_EXIT_FINE);
	publish(&stage, 300);
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		web_misbehave(&stage.web, faults[i], "entries", 1000);
		assert_int_equal(update(&stage), TALLY_EXIT_WORLD);
		assert_int_equal(publiclog_checkpoint(&stage.copy, note, &size, &stage.trouble),
				 0);
		assert_non_null(strstr((char *)note, "\n70\n"));
	}
	web_misbehave(&stage.web, WEB_ENDLESS, "entries", 1000);
	assert_int_equal(update(&stage), TALLY_EXIT_FAILED);
	assert_non_null(strstr(stage.trouble.sentence, "more than the"));
	web_misbehave(&stage.web, WEB_FINE, "", 0);
	assert_int_equal(update(&stage), TALLY_EXIT_FINE);
	audit_copy(&stage);
	assert_passed(&stage.scene);
	stage_close(&stage);
}

/* A partial whose full tile has come may be gone: the copy has it cut from that. */
static void
cuts_partials_from_full_tiles(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage);
	publish(&stage, 600);
	publish(&stage, 300);
	scene_remove(&stage.scene, "tile/0/001.p/44");
	scene_remove(&stage.scene, "tile/entries/001.p/44");
	assert_int_equal(update(&stage), TALLY_EXIT_FINE);
	assert_int_equal(stage.mirror.missing, 0);
	audit_copy(&stage);
	assert_passed(&stage.scene);
	stage_close(&stage);
}

static void
leaves_what_is_missing_to_the_audit(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage);
	scene_publish(&stage.scene);
	web_misbehave(&stage.web, WEB_GONE, "tile/entries/001", 10);
	assert_int_equal(update(&stage), TALLY_EXIT_FINE);
	assert_int_equal(stage.mirror.missing, 1);
	audit_copy(&stage);
	assert_found(&stage.scene, AUDIT_FILES, NO_INDEX, "tile/entries/001: the checkpoint");
	stage_close(&stage);
}

/* Sizes nobody has do not keep us busy. */
static void
stops_at_a_checkpoint_without_a_log(void **state)
{
	struct stage stage;
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];
	struct writer writer = writer_make(memory, sizeof memory);
	const struct checkpoint huge = {.size = (uint64_t)1 << 62};

	(void)state;
	stage_open(&stage);
	checkpoint_write(&writer, &huge, &stage.scene.log.campaign.log);
	test_file_write(stage.scene.folder.path, "checkpoint", writer_view(&writer));
	assert_int_equal(update(&stage), TALLY_EXIT_FINE);
	assert_true(stage.mirror.missing >= 16 && stage.mirror.missing < 64);
	audit_copy(&stage);
	assert_found(&stage.scene, AUDIT_FILES, NO_INDEX, "it is missing");
	stage_close(&stage);
}

static void
refuses_what_cannot_continue(void **state)
{
	struct stage stage;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	uint8_t *data = NULL;
	size_t capacity = 0;
	size_t size;

	(void)state;
	stage_open(&stage);
	publish(&stage, 300);
	assert_int_equal(update(&stage), TALLY_EXIT_FINE);
	publish(&stage, 299);
	assert_int_equal(update(&stage), TALLY_EXIT_FAILED);
	assert_non_null(strstr(stage.trouble.sentence, "has signed 300 before"));
	stage.scene.log.leaves[7].bytes[0] ^= 1;
	publish(&stage, 300);
	assert_int_equal(update(&stage), TALLY_EXIT_FAILED);
	assert_non_null(strstr(stage.trouble.sentence, "has signed two trees of 300"));
	assert_int_equal(publiclog_read(&stage.copy, "checkpoint.conflict", 4096, &data,
					&capacity, &size, &stage.trouble),
			 0);
	free(data);
	test_file_write(stage.scene.folder.path, "checkpoint", bytes_of_string("nonsense\n"));
	assert_int_equal(update(&stage), TALLY_EXIT_FAILED);
	scene_remove(&stage.scene, "checkpoint");
	assert_int_equal(update(&stage), TALLY_EXIT_FAILED);
	assert_int_equal(publiclog_checkpoint(&stage.copy, note, &size, &stage.trouble), 0);
	stage_close(&stage);
}

/* A forked log's new tiles do not fit what the copy has. */
static void
shows_a_fork(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage);
	publish(&stage, 300);
	assert_int_equal(update(&stage), TALLY_EXIT_FINE);
	test_log_swap(&stage.scene.log, 20, 21);
	publish(&stage, 600);
	assert_int_equal(update(&stage), TALLY_EXIT_FINE);
	audit_copy(&stage);
	assert_found(&stage.scene, AUDIT_ROOT, NO_INDEX, "have another root");
	stage_close(&stage);
}

/* Nobody forgets the checkpoint that was kept, though the server goes on and what does not fit has
 * been removed from the copy. */
static void
holds_a_fork_against_what_was_kept(void **state)
{
	static const size_t sizes[] = {600, 600, 620};
	struct stage stage;
	uint8_t kept[TALLY_CHECKPOINT_SIZE_MAX];
	struct bytes before;

	(void)state;
	stage_open(&stage);
	publish(&stage, 300);
	assert_int_equal(update(&stage), TALLY_EXIT_FINE);
	assert_int_equal(mirror_take_back(&stage.mirror, &stage.trouble), TALLY_EXIT_FINE);
	before = test_log_checkpoint(&stage.scene.log, 300, kept);
	test_log_swap(&stage.scene.log, 20, 21);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		test_folder_clear(stage.scene.folder.path);
		publish(&stage, sizes[i]);
		assert_int_equal(update(&stage), TALLY_EXIT_FINE);
		assert_true(bytes_equal(
		    bytes_make(stage.mirror.before, stage.mirror.before_size), before));
		assert_int_equal(mirror_take_back(&stage.mirror, &stage.trouble),
				 TALLY_EXIT_FINE);
		assert_int_equal(size_of(&stage, false), 300);
		assert_int_equal(faccessat(stage.folder.fd, "checkpoint.conflict", F_OK, 0), 0);
	}
	stage_close(&stage);
}

static void
refuses_links_in_the_folder(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage);
	publish(&stage, 70);
	assert_int_equal(symlinkat("/tmp", stage.folder.fd, "tile"), 0);
	assert_int_equal(update(&stage), TALLY_EXIT_WORLD);
	stage_close(&stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(copies_and_continues),
	    cmocka_unit_test(fetches_nothing_twice),
	    cmocka_unit_test(brings_what_waits),
	    cmocka_unit_test(mends_what_has_no_shape_and_leaves_the_rest_to_the_audit),
	    cmocka_unit_test(bears_a_bad_line),
	    cmocka_unit_test(gives_up_in_the_end),
	    cmocka_unit_test(cuts_partials_from_full_tiles),
	    cmocka_unit_test(leaves_what_is_missing_to_the_audit),
	    cmocka_unit_test(stops_at_a_checkpoint_without_a_log),
	    cmocka_unit_test(refuses_what_cannot_continue),
	    cmocka_unit_test(shows_a_fork),
	    cmocka_unit_test(holds_a_fork_against_what_was_kept),
	    cmocka_unit_test(refuses_links_in_the_folder),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
