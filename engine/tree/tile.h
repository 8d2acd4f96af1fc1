/* tile: names and widths of the files of C2SP tlog-tiles v0.1.0.
 *
 * Hash i of tile n at level l is MTH(D[(n*256+i)*256^l : (n*256+i+1)*256^l]). At level l a tree
 * of size s has floor(s / 256^l) hashes; a width of 0 does not exist. N is written in groups of
 * three digits, all but the last with an `x` before them: 1234067 -> x001/x234/067.
 * Any thread; no allocation. */
#ifndef TALLY_TREE_TILE_H
#define TALLY_TREE_TILE_H

#include "base/bytes.h"
#include "base/check.h"
#include "tree/frontier.h"

enum {
	TILE_LEVEL_ENTRIES = -1, /* tile/entries/... */
	TILE_LEVELS_MAX = 8,     /* 256^8 = 2^64 */
	TILE_PATH_MAX = 64,
	TILE_HEIGHT = 8, /* of a full tile's tree: TALLY_TILE_WIDTH is 2^8 */
};

struct tile {
	int level; /* 0 .. TILE_LEVELS_MAX - 1, or TILE_LEVEL_ENTRIES */
	uint64_t number;
	unsigned width; /* 1 .. 256 */
};

/* Hashes (entries for TILE_LEVEL_ENTRIES) at `level` in a tree of `size`. */
uint64_t
tile_hashes(int level, uint64_t size);

/* "tile/0/x001/234.p/56", NUL-terminated. */
void
tile_path(const struct tile *tile, char path[TILE_PATH_MAX]);

/* The inverse, strict: false for any spelling tile_path does not produce, and for numbers from
 * 2^56, which no tree of less than 2^64 leaves has. */
MUST_USE bool
tile_path_parse(struct bytes path, struct tile *tile);

/* MTH of the 1..256 hashes of one tile, full subtree or not. */
void
tile_root(const struct tree_hash *hashes, unsigned width, struct tree_hash *root);

#endif
