#include "tools/lib/replica.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/scene.h"

/* A log, and a folder for its copy. The scene's own folder is the log as it was published. */
struct stage {
	struct scene scene;
	struct test_folder folder;
	struct publiclog files;
	struct replica replica;
	struct trouble trouble;
};

static void
open_copy(struct stage *stage)
{
	assert_int_equal(publiclog_open(&stage->files, stage->folder.path, &stage->trouble), 0);
	assert_int_equal(replica_open(&stage->replica, &stage->files, &stage->scene.options.key,
				      true, &stage->trouble),
			 TALLY_EXIT_FINE);
}

static void
close_copy(struct stage *stage)
{
	replica_close(&stage->replica);
	publiclog_close(&stage->files);
}

static void
stage_open(struct stage *stage)
{
	static const struct campaign_wish wish = {.revisions_max = 5, .tally_every = 300};

	*stage = (struct stage){0};
	scene_make(&stage->scene, &wish, NULL);
	stage->folder = test_folder_make();
	open_copy(stage);
}

static void
stage_close(struct stage *stage)
{
	close_copy(stage);
	test_folder_remove(&stage->folder);
	scene_close(&stage->scene);
}

static struct checkpoint
checkpoint_at(const struct stage *stage, size_t size, uint8_t *memory, struct bytes *note)
{
	struct checkpoint checkpoint;

	*note = test_log_checkpoint(&stage->scene.log, size, memory);
	assert_true(checkpoint_open(*note, &stage->scene.options.key, &checkpoint));
	return checkpoint;
}

/* As a server's answer does: entries from where it stands, then the checkpoint. */
static enum tally_exit
update(struct stage *stage, size_t size)
{
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];
	struct bytes note;
	struct checkpoint checkpoint = checkpoint_at(stage, size, memory, &note);
	enum tally_exit code = TALLY_EXIT_FINE;

	while (code == TALLY_EXIT_FINE && replica_size(&stage->replica) < size)
		code = replica_entry(
		    &stage->replica,
		    test_log_entry(&stage->scene.log, replica_size(&stage->replica)),
		    &stage->trouble);
	return code == TALLY_EXIT_FINE
		   ? replica_prove(&stage->replica, &checkpoint, note, &stage->trouble)
		   : code;
}

/* The auditor finds nothing wrong with it. */
static void
audit_copy(struct stage *stage, size_t size)
{
	struct audit audit;

	audit_run(&stage->files, &stage->scene.options, &audit);
	if (report_exit(&audit.report) != TALLY_EXIT_FINE)
		report_print(&audit.report, stderr, false);
	assert_int_equal(report_exit(&audit.report), TALLY_EXIT_FINE);
	assert_int_equal(audit.recount.checkpoint.size, size);
	audit_free(&audit);
}

static bool
has(const struct stage *stage, const char *name)
{
	return faccessat(stage->folder.fd, name, F_OK, 0) == 0;
}

static void
grows(void **state)
{
	static const size_t sizes[] = {1, 70, 255, 256, 257, 512, 600};
	struct stage stage;
	struct stat about;

	(void)state;
	stage_open(&stage);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		assert_int_equal(update(&stage, sizes[i]), TALLY_EXIT_FINE);
		audit_copy(&stage, sizes[i]);
	}
	assert_false(has(&stage, "tile/entries/000.p"));
	assert_false(has(&stage, "tile/0/001.p"));
	assert_int_equal(fstatat(stage.folder.fd, "tile/0/002.p/88", &about, 0), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
	assert_int_equal(update(&stage, stage.scene.log.count), TALLY_EXIT_FINE);
	audit_copy(&stage, stage.scene.log.count);
	assert_int_equal(update(&stage, stage.scene.log.count), TALLY_EXIT_FINE);
	stage_close(&stage);
}

/* A disk that refuses a file for a while: nothing of the copy is missing afterwards. */
static void
full_disk_is_survived(void **state)
{
	static const char *const files[] = {
	    "tile/entries/000",         "tile/0/000", "tile/0/001", "tile/1/000.p/2",
	    NULL /* the first tally */, "checkpoint"};
	struct stage stage;

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		char path[400];
		char file[64];
		char name[128];

		stage_open(&stage);
		snprintf(file, sizeof file, "tally/%zu",
			 test_log_find(&stage.scene.log, TALLY_ENTRY_TALLY, 0));
		if (files[i] != NULL)
			snprintf(file, sizeof file, "%s", files[i]);
		print_message("    %s\n", file);
		assert_int_equal(update(&stage, 70), TALLY_EXIT_FINE);
		(void)unlinkat(stage.folder.fd, file, 0);
		snprintf(path, sizeof path, "%s/%s", stage.folder.path, file);
		snprintf(name, sizeof name, "%s/in-the-way", file);
		test_file_write(stage.folder.path, name, BYTES_OF("x"));
		assert_int_equal(update(&stage, 600), TALLY_EXIT_WORLD);
		test_folder_clear(path);
		assert_int_equal(rmdir(path), 0);
		assert_int_equal(replica_recover(&stage.replica, &stage.trouble),
				 TALLY_EXIT_FINE);
		assert_int_equal(update(&stage, 600), TALLY_EXIT_FINE);
		audit_copy(&stage, 600);
		stage_close(&stage);
	}
}

/* What is here is proven again, and not asked for again. */
static void
is_continued(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage);
	assert_int_equal(update(&stage, 300), TALLY_EXIT_FINE);
	close_copy(&stage);
	open_copy(&stage);
	assert_int_equal(stage.replica.older.size, 300);
	assert_int_equal(replica_reuse(&stage.replica, 600, &stage.trouble), TALLY_EXIT_FINE);
	assert_int_equal(replica_size(&stage.replica), 256);
	assert_int_equal(update(&stage, 600), TALLY_EXIT_FINE);
	audit_copy(&stage, 600);
	stage_close(&stage);
}

/* Damage in the folder is seen by the tile beside it, and mended. */
static void
damage_is_mended(void **state)
{
	struct stage stage;
	int fd;

	(void)state;
	stage_open(&stage);
	assert_int_equal(update(&stage, 600), TALLY_EXIT_FINE);
	close_copy(&stage);
	fd = openat(stage.folder.fd, "tile/entries/001", O_WRONLY);
	assert_int_equal(pwrite(fd, "xyz", 3, 1000), 3);
	close(fd);
	assert_int_equal(unlinkat(stage.folder.fd, "tile/1/000.p/2", 0), 0);
	open_copy(&stage);
	assert_int_equal(replica_reuse(&stage.replica, 600, &stage.trouble), TALLY_EXIT_FINE);
	assert_int_equal(replica_size(&stage.replica), 256);
	assert_int_equal(update(&stage, 600), TALLY_EXIT_FINE);
	assert_int_equal(replica_size(&stage.replica), 0); /* once more */
	assert_int_equal(update(&stage, 600), TALLY_EXIT_FINE);
	audit_copy(&stage, 600);
	stage_close(&stage);
}

/* Bundle and tile agree, and are another log's: the root tells; then all comes from elsewhere. */
static void
folder_lies(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage);
	assert_int_equal(update(&stage, 600), TALLY_EXIT_FINE);
	close_copy(&stage);
	test_log_swap(&stage.scene.log, 10, 11);
	test_log_publish(&stage.scene.log, stage.folder.path, 300);
	test_log_swap(&stage.scene.log, 10, 11);
	test_file_write(stage.folder.path, "checkpoint",
			test_log_checkpoint(&stage.scene.log, 600,
					    (uint8_t[TALLY_CHECKPOINT_SIZE_MAX]){0}));
	open_copy(&stage);
	assert_int_equal(replica_reuse(&stage.replica, 600, &stage.trouble), TALLY_EXIT_FAILED);
	assert_int_equal(replica_again(&stage.replica, &stage.trouble), TALLY_EXIT_FINE);
	assert_int_equal(replica_reuse(&stage.replica, 600, &stage.trouble), TALLY_EXIT_FINE);
	assert_int_equal(replica_size(&stage.replica), 0);
	assert_int_equal(update(&stage, 600), TALLY_EXIT_FINE);
	assert_int_equal(replica_size(&stage.replica), 0); /* once more */
	assert_int_equal(update(&stage, 600), TALLY_EXIT_FINE);
	close_copy(&stage);
	open_copy(&stage);
	assert_int_equal(replica_reuse(&stage.replica, 600, &stage.trouble), TALLY_EXIT_FINE);
	assert_int_equal(replica_size(&stage.replica), 600);
	stage_close(&stage);
}

/* A larger tree that does not contain the one we have: found where the old one ends. */
static void
fork_is_found(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage);
	assert_int_equal(update(&stage, 300), TALLY_EXIT_FINE);
	close_copy(&stage);
	open_copy(&stage);
	test_log_swap(&stage.scene.log, 10, 11);
	assert_int_equal(update(&stage, 600), TALLY_EXIT_FAILED);
	assert_non_null(strstr(stage.trouble.sentence, "the first 300 entries"));
	test_log_swap(&stage.scene.log, 10, 11);
	audit_copy(&stage, 300); /* still whole */
	stage_close(&stage);
}

static void
root_is_another(void **state)
{
	struct stage stage;
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];
	struct bytes note;
	struct checkpoint checkpoint;

	(void)state;
	stage_open(&stage);
	assert_int_equal(update(&stage, 100), TALLY_EXIT_FINE);
	checkpoint = checkpoint_at(&stage, 101, memory, &note);
	assert_int_equal(
	    replica_entry(&stage.replica, test_log_entry(&stage.scene.log, 50), &stage.trouble),
	    TALLY_EXIT_FINE);
	assert_int_equal(replica_prove(&stage.replica, &checkpoint, note, &stage.trouble),
			 TALLY_EXIT_FAILED);
	audit_copy(&stage, 100);
	stage_close(&stage);
}

static enum tally_exit
compare_with(struct stage *stage, size_t size)
{
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];
	struct bytes note;
	struct checkpoint checkpoint = checkpoint_at(stage, size, memory, &note);

	return replica_compare(&stage->replica, &checkpoint, note, &stage->trouble);
}

static void
checkpoints_contradict(void **state)
{
	struct stage stage;

	(void)state;
	stage_open(&stage);
	assert_int_equal(compare_with(&stage, 1), TALLY_EXIT_FINE);
	assert_int_equal(update(&stage, 300), TALLY_EXIT_FINE);
	assert_int_equal(compare_with(&stage, 300), TALLY_EXIT_FINE);
	assert_int_equal(compare_with(&stage, 301), TALLY_EXIT_FINE);
	assert_false(has(&stage, "checkpoint.conflict"));
	assert_int_equal(compare_with(&stage, 299), TALLY_EXIT_FAILED);
	assert_non_null(strstr(stage.trouble.sentence, "has 299 entries, and has signed 300"));
	assert_true(has(&stage, "checkpoint.conflict"));
	test_log_swap(&stage.scene.log, 10, 11);
	assert_int_equal(compare_with(&stage, 300), TALLY_EXIT_FAILED);
	assert_non_null(strstr(stage.trouble.sentence, "two trees of 300 entries"));
	stage_close(&stage);
}

static void
folder_is_in_use_or_anothers(void **state)
{
	struct stage stage;
	struct replica second;
	struct publiclog files;
	struct note_key other;

	(void)state;
	stage_open(&stage);
	assert_int_equal(publiclog_open(&files, stage.folder.path, &stage.trouble), 0);
	assert_int_equal(
	    replica_open(&second, &files, &stage.scene.options.key, true, &stage.trouble),
	    TALLY_EXIT_USAGE);
	assert_non_null(strstr(stage.trouble.sentence, "another program"));
	assert_int_equal(update(&stage, 100), TALLY_EXIT_FINE);
	close_copy(&stage);
	note_key_make(&other, BYTES_OF("tally.example/other"),
		      stage.scene.options.key.public_key);
	assert_int_equal(replica_open(&second, &files, &other, true, &stage.trouble),
			 TALLY_EXIT_USAGE);
	assert_non_null(strstr(stage.trouble.sentence, "a copy of another log"));
	publiclog_close(&files);
	open_copy(&stage);
	stage_close(&stage);
}

/* What somebody else has fetched is compared, file by file. */
static void
compares_a_mirror(void **state)
{
	struct scene scene;
	struct replica replica;
	struct trouble trouble;
	struct checkpoint checkpoint;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	size_t size;

	(void)state;
	scene_make(&scene, &(struct campaign_wish){.revisions_max = 5}, NULL);
	scene_publish(&scene);
	assert_int_equal(publiclog_checkpoint(&scene.files, note, &size, &trouble), 0);
	assert_true(checkpoint_open(bytes_make(note, size), &scene.options.key, &checkpoint));
	for (int damaged = 0; damaged < 2; damaged++) {
		int code;

		if (damaged)
			scene_flip(&scene, "tile/0/001", 40);
		assert_int_equal(
		    replica_open(&replica, &scene.files, &scene.options.key, false, &trouble),
		    0);
		code = replica_reuse(&replica, checkpoint.size, &trouble);
		if (code == TALLY_EXIT_FINE)
			code = replica_prove(&replica, &checkpoint, bytes_make(note, size),
					     &trouble);
		assert_int_equal(code, damaged ? TALLY_EXIT_FAILED : TALLY_EXIT_FINE);
		replica_close(&replica);
	}
	assert_non_null(strstr(trouble.sentence, "tile/0/001: "));
	scene_close(&scene);
}

/* A full tile stands for a partial one that is gone, if its front is right. */
static void
compares_the_front_of_a_full_tile(void **state)
{
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];
	struct stage stage;
	struct replica replica;
	struct checkpoint checkpoint;
	struct bytes note;

	(void)state;
	stage_open(&stage);
	scene_publish(&stage.scene);
	checkpoint = checkpoint_at(&stage, SCENE_MIDDLE, memory, &note);
	test_file_write(stage.scene.folder.path, "checkpoint", note);
	scene_remove(&stage.scene, "tile/0/001.p/44");
	for (int damaged = 0; damaged < 2; damaged++) {
		if (damaged)
			scene_flip(&stage.scene, "tile/0/001", 40);
		assert_int_equal(replica_open(&replica, &stage.scene.files,
					      &stage.scene.options.key, false, &stage.trouble),
				 0);
		assert_int_equal(replica_reuse(&replica, SCENE_MIDDLE, &stage.trouble), 0);
		assert_int_equal(replica_prove(&replica, &checkpoint, note, &stage.trouble),
				 damaged ? TALLY_EXIT_FAILED : TALLY_EXIT_FINE);
		replica_close(&replica);
	}
	assert_non_null(strstr(stage.trouble.sentence, "tile/0/001.p/44: "));
	stage_close(&stage);
}

/* While its entries are sealed a public log has only hashes; later it has all. */
static void
sealed_log(void **state)
{
	struct scene scene;
	struct replica replica;
	struct trouble trouble;
	struct checkpoint checkpoint;
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];
	struct bytes note;

	(void)state;
	scene_make(&scene, &(struct campaign_wish){0}, NULL);
	scene_publish(&scene);
	assert_int_equal(renameat(scene.folder.fd, "tile/entries", scene.folder.fd, "kept"), 0);
	assert_int_equal(
	    replica_open(&replica, &scene.files, &scene.options.key, false, &trouble), 0);
	for (size_t size = SCENE_MIDDLE; size <= scene.log.count;
	     size += scene.log.count - SCENE_MIDDLE) {
		note = test_log_checkpoint(&scene.log, size, memory);
		assert_true(checkpoint_open(note, &scene.options.key, &checkpoint));
		assert_int_equal(replica_reuse_hashes(&replica, size, &trouble),
				 TALLY_EXIT_FINE);
		assert_int_equal(replica_prove(&replica, &checkpoint, note, &trouble),
				 TALLY_EXIT_FINE);
	}
	assert_true(replica.sealed);
	assert_int_equal(renameat(scene.folder.fd, "kept", scene.folder.fd, "tile/entries"), 0);
	assert_int_equal(replica_reuse(&replica, checkpoint.size, &trouble), TALLY_EXIT_FINE);
	assert_int_equal(replica_prove(&replica, &checkpoint, note, &trouble), TALLY_EXIT_FINE);
	assert_false(replica.sealed);
	scene_flip(&scene, "tile/0/001", 7);
	replica_close(&replica);
	assert_int_equal(
	    replica_open(&replica, &scene.files, &scene.options.key, false, &trouble), 0);
	assert_int_equal(replica_reuse_hashes(&replica, checkpoint.size, &trouble),
			 TALLY_EXIT_FAILED);
	replica_close(&replica);
	scene_close(&scene);
}

/* A log that breaks its law is copied all the same, without texts from there on. */
static void
break_law(struct test_log *log, enum story_point point)
{
	if (point == STORY_LATE)
		(void)story_vote(log, 7, 1);
}

static void
lawless_log(void **state)
{
	struct stage stage = {0};

	(void)state;
	scene_make(&stage.scene, &(struct campaign_wish){0}, break_law);
	stage.folder = test_folder_make();
	open_copy(&stage);
	assert_int_equal(update(&stage, 400), TALLY_EXIT_FINE);
	assert_false(stage.replica.lawless);
	assert_true(has(&stage, "tally/302"));
	assert_int_equal(update(&stage, stage.scene.log.count), TALLY_EXIT_FINE);
	assert_true(stage.replica.lawless);
	assert_true(has(&stage, "checkpoint"));
	stage_close(&stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(grows),
	    cmocka_unit_test(full_disk_is_survived),
	    cmocka_unit_test(is_continued),
	    cmocka_unit_test(damage_is_mended),
	    cmocka_unit_test(folder_lies),
	    cmocka_unit_test(fork_is_found),
	    cmocka_unit_test(root_is_another),
	    cmocka_unit_test(checkpoints_contradict),
	    cmocka_unit_test(folder_is_in_use_or_anothers),
	    cmocka_unit_test(compares_a_mirror),
	    cmocka_unit_test(compares_the_front_of_a_full_tile),
	    cmocka_unit_test(sealed_log),
	    cmocka_unit_test(lawless_log),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
