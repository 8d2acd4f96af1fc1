#include "tests/lib/test.h"

#include "tests/lib/merkle.h"
#include "tests/lib/vector.h"
#include "tree/proof.h"

enum {
	SMALL = 300,
	LARGE = 70000,
	LEVELS = 3,
};

/* A tree as tiles hold it: levels[l][i] = MTH(D[i*256^l : (i+1)*256^l]). */
struct forest {
	uint64_t size;
	unsigned calls_left; /* the source fails when none is */
};

static struct tree_hash level_0[LARGE];
static struct tree_hash level_1[LARGE / 256];
static struct tree_hash level_2[1];
static struct tree_hash *const levels[LEVELS] = {level_0, level_1, level_2};

static int
setup(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < LARGE; i++) {
		uint8_t entry[4];

		be32_store(entry, i);
		tree_leaf(bytes_make(entry, sizeof entry), &level_0[i]);
	}
	for (int l = 1; l < LEVELS; l++)
		for (uint64_t i = 0; i < tile_hashes(l, LARGE); i++)
			tile_root(levels[l - 1] + 256 * i, 256, &levels[l][i]);
	return 0;
}

static bool
forest_source(void *context, int level, uint64_t first, unsigned count, struct tree_hash *out)
{
	struct forest *forest = context;

	assert_in_range(level, 0, LEVELS - 1);
	assert_in_range(count, 1, 256);
	assert_true(first + count <= tile_hashes(level, forest->size));
	assert_int_equal(first / 256, (first + count - 1) / 256);
	if (forest->calls_left-- == 0)
		return false;
	memcpy(out, levels[level] + first, count * sizeof *out);
	return true;
}

static struct forest
forest_of(uint64_t size)
{
	return (struct forest){size, 1000};
}

static void
assert_same(const struct proof *a, const struct proof *b)
{
	assert_int_equal(a->count, b->count);
	assert_memory_equal(a->hashes, b->hashes, a->count * sizeof a->hashes[0]);
}

static void
inclusion_check(uint64_t index, uint64_t size, const struct tree_hash *root)
{
	struct forest forest = forest_of(size);
	struct proof expected = {0};
	struct proof proof;

	merkle_path(index, level_0, size, &expected);
	assert_true(proof_inclusion(index, size, forest_source, &forest, &proof));
	assert_same(&proof, &expected);
	assert_true(proof_inclusion_verify(&proof, index, size, &level_0[index], root));
}

static void
consistency_check(uint64_t old_size, uint64_t size, const struct tree_hash *root)
{
	struct forest forest = forest_of(size);
	struct tree_hash old_root = merkle_root(level_0, old_size);
	struct proof expected = {0};
	struct proof proof;

	merkle_subproof(old_size, level_0, size, true, &expected);
	assert_true(proof_consistency(old_size, size, forest_source, &forest, &proof));
	assert_same(&proof, &expected);
	assert_true(proof_consistency_verify(&proof, old_size, size, &old_root, root));
}

static void
inclusion_of_every_leaf_in_every_small_tree(void **state)
{
	(void)state;
	for (uint64_t size = 1; size <= SMALL; size++) {
		struct tree_hash root = merkle_root(level_0, size);

		/* the naive path costs the whole tree: all indices only up to 70 */
		for (uint64_t i = 0; i < size; i += size <= 70 ? 1 : 1 + size / 12)
			inclusion_check(i, size, &root);
		inclusion_check(size - 1, size, &root);
	}
}

static void
consistency_of_every_pair_of_small_trees(void **state)
{
	(void)state;
	for (uint64_t size = 1; size <= SMALL; size++) {
		struct tree_hash root = merkle_root(level_0, size);

		for (uint64_t i = 1; i <= size; i += size <= 70 ? 1 : 1 + size / 12)
			consistency_check(i, size, &root);
		consistency_check(size, size, &root);
	}
}

static void
large_trees(void **state)
{
	struct test_random random = test_random_make(0x70726f6f66);

	(void)state;
	for (int round = 0; round < 8; round++) {
		uint64_t size = round == 0 ? LARGE : 1 + test_random_below(&random, LARGE);
		struct tree_hash root = merkle_root(level_0, size);

		inclusion_check(test_random_below(&random, size), size, &root);
		inclusion_check(size - 1, size, &root);
		consistency_check(1 + test_random_below(&random, size), size, &root);
	}
}

static void
roots(void **state)
{
	static const uint64_t sizes[] = {1,     2,     3,     255,   256,  257,
					 65535, 65536, 65537, 69999, LARGE};
	struct forest forest = forest_of(0);
	struct tree_hash root;

	(void)state;
	assert_true(proof_root(0, forest_source, &forest, &root));
	assert_memory_equal(root.bytes, test_vector_view("tree.txt", "root.0").data, 32);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct tree_hash expected = merkle_root(level_0, sizes[i]);

		forest = forest_of(sizes[i]);
		assert_true(proof_root(sizes[i], forest_source, &forest, &root));
		assert_true(tree_hash_equal(&root, &expected));
	}
}

static void
golden_proof(const char *kind, unsigned m, unsigned n, struct proof *out)
{
	char name[48];
	struct bytes hashes;

	snprintf(name, sizeof name, "%s.%u.%u", kind, m, n);
	hashes = test_vector_view("tree.txt", name);
	out->count = hashes.size / TALLY_HASH_SIZE;
	memcpy(out->hashes, hashes.data, hashes.size);
}

static struct tree_hash
golden_root(unsigned n)
{
	struct tree_hash root;
	char name[32];

	snprintf(name, sizeof name, "root.%u", n);
	memcpy(root.bytes, test_vector_view("tree.txt", name).data, TALLY_HASH_SIZE);
	return root;
}

static void
golden_proofs_verify(void **state)
{
	static const unsigned inclusion[][2] = {{0, 1}, {0, 8}, {5, 8}, {2, 3}, {1, 5}, {6, 7}};
	static const unsigned consistency[][2] = {{1, 1}, {1, 8}, {6, 8},
						  {2, 5}, {3, 7}, {4, 8}};

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		unsigned m = inclusion[i][0];
		unsigned n = inclusion[i][1];
		struct tree_hash root = golden_root(n);
		struct tree_hash old_root, leaf;
		struct proof proof;
		char name[32];

		snprintf(name, sizeof name, "entry.%u", m);
		tree_leaf(test_vector_view("tree.txt", name), &leaf);
		golden_proof("inclusion", m, n, &proof);
		assert_true(proof_inclusion_verify(&proof, m, n, &leaf, &root));
		m = consistency[i][0];
		n = consistency[i][1];
		root = golden_root(n);
		old_root = golden_root(m);
		golden_proof("consistency", m, n, &proof);
		assert_true(proof_consistency_verify(&proof, m, n, &old_root, &root));
	}
}

/* Calls `holds` for every way to damage the proof: a bit of a hash, a hash left out, doubled,
 * added at either end, two swapped. None may hold. */
static void
damage(const struct proof *proof, bool (*holds)(const struct proof *, void *), void *context)
{
	struct proof other;

	assert_true(holds(proof, context));
	for (size_t i = 0; i < proof->count; i++) {
		other = *proof;
		other.hashes[i].bytes[i % 32] ^= 1;
		assert_false(holds(&other, context));
		other = *proof;
		other.count--;
		memmove(&other.hashes[i], &other.hashes[i + 1],
			(other.count - i) * sizeof other.hashes[0]);
		assert_false(holds(&other, context));
		other = *proof;
		other.count++;
		memmove(&other.hashes[i + 1], &proof->hashes[i],
			(proof->count - i) * sizeof other.hashes[0]);
		assert_false(holds(&other, context));
		if (i > 0) {
			other = *proof;
			other.hashes[i] = proof->hashes[i - 1];
			other.hashes[i - 1] = proof->hashes[i];
			assert_false(holds(&other, context));
		}
	}
	other = *proof;
	other.hashes[other.count++] = level_0[7];
	assert_false(holds(&other, context));
	while (other.count < PROOF_HASHES_MAX)
		other.hashes[other.count++] = level_0[7];
	assert_false(holds(&other, context));
}

struct claim {
	uint64_t place; /* index, or old size */
	uint64_t size;
	struct tree_hash first; /* leaf, or old root */
	struct tree_hash root;
};

static bool
inclusion_holds(const struct proof *proof, void *context)
{
	const struct claim *claim = context;

	return proof_inclusion_verify(proof, claim->place, claim->size, &claim->first,
				      &claim->root);
}

static bool
consistency_holds(const struct proof *proof, void *context)
{
	const struct claim *claim = context;

	return proof_consistency_verify(proof, claim->place, claim->size, &claim->first,
					&claim->root);
}

static void
damaged_inclusion_is_refused(void **state)
{
	(void)state;
	for (uint64_t size = 1; size <= 40; size++)
		for (uint64_t index = 0; index < size; index++) {
			struct forest forest = forest_of(size);
			struct claim claim = {index, size, level_0[index],
					      merkle_root(level_0, size)};
			struct proof proof;

			assert_true(
			    proof_inclusion(index, size, forest_source, &forest, &proof));
			damage(&proof, inclusion_holds, &claim);
			for (uint64_t other = 0; other <= 64; other++) {
				claim.place = other;
				assert_int_equal(inclusion_holds(&proof, &claim),
						 other == index);
			}
			claim.place = index;
			claim.first.bytes[31] ^= 1;
			assert_false(inclusion_holds(&proof, &claim));
			claim.first.bytes[31] ^= 1;
			claim.root.bytes[0] ^= 1;
			assert_false(inclusion_holds(&proof, &claim));
		}
}

static void
damaged_consistency_is_refused(void **state)
{
	(void)state;
	for (uint64_t size = 1; size <= 40; size++)
		for (uint64_t old = 1; old <= size; old++) {
			struct forest forest = forest_of(size);
			struct claim claim = {old, size, merkle_root(level_0, old),
					      merkle_root(level_0, size)};
			struct proof proof;

			assert_true(
			    proof_consistency(old, size, forest_source, &forest, &proof));
			damage(&proof, consistency_holds, &claim);
			claim.first.bytes[31] ^= 1;
			assert_false(consistency_holds(&proof, &claim));
			claim.first.bytes[31] ^= 1;
			claim.root.bytes[0] ^= 1;
			assert_false(consistency_holds(&proof, &claim));
		}
}

static void
numbers_without_a_tree_are_refused(void **state)
{
	struct proof none = {0};
	struct proof full = {.count = PROOF_HASHES_MAX};
	struct tree_hash empty = golden_root(0);
	const struct tree_hash *a = &level_0[0];
	const struct tree_hash *b = &level_0[1];

	(void)state;
	assert_false(proof_inclusion_verify(&none, 0, 0, a, a));
	assert_false(proof_inclusion_verify(&none, 1, 1, a, a));
	assert_false(proof_inclusion_verify(&full, UINT64_MAX, UINT64_MAX, a, a));
	assert_false(proof_inclusion_verify(&full, 0, UINT64_MAX, a, a));
	assert_false(proof_consistency_verify(&none, 2, 1, a, a));
	assert_false(proof_consistency_verify(&none, 1, 2, a, a));
	assert_false(proof_consistency_verify(&full, 1, UINT64_MAX, a, b));
	assert_false(proof_consistency_verify(&full, UINT64_MAX - 1, UINT64_MAX, a, b));
	/* nothing is sent for old size 0, or for equal sizes */
	assert_true(proof_consistency_verify(&none, 0, 5, &empty, a));
	assert_true(proof_consistency_verify(&none, 0, 0, &empty, &empty));
	assert_false(proof_consistency_verify(&none, 0, 5, a, a));
	assert_false(proof_consistency_verify(&full, 0, 5, &empty, a));
	assert_true(proof_consistency_verify(&none, 3, 3, a, a));
	assert_false(proof_consistency_verify(&none, 3, 3, a, b));
	assert_false(proof_consistency_verify(&full, 3, 3, a, a));
}

static void
a_failing_source_stops_the_build(void **state)
{
	(void)state;
	for (unsigned calls = 0; calls < 8; calls++) {
		struct forest forest = {255, calls};
		struct tree_hash root;
		struct proof proof;

		/* a path of 8, a proof of 8, 8 peaks: one call each at least */
		assert_false(proof_inclusion(0, 255, forest_source, &forest, &proof));
		forest.calls_left = calls;
		assert_false(proof_consistency(1, 255, forest_source, &forest, &proof));
		forest.calls_left = calls;
		assert_false(proof_root(255, forest_source, &forest, &root));
	}
}

static bool
constant_source(void *context, int level, uint64_t first, unsigned count, struct tree_hash *out)
{
	(void)context;
	assert_in_range(level, 0, TILE_LEVELS_MAX - 1);
	assert_int_equal(first / 256, (first + count - 1) / 256);
	for (unsigned i = 0; i < count; i++)
		out[i] = level_0[0];
	return true;
}

static void
sizes_near_the_end_of_numbers(void **state)
{
	uint64_t half = (uint64_t)1 << 63;
	struct tree_hash root;
	struct proof proof;

	(void)state;
	assert_true(proof_inclusion(half - 1, half, constant_source, NULL, &proof));
	assert_int_equal(proof.count, 63);
	assert_false(proof_inclusion(0, UINT64_MAX, constant_source, NULL, &proof));
	assert_true(proof_consistency(half / 2 - 1, half / 2, constant_source, NULL, &proof));
	assert_int_equal(proof.count, 63);
	assert_false(proof_consistency(half - 1, half, constant_source, NULL, &proof));
	assert_true(proof_root(UINT64_MAX, constant_source, NULL, &root));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(inclusion_of_every_leaf_in_every_small_tree),
	    cmocka_unit_test(consistency_of_every_pair_of_small_trees),
	    cmocka_unit_test(large_trees),
	    cmocka_unit_test(roots),
	    cmocka_unit_test(golden_proofs_verify),
	    cmocka_unit_test(damaged_inclusion_is_refused),
	    cmocka_unit_test(damaged_consistency_is_refused),
	    cmocka_unit_test(numbers_without_a_tree_are_refused),
	    cmocka_unit_test(a_failing_source_stops_the_build),
	    cmocka_unit_test(sizes_near_the_end_of_numbers),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
