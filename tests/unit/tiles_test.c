#include "tests/lib/test.h"

#include "shell/tiles.h"
#include "tests/lib/published.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct test_store *store;
static struct treefile *tree;
static struct tiles tiles;
static int public_fd;

static int
set_up(void **state)
{
	struct test_random random = test_random_make(7401);

	(void)state;
	store = test_store_make(1024 * 1024);
	tree = treefile_open(store->folder.fd);
	assert_non_null(tree);
	assert_int_equal(disk_directory(store->folder.fd, "public", 0755, &public_fd), DISK_OK);
	tiles_init(&tiles, public_fd, store->archive, tree);
	test_store_grow(store, &random, 600, 1000);
	for (size_t i = 0; i < store->size; i++) {
		struct tree_hash leaf;

		tree_leaf(store->entries[i], &leaf);
		assert_int_equal(treefile_append(tree, &leaf, 1), DISK_OK);
	}
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
check(uint64_t size)
{
	char path[300];

	snprintf(path, sizeof path, "%s/public", store->folder.path);
	published_check(path, store->entries, size, NULL, 0);
}

static ino_t
file_number(const char *name)
{
	struct stat about;

	assert_int_equal(fstatat(public_fd, name, &about, 0), 0);
	return about.st_ino;
}

static int
make(struct tiles *of, uint64_t from, uint64_t size)
{
	int status = tiles_make(of, from, size);

	return status == DISK_OK ? tiles_bundles(of, from, size) : status;
}

static void
makes_what_is_new(void **state)
{
	(void)state;
	assert_int_equal(make(&tiles, 0, 0), DISK_OK);
	check(0);
	assert_int_equal(make(&tiles, 0, 256), DISK_OK);
	check(256);
	assert_int_equal(make(&tiles, 256, 511), DISK_OK);
	check(511);
	assert_int_equal(make(&tiles, 600, 600), DISK_OK);
	assert_int_equal(faccessat(public_fd, "tile/entries/001", F_OK, 0), -1);
}

static void
leaves_right_files_alone(void **state)
{
	ino_t before;

	(void)state;
	assert_int_equal(make(&tiles, 0, 600), DISK_OK);
	before = file_number("tile/entries/000");
	assert_int_equal(make(&tiles, 0, 600), DISK_OK);
	assert_int_equal(file_number("tile/entries/000"), before);
	tiles.anew = true;
	assert_int_equal(make(&tiles, 0, 600), DISK_OK);
	assert_int_not_equal(file_number("tile/entries/000"), before);
	tiles.anew = false;
	assert_int_equal(
	    disk_replace(public_fd, "tile/entries/000", BYTES_OF("torn"), 0644, false),
	    DISK_OK);
	assert_int_equal(make(&tiles, 255, 600), DISK_OK);
	check(600);
}

static void
refuses_what_does_not_exist(void **state)
{
	struct tile tile = {0, 2, 89};

	(void)state;
	assert_int_equal(make(&tiles, 0, 601), DISK_FAILED);
	assert_int_equal(tiles_make_one(&tiles, &tile), DISK_FAILED);
	tile.width = 88;
	assert_int_equal(tiles_make_one(&tiles, &tile), DISK_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(makes_what_is_new, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(leaves_right_files_alone, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(refuses_what_does_not_exist, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
