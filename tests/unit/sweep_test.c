#include "tests/lib/test.h"

#include "shell/sweep.h"
#include "tests/lib/store.h"

#include <fcntl.h>
#include <unistd.h>

static struct test_store *store;
static struct treefile *tree;
static struct tiles tiles;
static int public_fd;

static int
set_up(void **state)
{
	(void)state;
	store = test_store_make(1024 * 1024);
	tree = treefile_open(store->folder.fd);
	assert_non_null(tree);
	assert_int_equal(disk_directory(store->folder.fd, "public", 0755, &public_fd), DISK_OK);
	tiles_init(&tiles, public_fd, store->archive, tree);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	tiles_free(&tiles);
	close(public_fd);
	treefile_close(tree);
	test_store_free(store);
	return 0;
}

static void
plant(const char *name)
{
	assert_int_equal(disk_replace(public_fd, name, BYTES_OF("x"), 0644, false), DISK_OK);
}

static bool
exists(const char *name)
{
	return faccessat(public_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void
plant_all(void)
{
	plant("tile/0/000");
	plant("tile/0/000.p/1");
	plant("tile/0/000.p/255");
	plant("tile/0/001.p/3");
	plant("tile/1/000.p/1");
	plant("tile/entries/000.p/9");
	plant("tile/entries/000.p/09");
	plant("checkpoint");
	plant("checkpoint.p/4");
}

static void
full_tiles_need_no_partials(void **state)
{
	(void)state;
	plant_all();
	assert_int_equal(sweep_partials(&tiles, 255), DISK_OK);
	assert_true(exists("tile/0/000.p/255"));
	assert_int_equal(sweep_partials(&tiles, 256), DISK_OK);
	assert_false(exists("tile/0/000.p"));
	assert_false(exists("tile/entries/000.p/9"));
	assert_true(exists("tile/entries/000.p/09")); /* no tile's name */
	assert_true(exists("tile/0/001.p/3"));
	assert_true(exists("tile/1/000.p/1"));
	assert_true(exists("checkpoint.p/4"));
}

static void
only_between_two_sizes(void **state)
{
	(void)state;
	plant_all();
	plant("tile/0/002.p/8");
	assert_int_equal(sweep_partials_since(&tiles, 256, 600), DISK_OK);
	assert_true(exists("tile/0/000.p/1"));
	assert_false(exists("tile/0/001.p"));
	assert_true(exists("tile/0/002.p/8"));
	assert_int_equal(sweep_partials_since(&tiles, 600, 600), DISK_OK);
	assert_int_equal(sweep_partials_since(&tiles, 255, 600), DISK_OK);
	assert_false(exists("tile/0/000.p"));
	assert_false(exists("tile/entries/000.p/9"));
}

static void
mends_without_following(void **state)
{
	struct test_folder outside = test_folder_make();
	int fd;

	(void)state;
	plant_all();
	plant("tile/0/001");
	plant("a/b/c.tmp");
	assert_int_equal(disk_open(outside.fd, "far.tmp", O_CREAT | O_WRONLY, 0600, &fd), 0);
	close(fd);
	assert_int_equal(symlinkat(outside.path, public_fd, "link"), 0);
	assert_int_equal(sweep_mend(&tiles, 0), DISK_OK);
	assert_false(exists("tile/0/001"));
	assert_false(exists("tile/0/000.p"));
	assert_false(exists("a/b/c.tmp"));
	assert_true(exists("checkpoint"));
	assert_int_equal(faccessat(outside.fd, "far.tmp", F_OK, 0), 0);
	test_folder_remove(&outside);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(full_tiles_need_no_partials, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(only_between_two_sizes, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(mends_without_following, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
