#include "tests/lib/test.h"

#include <fcntl.h>
#include <unistd.h>

#include "shell/ahead.h"
#include "tests/lib/folder.h"
#include "tree/frontier.h"

enum {
	LEAVES = 300
};

static struct test_folder folder;
static struct treefile *tree;
static struct frontier frontiers[LEAVES + 1];
static struct note_private_key key;

static int
set_up(void **state)
{
	uint8_t seed[32];

	(void)state;
	memset(seed, 7, sizeof seed);
	note_private_key_make(&key, BYTES_OF("tally.example/test"), seed);
	folder = test_folder_make();
	tree = treefile_open(folder.fd);
	assert_non_null(tree);
	assert_int_equal(treefile_reset(tree), DISK_OK);
	for (size_t i = 0; i < LEAVES; i++) {
		uint8_t entry = (uint8_t)i;
		struct tree_hash leaf;

		tree_leaf(bytes_make(&entry, 1), &leaf);
		frontiers[i + 1] = frontiers[i];
		frontier_append(&frontiers[i + 1], &leaf);
		assert_int_equal(treefile_append(tree, &leaf, 1), DISK_OK);
	}
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	treefile_close(tree);
	test_folder_remove(&folder);
	return 0;
}

/* Somebody shows a checkpoint of `size` entries, its root as given by `flip`. */
static void
show(uint64_t size, uint8_t flip, const struct note_private_key *signer)
{
	uint8_t memory[1024];
	struct writer note = writer_make(memory, sizeof memory);
	struct checkpoint checkpoint = {.size = size};
	struct tree_hash root;

	frontier_root(&frontiers[size <= LEAVES ? size : LEAVES], &root);
	memcpy(checkpoint.root, root.bytes, sizeof checkpoint.root);
	checkpoint.root[31] ^= flip;
	checkpoint_write(&note, &checkpoint, signer);
	assert_false(note.failed);
	assert_int_equal(ahead_keep(folder.fd, writer_view(&note)), DISK_OK);
}

static bool
is_there(void)
{
	return faccessat(folder.fd, "ahead", F_OK, 0) == 0;
}

static int
check(void)
{
	return ahead_check(folder.fd, &key.key, tree, LEAVES);
}

static void
nothing_was_shown(void **state)
{
	(void)state;
	assert_int_equal(check(), DISK_OK);
}

static void
beyond_the_ledger(void **state)
{
	(void)state;
	show(LEAVES + 5, 0, &key);
	assert_int_equal(check(), DISK_DAMAGED);
	assert_non_null(strstr(disk_error(), "305 entries"));
	assert_true(is_there());
	assert_int_equal(check(), DISK_DAMAGED);
}

static void
beside_the_ledger(void **state)
{
	(void)state;
	show(200, 1, &key);
	assert_int_equal(check(), DISK_DAMAGED);
	assert_non_null(strstr(disk_error(), "forked"));
	assert_true(is_there());
}

static void
the_right_copy_was_restored(void **state)
{
	(void)state;
	show(200, 0, &key);
	assert_int_equal(check(), DISK_OK);
	assert_false(is_there());
}

static void
the_first_one_shown_stays(void **state)
{
	(void)state;
	show(LEAVES + 5, 0, &key);
	show(200, 0, &key);
	assert_int_equal(check(), DISK_DAMAGED);
}

static void
another_key_says_nothing(void **state)
{
	struct note_private_key other;
	uint8_t seed[32];

	(void)state;
	memset(seed, 8, sizeof seed);
	note_private_key_make(&other, BYTES_OF("tally.example/test"), seed);
	show(LEAVES + 5, 0, &other);
	assert_int_equal(check(), DISK_OK);
	assert_false(is_there());
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(nothing_was_shown),         TEST(beyond_the_ledger),
	    TEST(beside_the_ledger),         TEST(the_right_copy_was_restored),
	    TEST(the_first_one_shown_stays), TEST(another_key_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
