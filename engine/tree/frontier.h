/* frontier: an append-only RFC 6962 Merkle tree, kept as the roots of its full subtrees.
 *
 *   leaf = SHA-256(00 || entry)    node = SHA-256(01 || left || right)    empty = SHA-256("")
 *
 * peaks[] holds the roots of the perfect subtrees of `size`, the largest (leftmost) first: one
 * for every one-bit of size. Plain data, copied by assignment. Any thread; no allocation. */
#ifndef TALLY_TREE_FRONTIER_H
#define TALLY_TREE_FRONTIER_H

#include "base/bytes.h"
#include "base/check.h"
#include "tally/formats.h"

struct tree_hash {
	uint8_t bytes[TALLY_HASH_SIZE];
};

enum {
	FRONTIER_PEAKS_MAX = 64
};

struct frontier {
	uint64_t size;
	struct tree_hash peaks[FRONTIER_PEAKS_MAX];
};

void
tree_leaf(struct bytes entry, struct tree_hash *out);

void
tree_node(const struct tree_hash *left, const struct tree_hash *right, struct tree_hash *out);

/* The leaves of `count` entries; two at a time, which takes half as long (sha256pair.h). */
void
tree_leaves(const struct bytes *entries, size_t count, struct tree_hash *out);

/* Node i is that above children 2i and 2i + 1; `out` may be `children`. The same. */
void
tree_nodes(const struct tree_hash *children, size_t count, struct tree_hash *out);

void
frontier_init(struct frontier *frontier);

void
frontier_append(struct frontier *frontier, const struct tree_hash *leaf);

/* The root of the next 2^level leaves at once; size is a multiple of that. */
void
frontier_append_subtree(struct frontier *frontier, const struct tree_hash *root, int level);

void
frontier_root(const struct frontier *frontier, struct tree_hash *root);

bool
tree_hash_equal(const struct tree_hash *a, const struct tree_hash *b);

/* u64 size, then its peaks. */
void
frontier_write(struct writer *writer, const struct frontier *frontier);

MUST_USE bool
frontier_read(struct reader *reader, struct frontier *frontier);

#endif
