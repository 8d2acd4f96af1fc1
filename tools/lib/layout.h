/* layout: the files of a public log, made from its entries in order (C2SP tlog-tiles).
 *
 * Every bundle and tile is handed out once it is full; those of the right edge when
 * layout_edge asks, as the log's size then has them. Names are tile_path's. The caller's memory;
 * no files. One thread. */
#ifndef TALLY_TOOLS_LAYOUT_H
#define TALLY_TOOLS_LAYOUT_H

#include "tools/lib/publiclog.h"

/* Gets one file; anything but TALLY_EXIT_FINE ends the call, and is its answer. */
typedef enum tally_exit
layout_file(void *context, const char *name, struct bytes bytes, struct trouble *trouble);

struct layout {
	struct frontier frontier; /* of the entries so far; its size is the log's */
	layout_file *file;
	void *context;
	uint8_t *bundle; /* of the entries since the last full one */
	size_t bundle_size;
	struct tree_hash hashes[TILE_LEVELS_MAX][TALLY_TILE_WIDTH];
};

/* False if memory is short. */
MUST_USE bool
layout_init(struct layout *layout, layout_file *file, void *context);

void
layout_free(struct layout *layout);

MUST_USE enum tally_exit
layout_entry(struct layout *layout, struct bytes entry, struct trouble *trouble);

/* An entry of which only the hash is known: makes tiles and no bundles. Not mixed with entries. */
MUST_USE enum tally_exit
layout_leaf(struct layout *layout, const struct tree_hash *leaf, struct trouble *trouble);

/* The bundle and the tiles that are not full. */
MUST_USE enum tally_exit
layout_edge(const struct layout *layout, struct trouble *trouble);

/* Calls `each` with every partial of a log of `size` entries that one of `next` does not have. */
void
layout_outgrown(uint64_t size, uint64_t next, void (*each)(void *context, const char *name),
		void *context);

#endif
