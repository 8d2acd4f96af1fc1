/* tiles: the files below DIR/public/tile: makes them from the archive and the treefile.
 *
 * Every full hash tile is checked against the hash it makes one level up, every bundle against
 * the leaves: with a root that fits, nothing is written that the checkpoint does not cover.
 * Each file comes by rename, none is synced. Thread: the publisher's. */
#ifndef TALLY_SHELL_TILES_H
#define TALLY_SHELL_TILES_H

#include "shell/archive.h"
#include "shell/treefile.h"

struct tiles {
	int public_fd;
	struct archive *archive;
	struct treefile *tree;
	bool anew; /* replaces files even where they hold the right bytes already */
	uint8_t *bundle;
	size_t bundle_capacity;
};

void
tiles_init(struct tiles *tiles, int public_fd, struct archive *archive, struct treefile *tree);

void
tiles_free(struct tiles *tiles);

/* Makes the hash tiles that a tree of `size` has beyond one of `from`, full or in part, the
 * ones that hold the place `from` included. DISK_DAMAGED if the treefile contradicts itself. */
MUST_USE int
tiles_make(struct tiles *tiles, uint64_t from, uint64_t size);

/* The same for bundles of entries. DISK_DAMAGED if archive and treefile disagree. */
MUST_USE int
tiles_bundles(struct tiles *tiles, uint64_t from, uint64_t size);

MUST_USE int
tiles_make_one(struct tiles *tiles, const struct tile *tile);

/* Writes `bytes` to DIR/public/NAME, unless they stand there (or `anew` is set). */
MUST_USE int
tiles_file(struct tiles *tiles, const char *name, struct bytes bytes);

#endif
