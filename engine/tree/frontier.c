#include "tree/frontier.h"

#include <string.h>

#include "tree/sha256.h"
#include "tree/sha256pair.h"

enum {
	PREFIX_LEAF = 0,
	PREFIX_NODE = 1,
};

static int
peaks_count(uint64_t size)
{
	return __builtin_popcountll(size);
}

void
tree_leaf(struct bytes entry, struct tree_hash *out)
{
	static const uint8_t prefix = PREFIX_LEAF;

	sha256_of(bytes_make(&prefix, 1), entry, out->bytes);
}

void
tree_node(const struct tree_hash *left, const struct tree_hash *right, struct tree_hash *out)
{
	uint8_t message[1 + 2 * TALLY_HASH_SIZE] = {PREFIX_NODE};

	memcpy(message + 1, left->bytes, TALLY_HASH_SIZE);
	memcpy(message + 1 + TALLY_HASH_SIZE, right->bytes, TALLY_HASH_SIZE);
	sha256_of(bytes_make(message, sizeof message), bytes_make(NULL, 0), out->bytes);
}

void
tree_leaves(const struct bytes *entries, size_t count, struct tree_hash *out)
{
	for (; count > 1; count -= 2, entries += 2, out += 2)
		sha256_pair(PREFIX_LEAF, entries, (uint8_t *[]){out[0].bytes, out[1].bytes});
	if (count > 0)
		tree_leaf(entries[0], out);
}

void
tree_nodes(const struct tree_hash *children, size_t count, struct tree_hash *out)
{
	for (; count > 1; count -= 2, children += 4, out += 2)
		sha256_pair(
		    PREFIX_NODE,
		    (struct bytes[]){bytes_make(children[0].bytes, 2 * TALLY_HASH_SIZE),
				     bytes_make(children[2].bytes, 2 * TALLY_HASH_SIZE)},
		    (uint8_t *[]){out[0].bytes, out[1].bytes});
	if (count > 0)
		tree_node(&children[0], &children[1], out);
}

void
frontier_init(struct frontier *frontier)
{
	memset(frontier, 0, sizeof *frontier);
}

void
frontier_append(struct frontier *frontier, const struct tree_hash *leaf)
{
	frontier_append_subtree(frontier, leaf, 0);
}

void
frontier_append_subtree(struct frontier *frontier, const struct tree_hash *root, int level)
{
	int top = peaks_count(frontier->size);
	struct tree_hash hash = *root;

	CHECK(level >= 0);
	CHECK(level < FRONTIER_PEAKS_MAX);
	CHECK((frontier->size & ((1ull << level) - 1)) == 0);
	CHECK(frontier->size <= UINT64_MAX - (1ull << level));
	for (uint64_t size = frontier->size >> level; size & 1; size >>= 1)
		tree_node(&frontier->peaks[--top], &hash, &hash);
	frontier->peaks[top] = hash;
	frontier->size += 1ull << level;
}

void
frontier_root(const struct frontier *frontier, struct tree_hash *root)
{
	int left = peaks_count(frontier->size);

	if (left == 0) {
		sha256_of(bytes_make(NULL, 0), bytes_make(NULL, 0), root->bytes);
		return;
	}
	*root = frontier->peaks[--left];
	while (left > 0)
		tree_node(&frontier->peaks[--left], root, root);
}

bool
tree_hash_equal(const struct tree_hash *a, const struct tree_hash *b)
{
	return memcmp(a->bytes, b->bytes, TALLY_HASH_SIZE) == 0;
}

void
frontier_write(struct writer *writer, const struct frontier *frontier)
{
	writer_u64(writer, frontier->size);
	for (int i = 0; i < peaks_count(frontier->size); i++)
		writer_copy(writer, frontier->peaks[i].bytes, TALLY_HASH_SIZE);
}

bool
frontier_read(struct reader *reader, struct frontier *frontier)
{
	frontier_init(frontier);
	frontier->size = reader_u64(reader);
	for (int i = 0; i < peaks_count(frontier->size); i++)
		reader_copy(reader, frontier->peaks[i].bytes, TALLY_HASH_SIZE);
	return !reader->failed;
}
