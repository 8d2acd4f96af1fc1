#include "tests/lib/test.h"

#include "tests/lib/merkle.h"
#include "tests/lib/vector.h"
#include "tree/frontier.h"

enum {
	LEAVES = 600
};

static struct tree_hash leaves[LEAVES];

static int
setup(void **state)
{
	(void)state;
	for (unsigned i = 0; i < LEAVES; i++) {
		uint8_t entry[2] = {(uint8_t)(i >> 8), (uint8_t)i};

		tree_leaf(bytes_make(entry, i % 3), &leaves[i]);
	}
	return 0;
}

static void
golden_roots(void **state)
{
	struct frontier frontier;
	struct tree_hash root;
	char name[32];

	(void)state;
	frontier_init(&frontier);
	for (int n = 0; n <= 8; n++) {
		struct tree_hash leaf;

		frontier_root(&frontier, &root);
		snprintf(name, sizeof name, "root.%d", n);
		assert_memory_equal(root.bytes, test_vector_view("tree.txt", name).data, 32);
		if (n == 8)
			break;
		snprintf(name, sizeof name, "entry.%d", n);
		tree_leaf(test_vector_view("tree.txt", name), &leaf);
		frontier_append(&frontier, &leaf);
		assert_int_equal(frontier.size, n + 1);
	}
}

static void
every_size_has_the_root_of_the_definition(void **state)
{
	struct frontier frontier;

	(void)state;
	frontier_init(&frontier);
	for (size_t n = 1; n <= LEAVES; n++) {
		struct tree_hash root;
		struct tree_hash expected = merkle_root(leaves, n);

		frontier_append(&frontier, &leaves[n - 1]);
		frontier_root(&frontier, &root);
		assert_int_equal(frontier.size, n);
		assert_true(tree_hash_equal(&root, &expected));
	}
}

static void
many_at_once_are_what_each_is_alone(void **state)
{
	uint8_t memory[8][40];
	struct bytes entries[8];
	struct tree_hash made[8], nodes[4], alone;

	(void)state;
	for (size_t i = 0; i < 8; i++) {
		memset(memory[i], (int)i, sizeof memory[i]);
		entries[i] = bytes_make(memory[i], 5 * i);
	}
	for (size_t count = 0; count <= 8; count++) {
		memset(made, 0xee, sizeof made);
		tree_leaves(entries, count, made);
		for (size_t i = 0; i < 8; i++) {
			if (i < count)
				tree_leaf(entries[i], &alone);
			else
				memset(&alone, 0xee, sizeof alone);
			assert_true(tree_hash_equal(&made[i], &alone));
		}
	}
	for (size_t count = 0; count <= 4; count++) {
		tree_nodes(made, count, nodes);
		for (size_t i = 0; i < count; i++) {
			tree_node(&made[2 * i], &made[2 * i + 1], &alone);
			assert_true(tree_hash_equal(&nodes[i], &alone));
		}
	}
	tree_nodes(made, 4, made);
	assert_memory_equal(made, nodes, sizeof nodes);
}

static void
a_leaf_is_not_a_node(void **state)
{
	uint8_t both[64];
	struct tree_hash as_leaf, as_node;

	(void)state;
	memcpy(both, leaves[0].bytes, 32);
	memcpy(both + 32, leaves[1].bytes, 32);
	tree_leaf(bytes_make(both, sizeof both), &as_leaf);
	tree_node(&leaves[0], &leaves[1], &as_node);
	assert_false(tree_hash_equal(&as_leaf, &as_node));
	tree_node(&leaves[1], &leaves[0], &as_leaf);
	assert_false(tree_hash_equal(&as_leaf, &as_node));
}

static void
hashes_differ_in_every_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < 32; i++) {
		struct tree_hash other = leaves[0];

		assert_true(tree_hash_equal(&other, &leaves[0]));
		other.bytes[i] ^= 0x80;
		assert_false(tree_hash_equal(&other, &leaves[0]));
	}
}

static void
written_and_read_again_it_goes_on(void **state)
{
	struct frontier frontier;

	(void)state;
	frontier_init(&frontier);
	for (size_t n = 0; n < LEAVES; n++) {
		uint8_t memory[8 + 32 * 10];
		struct writer writer = writer_make(memory, sizeof memory);
		struct reader reader;
		struct frontier again;
		struct tree_hash a, b;

		frontier_write(&writer, &frontier);
		assert_false(writer.failed);
		assert_int_equal(writer.size, 8 + 32 * __builtin_popcountll(n));
		reader = reader_make(writer_view(&writer));
		assert_true(frontier_read(&reader, &again));
		assert_true(reader_done(&reader));
		frontier_append(&frontier, &leaves[n]);
		frontier_append(&again, &leaves[n]);
		frontier_root(&frontier, &a);
		frontier_root(&again, &b);
		assert_true(tree_hash_equal(&a, &b));
	}
}

static void
a_short_frontier_is_refused(void **state)
{
	uint8_t memory[8 + 32 * FRONTIER_PEAKS_MAX];
	struct frontier frontier;
	struct reader reader;

	(void)state;
	memset(memory, 0xff, sizeof memory);
	for (size_t size = 0; size < sizeof memory; size++) {
		reader = reader_make(bytes_make(memory, size));
		assert_false(frontier_read(&reader, &frontier));
	}
	reader = reader_make(bytes_make(memory, sizeof memory));
	assert_true(frontier_read(&reader, &frontier));
	assert_true(frontier.size == UINT64_MAX);
}

static void
root_of_leaves(size_t first, size_t count, struct tree_hash *root)
{
	struct frontier frontier;

	frontier_init(&frontier);
	for (size_t i = 0; i < count; i++)
		frontier_append(&frontier, &leaves[first + i]);
	frontier_root(&frontier, root);
}

/* From every size at which one fits; peaks too, and what is appended behind it. */
static void
a_subtree_at_once_is_its_leaves(void **state)
{
	(void)state;
	for (int level = 0; level <= 8; level++) {
		size_t width = (size_t)1 << level;
		struct frontier slow;

		frontier_init(&slow);
		for (size_t size = 0; size + width < LEAVES; size += width) {
			struct frontier fast = slow;
			struct tree_hash subtree, a, b;

			root_of_leaves(size, width, &subtree);
			frontier_append_subtree(&fast, &subtree, level);
			for (size_t i = 0; i < width; i++)
				frontier_append(&slow, &leaves[size + i]);
			assert_int_equal(fast.size, slow.size);
			assert_memory_equal(fast.peaks, slow.peaks,
					    (size_t)__builtin_popcountll(slow.size) *
						sizeof *slow.peaks);
			frontier_append(&fast, &leaves[size + width]);
			root_of_leaves(0, size + width + 1, &a);
			frontier_root(&fast, &b);
			assert_true(tree_hash_equal(&a, &b));
		}
	}
}

/* 2^40 - 1 leaves take 40 peaks; one more leaves one. */
static void
large_sizes_carry(void **state)
{
	struct frontier frontier;
	struct tree_hash expected = leaves[0];
	struct tree_hash root;

	(void)state;
	frontier_init(&frontier);
	frontier.size = (1ull << 40) - 1;
	for (int i = 0; i < 40; i++)
		frontier.peaks[i] = leaves[1];
	frontier_append(&frontier, &leaves[0]);
	for (int i = 0; i < 40; i++)
		tree_node(&leaves[1], &expected, &expected);
	frontier_root(&frontier, &root);
	assert_true(tree_hash_equal(&root, &expected));
	assert_true(frontier.size == 1ull << 40);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(golden_roots),
	    cmocka_unit_test(every_size_has_the_root_of_the_definition),
	    cmocka_unit_test(many_at_once_are_what_each_is_alone),
	    cmocka_unit_test(a_leaf_is_not_a_node),
	    cmocka_unit_test(hashes_differ_in_every_byte),
	    cmocka_unit_test(written_and_read_again_it_goes_on),
	    cmocka_unit_test(a_short_frontier_is_refused),
	    cmocka_unit_test(a_subtree_at_once_is_its_leaves),
	    cmocka_unit_test(large_sizes_carry),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
