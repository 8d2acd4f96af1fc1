#include "shell/receipts.h"

#include <fcntl.h>
#include <unistd.h>

#include "tests/lib/gallery.h"

struct scene {
	struct gallery gallery;
	int public_fd;
	struct receipts receipts;
	uint8_t text[TALLY_RECEIPT_SIZE_MAX];
	struct writer writer;
};

static int
set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);

	assert_non_null(scene);
	gallery_make(&scene->gallery);
	scene->public_fd = open(scene->gallery.public, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(scene->public_fd >= 0);
	receipts_init(&scene->receipts, scene->public_fd, scene->gallery.tree,
		      &scene->gallery.log.campaign.log.key);
	*state = scene;
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *scene = *state;

	close(scene->public_fd);
	gallery_free(&scene->gallery);
	free(scene);
	return 0;
}

static enum tally_verdict
ask(struct scene *scene, uint64_t index)
{
	scene->writer = writer_make(scene->text, sizeof scene->text);
	return receipts_published(&scene->receipts, index, &scene->writer);
}

static void
plant_checkpoint(struct scene *scene, struct bytes note)
{
	test_file_write(scene->gallery.public, "checkpoint", note);
}

static void
every_published_entry(void **state)
{
	struct scene *scene = *state;

	for (uint64_t index = 0; index < GALLERY_PUBLISHED; index++) {
		assert_int_equal(ask(scene, index), TALLY_ACCEPTED);
		gallery_check_receipt(&scene->gallery, writer_view(&scene->writer), index,
				      GALLERY_PUBLISHED);
	}
}

/* What is in the tree, but not under a published checkpoint. */
static void
not_before_it_is_published(void **state)
{
	struct scene *scene = *state;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];

	assert_int_equal(ask(scene, GALLERY_PUBLISHED), TALLY_NOT_FOUND);
	assert_int_equal(ask(scene, UINT64_MAX), TALLY_NOT_FOUND);
	plant_checkpoint(scene, test_log_checkpoint(&scene->gallery.log, GALLERY_SIZE, note));
	assert_int_equal(ask(scene, GALLERY_PUBLISHED), TALLY_ACCEPTED);
	gallery_check_receipt(&scene->gallery, writer_view(&scene->writer), GALLERY_PUBLISHED,
			      GALLERY_SIZE);
	assert_int_equal(unlinkat(scene->public_fd, "checkpoint", 0), 0);
	assert_int_equal(ask(scene, 0), TALLY_NOT_FOUND);
}

static void
only_under_the_logs_checkpoint(void **state)
{
	struct scene *scene = *state;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX + 1];
	struct bytes good = test_log_checkpoint(&scene->gallery.log, GALLERY_SIZE, note);

	note[good.size - 10] ^= 1; /* in its signature */
	plant_checkpoint(scene, good);
	assert_int_equal(ask(scene, 0), TALLY_INTERNAL);
	plant_checkpoint(scene, BYTES_OF(""));
	assert_int_equal(ask(scene, 0), TALLY_INTERNAL);
	memset(note, 'a', sizeof note);
	plant_checkpoint(scene, bytes_make(note, sizeof note));
	assert_int_equal(ask(scene, 0), TALLY_INTERNAL);
	plant_checkpoint(scene, test_log_checkpoint(&scene->gallery.log, 300, note));
	assert_int_equal(ask(scene, 299), TALLY_ACCEPTED);
	gallery_check_receipt(&scene->gallery, writer_view(&scene->writer), 299, 300);
}

/* A hash that rotted in tree/ leaves in no receipt; a tree that is too short gives none. */
static void
damaged_trees(void **state)
{
	struct scene *scene = *state;
	uint8_t hash[TALLY_HASH_SIZE];
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	int fd = openat(scene->gallery.folder.fd, "tree/0", O_RDWR | O_CLOEXEC);

	assert_int_equal(pread(fd, hash, sizeof hash, 7 * TALLY_HASH_SIZE), sizeof hash);
	hash[0] ^= 0x10;
	assert_int_equal(pwrite(fd, hash, sizeof hash, 7 * TALLY_HASH_SIZE), sizeof hash);
	close(fd);
	assert_int_equal(ask(scene, 7), TALLY_INTERNAL);
	assert_int_equal(ask(scene, 6), TALLY_INTERNAL);
	assert_int_equal(ask(scene, 260), TALLY_ACCEPTED); /* 7 is in another tile */
	assert_int_equal(treefile_reset(scene->gallery.tree), DISK_OK);
	assert_int_equal(ask(scene, 260), TALLY_INTERNAL);
	plant_checkpoint(scene, test_log_checkpoint(&scene->gallery.log, 0, note));
	assert_int_equal(ask(scene, 0), TALLY_NOT_FOUND);
}

static void
too_little_room(void **state)
{
	struct scene *scene = *state;

	scene->writer = writer_make(scene->text, 100);
	assert_int_equal(receipts_published(&scene->receipts, 5, &scene->writer),
			 TALLY_INTERNAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(every_published_entry, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(not_before_it_is_published, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(only_under_the_logs_checkpoint, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(damaged_trees, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(too_little_room, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
