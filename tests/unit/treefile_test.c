#include "tests/lib/test.h"

#include "shell/treefile.h"
#include "tests/lib/folder.h"

#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	LEAVES = 66000, /* into tile level 2 */
	THREADS = 3,
};

static struct test_folder folder;
static struct tree_hash leaves[LEAVES];

static int
set_up(void **state)
{
	(void)state;
	folder = test_folder_make();
	for (uint32_t i = 0; i < LEAVES; i++) {
		uint8_t entry[4];

		be32_store(entry, i);
		tree_leaf(bytes_make(entry, sizeof entry), &leaves[i]);
	}
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	test_folder_remove(&folder);
	return 0;
}

static struct tree_hash
root_of(uint64_t size)
{
	struct frontier frontier;
	struct tree_hash root;

	frontier_init(&frontier);
	for (uint64_t i = 0; i < size; i++)
		frontier_append(&frontier, &leaves[i]);
	frontier_root(&frontier, &root);
	return root;
}

static void
inclusion_holds(struct treefile *tree, uint64_t index, uint64_t size)
{
	struct tree_hash root;
	struct proof proof;

	assert_true(proof_root(size, treefile_source, tree, &root));
	assert_true(proof_inclusion(index, size, treefile_source, tree, &proof));
	assert_true(proof_inclusion_verify(&proof, index, size, &leaves[index], &root));
}

static void
appends_in_any_portions(void **state)
{
	struct test_random random = test_random_make(7201);
	struct treefile *tree = treefile_open(folder.fd);
	size_t size = 0;
	struct tree_hash root;
	struct tree_hash expected;

	(void)state;
	assert_non_null(tree);
	assert_int_equal(treefile_size(tree), 0);
	while (size < LEAVES) {
		size_t count = test_random_below(&random, 3000);

		if (count > LEAVES - size)
			count = LEAVES - size;
		assert_int_equal(treefile_append(tree, leaves + size, count), DISK_OK);
		size += count;
		assert_int_equal(treefile_size(tree), size);
		if (size > 0)
			inclusion_holds(tree, test_random_below(&random, size), size);
	}
	for (size_t i = 0; i < 20; i++) {
		size = test_random_below(&random, LEAVES + 1);
		expected = root_of(size);
		assert_true(proof_root(size, treefile_source, tree, &root));
		assert_true(tree_hash_equal(&root, &expected));
	}
	assert_int_equal(treefile_sync(tree), DISK_OK);
	treefile_close(tree);
}

/* Among other portions, and through a level that it completes. */
static void
appends_tiles_by_their_roots(void **state)
{
	struct test_random random = test_random_make(7203);
	struct treefile *tree = treefile_open(folder.fd);
	struct tree_hash expected = root_of(LEAVES);
	size_t size = 0;

	(void)state;
	assert_non_null(tree);
	while (size < LEAVES) {
		size_t count = TALLY_TILE_WIDTH - size % TALLY_TILE_WIDTH;
		struct tree_hash root;

		if (count > LEAVES - size || test_random_below(&random, 4) == 0)
			count = 1 + test_random_below(
					&random, LEAVES - size < 300 ? LEAVES - size : 300);
		if (count == TALLY_TILE_WIDTH && size % TALLY_TILE_WIDTH == 0) {
			tile_root(leaves + size, TALLY_TILE_WIDTH, &root);
			assert_int_equal(treefile_append_tile(tree, leaves + size, &root),
					 DISK_OK);
		} else {
			assert_int_equal(treefile_append(tree, leaves + size, count), DISK_OK);
		}
		size += count;
		assert_int_equal(treefile_size(tree), size);
		inclusion_holds(tree, test_random_below(&random, size), size);
	}
	/* All of it is hashed again. */
	assert_int_equal(treefile_trust(tree, LEAVES, &expected, THREADS), DISK_OK);
	treefile_close(tree);
}

static void
source_ends_with_the_tree(void **state)
{
	struct treefile *tree = treefile_open(folder.fd);
	struct tree_hash out[TALLY_TILE_WIDTH];

	(void)state;
	assert_int_equal(treefile_append(tree, leaves, 700), DISK_OK);
	assert_true(treefile_source(tree, 0, 512, 188, out));
	assert_memory_equal(out, leaves + 512, 188 * sizeof *leaves);
	assert_false(treefile_source(tree, 0, 512, 189, out));
	assert_false(treefile_source(tree, 0, UINT64_MAX, 1, out));
	assert_true(treefile_source(tree, 1, 0, 2, out));
	assert_false(treefile_source(tree, 1, 2, 1, out));
	assert_false(treefile_source(tree, 7, 0, 1, out));
	treefile_close(tree);
}

static void
trusts_only_its_root(void **state)
{
	struct treefile *tree = treefile_open(folder.fd);
	struct tree_hash root = root_of(300);
	struct tree_hash wrong = root_of(301);

	(void)state;
	assert_int_equal(treefile_append(tree, leaves, 400), DISK_OK);
	treefile_close(tree);
	tree = treefile_open(folder.fd);
	assert_int_equal(treefile_size(tree), 0);
	assert_int_equal(treefile_trust(tree, 401, &root, THREADS), DISK_DAMAGED);
	assert_int_equal(treefile_size(tree), 0);
	assert_int_equal(treefile_append(tree, leaves, 1), DISK_FAILED);
	assert_int_equal(treefile_trust(tree, 300, &wrong, THREADS), DISK_DAMAGED);
	assert_int_equal(treefile_size(tree), 0);
	assert_int_equal(treefile_trust(tree, 300, &root, THREADS), DISK_OK);
	assert_int_equal(treefile_size(tree), 300);
	assert_int_equal(treefile_trust(tree, 301, &wrong, THREADS),
			 DISK_DAMAGED); /* forgotten */
	assert_int_equal(treefile_reset(tree), DISK_OK);
	assert_int_equal(treefile_append(tree, leaves, 5), DISK_OK);
	inclusion_holds(tree, 3, 5);
	root = root_of(0);
	assert_int_equal(treefile_trust(tree, 0, &root, THREADS), DISK_OK);
	treefile_close(tree);
}

/* Wherever a bit has changed, below the root's own path as well. */
static void
finds_a_rotten_hash(void **state)
{
	struct test_random random = test_random_make(7203);
	static const char *const files[] = {"tree/0", "tree/1", "tree/2"};
	static const unsigned counts[] = {LEAVES, LEAVES / 256, LEAVES / 65536};
	struct treefile *tree = treefile_open(folder.fd);
	struct tree_hash root = root_of(LEAVES);

	(void)state;
	assert_int_equal(treefile_append(tree, leaves, LEAVES), DISK_OK);
	for (int i = 0; i < 12; i++) {
		int fd = openat(folder.fd, files[i % 3], O_RDWR);
		off_t at = (off_t)test_random_below(&random, counts[i % 3] * 32);
		uint8_t byte;

		assert_int_equal(pread(fd, &byte, 1, at), 1);
		byte ^= 4;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		assert_int_equal(treefile_trust(tree, LEAVES, &root, THREADS), DISK_DAMAGED);
		byte ^= 4;
		assert_int_equal(pwrite(fd, &byte, 1, at), 1);
		close(fd);
		assert_int_equal(treefile_trust(tree, LEAVES, &root, THREADS), DISK_OK);
	}
	treefile_close(tree);
}

static void
finds_it_in_tile(struct treefile *tree, const struct tree_hash *root, uint64_t tile)
{
	int fd = openat(folder.fd, "tree/0", O_RDWR);
	off_t at = (off_t)tile * TALLY_TILE_WIDTH * TALLY_HASH_SIZE;
	uint8_t byte;

	assert_int_equal(pread(fd, &byte, 1, at), 1);
	byte ^= 4;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	assert_int_equal(treefile_trust(tree, LEAVES, root, THREADS), DISK_DAMAGED);
	byte ^= 4;
	assert_int_equal(pwrite(fd, &byte, 1, at), 1);
	close(fd);
}

/* Tiles are shared out over threads: none falls between two of them, or behind the last. */
static void
leaves_out_no_tile(void **state)
{
	uint64_t tiles = LEAVES / TALLY_TILE_WIDTH;
	struct treefile *tree = treefile_open(folder.fd);
	struct tree_hash root = root_of(LEAVES);

	(void)state;
	assert_int_equal(treefile_append(tree, leaves, LEAVES), DISK_OK);
	for (uint64_t i = 0; i < THREADS; i++) {
		finds_it_in_tile(tree, &root, tiles * i / THREADS);
		finds_it_in_tile(tree, &root, tiles * (i + 1) / THREADS - 1);
	}
	assert_int_equal(treefile_trust(tree, LEAVES, &root, 1), DISK_OK);
	assert_int_equal(treefile_trust(tree, LEAVES, &root, UINT_MAX), DISK_OK);
	treefile_close(tree);
}

/* After trust the higher levels go on from what the files hold. */
static void
goes_on_after_trust(void **state)
{
	struct test_random random = test_random_make(7202);
	struct treefile *tree = treefile_open(folder.fd);
	const size_t sizes[] = {255, 256, 257, 65535, 65536};

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct tree_hash root = root_of(sizes[i]);

		assert_int_equal(treefile_reset(tree), DISK_OK);
		assert_int_equal(treefile_append(tree, leaves, sizes[i] + 3), DISK_OK);
		treefile_close(tree);
		tree = treefile_open(folder.fd);
		assert_int_equal(treefile_trust(tree, sizes[i], &root, THREADS), DISK_OK);
		assert_int_equal(treefile_append(tree, leaves + sizes[i], 400), DISK_OK);
		root = root_of(sizes[i] + 400);
		assert_int_equal(treefile_trust(tree, sizes[i] + 400, &root, THREADS), DISK_OK);
		inclusion_holds(tree, test_random_below(&random, sizes[i]), sizes[i] + 400);
	}
	treefile_close(tree);
}

static void
failed_write_is_final(void **state)
{
	struct treefile *tree = treefile_open(folder.fd);
	struct tree_hash root = root_of(100);
	struct rlimit before;
	struct rlimit small;

	(void)state;
	assert_int_equal(treefile_append(tree, leaves, 100), DISK_OK);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){110 * 32, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(treefile_append(tree, leaves + 100, 300), DISK_FAILED);
	assert_string_equal(disk_error(), "write tree/0: File too large");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(treefile_size(tree), 100);
	inclusion_holds(tree, 7, 100);
	assert_int_equal(treefile_append(tree, leaves + 100, 300), DISK_FAILED);
	assert_int_equal(treefile_trust(tree, 100, &root, THREADS), DISK_OK);
	assert_int_equal(treefile_append(tree, leaves + 100, 300), DISK_OK);
	inclusion_holds(tree, 399, 400);
	treefile_close(tree);
}

static void *
prove_behind(void *context)
{
	struct test_random random = {5};
	uint64_t size;

	do {
		struct tree_hash root;
		struct proof proof;
		uint64_t index;

		size = treefile_size(context);
		if (size == 0)
			continue;
		index = test_random_below(&random, size);
		if (!proof_root(size, treefile_source, context, &root) ||
		    !proof_inclusion(index, size, treefile_source, context, &proof) ||
		    !proof_inclusion_verify(&proof, index, size, &leaves[index], &root))
			return context;
	} while (size < 20000);
	return NULL;
}

static void
readers_beside_the_writer(void **state)
{
	struct treefile *tree = treefile_open(folder.fd);
	pthread_t thread;
	void *wrong;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, prove_behind, tree), 0);
	for (size_t size = 0; size < 20000; size += 50)
		assert_int_equal(treefile_append(tree, leaves + size, 50), DISK_OK);
	pthread_join(thread, &wrong);
	assert_null(wrong);
	treefile_close(tree);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(appends_in_any_portions, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(appends_tiles_by_their_roots, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(source_ends_with_the_tree, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(trusts_only_its_root, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(finds_a_rotten_hash, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(leaves_out_no_tile, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(goes_on_after_trust, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(failed_write_is_final, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(readers_beside_the_writer, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
