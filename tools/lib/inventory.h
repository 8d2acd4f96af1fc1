/* inventory: every file that a public log's directory holds under tile/, tally/ and law/.
 *
 * Taken once; sorted by level (entries first), tile number, width. What is no tile, no bundle, no
 * tally text and no part of the law is a stray: also links, devices, and names with another
 * spelling than the one that tile_path writes. */
#ifndef TALLY_TOOLS_INVENTORY_H
#define TALLY_TOOLS_INVENTORY_H

#include "tools/lib/publiclog.h"

struct inventory {
	size_t tiles_count;
	struct tile *tiles;
	size_t tallies_count;
	uint64_t *tallies; /* indices, ascending */
	size_t laws_count;
	uint64_t *laws; /* of law/<index>, ascending */
	bool law_list;  /* law/list is there */
	size_t strays_count;
	char *stray; /* "PATH: why" of one of them, or NULL */
	size_t tiles_capacity;
	size_t tallies_capacity;
	size_t laws_capacity;
};

/* TALLY_EXIT_WORLD if a folder cannot be read. A log without these folders has no files. */
MUST_USE enum tally_exit
inventory_take(struct inventory *inventory, const struct publiclog *log,
	       struct trouble *trouble);

void
inventory_free(struct inventory *inventory);

/* Place of the first file that is not before (level, number, width). */
size_t
inventory_find(const struct inventory *inventory, struct tile tile);

/* True if a log of that many entries has that tile. */
bool
inventory_covers(uint64_t tree_size, const struct tile *tile);

#endif
