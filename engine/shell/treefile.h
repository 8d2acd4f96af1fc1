/* treefile: the tree's hashes on disk, level by level: DIR/tree/0 .. DIR/tree/7.
 *
 * File L holds the hashes of tile level L one after the other (tree/tile.h): hash i at byte
 * 32 * i. Derived from the ledger: never synced but by treefile_sync, rebuilt when doubtful.
 *
 * Threads: one writer (start, then the signer) appends; any thread reads below
 * treefile_size(), which is published with release order. */
#ifndef TALLY_SHELL_TREEFILE_H
#define TALLY_SHELL_TREEFILE_H

#include "shell/disk.h"
#include "tree/proof.h"

struct treefile;

MUST_USE struct treefile *
treefile_open(int dir_fd);

void
treefile_close(struct treefile *tree);

/* Leaves it holds. */
uint64_t
treefile_size(const struct treefile *tree);

/* Takes the files as they are for the first `size` leaves, forgetting what is behind; DISK_DAMAGED
 * if they are too short, their root is not `root`, or a hash is not that of the tile below it.
 *
 * All of them are hashed again, at once, by `threads` at least 1, with the caller's among them and
 * no more than treefile_threads_max: about 0.2 s of one core for a million leaves with SHA-NI. It
 * could be put off until the first receipt, but not left out: a hash below the peaks that rotted
 * is in no root that a start compares, the files are in no batch whose checksum was read, and what
 * is signed next is built on tiles that are full only later. Put off, a bad one would be found
 * when receipts are already asked for and can only be refused; found here, the files are made
 * anew. */
MUST_USE int
treefile_trust(struct treefile *tree, uint64_t size, const struct tree_hash *root,
	       unsigned threads);

/* Empties the files. */
MUST_USE int
treefile_reset(struct treefile *tree);

/* Appends leaves, and the hashes of higher levels they complete. After DISK_FULL the same call may
 * be made again, if it is of at most 256 leaves; any other failure is its last. */
MUST_USE int
treefile_append(struct treefile *tree, const struct tree_hash *leaves, size_t count);

/* The same for one whole tile whose root is known; treefile_size() is a multiple of 256. The root
 * is believed: it comes from whoever hashed these very leaves. */
MUST_USE int
treefile_append_tile(struct treefile *tree, const struct tree_hash leaves[TALLY_TILE_WIDTH],
		     const struct tree_hash *root);

/* fdatasync of every file. */
MUST_USE int
treefile_sync(struct treefile *tree);

/* A proof_source (tree/proof.h); `context` is the struct treefile *. */
bool
treefile_source(void *context, int level, uint64_t first, unsigned count,
		struct tree_hash *out);

#endif
