#include "tools/lib/layout.h"

#include <stdlib.h>
#include <string.h>

bool
layout_init(struct layout *layout, layout_file *file, void *context)
{
	memset(layout, 0, sizeof *layout);
	frontier_init(&layout->frontier);
	layout->file = file;
	layout->context = context;
	layout->bundle = malloc(PUBLICLOG_BUNDLE_SIZE_MAX);
	return layout->bundle != NULL;
}

void
layout_free(struct layout *layout)
{
	free(layout->bundle);
	layout->bundle = NULL;
}

static enum tally_exit
hand_out(const struct layout *layout, int level, uint64_t number, unsigned width,
	 struct trouble *trouble)
{
	const struct tile tile = {level, number, width};
	struct bytes bytes = bytes_make(layout->bundle, layout->bundle_size);
	char name[TILE_PATH_MAX];

	if (level != TILE_LEVEL_ENTRIES)
		bytes = bytes_make(layout->hashes[level], width * sizeof **layout->hashes);
	tile_path(&tile, name);
	return layout->file(layout->context, name, bytes, trouble);
}

/* Full tiles from the leaves up, each a hash of the next level. */
static enum tally_exit
climb(struct layout *layout, struct trouble *trouble)
{
	enum tally_exit status = TALLY_EXIT_FINE;
	uint64_t hashes = layout->frontier.size;

	for (int level = 0; hashes % TALLY_TILE_WIDTH == 0 && status == TALLY_EXIT_FINE;
	     level++) {
		hashes /= TALLY_TILE_WIDTH;
		status = hand_out(layout, level, hashes - 1, TALLY_TILE_WIDTH, trouble);
		tile_root(layout->hashes[level], TALLY_TILE_WIDTH,
			  &layout->hashes[level + 1][(hashes - 1) % TALLY_TILE_WIDTH]);
	}
	return status;
}

enum tally_exit
layout_entry(struct layout *layout, struct bytes entry, struct trouble *trouble)
{
	struct writer bundle = writer_make(layout->bundle, PUBLICLOG_BUNDLE_SIZE_MAX);
	struct tree_hash leaf;

	CHECK(entry.size <= TALLY_ENTRY_SIZE_MAX);
	bundle.size = layout->bundle_size;
	writer_u16(&bundle, (uint16_t)entry.size);
	writer_bytes(&bundle, entry);
	CHECK(!bundle.failed);
	layout->bundle_size = bundle.size;
	tree_leaf(entry, &leaf);
	return layout_leaf(layout, &leaf, trouble);
}

enum tally_exit
layout_leaf(struct layout *layout, const struct tree_hash *leaf, struct trouble *trouble)
{
	uint64_t index = layout->frontier.size;
	enum tally_exit status = TALLY_EXIT_FINE;

	layout->hashes[0][index % TALLY_TILE_WIDTH] = *leaf;
	frontier_append(&layout->frontier, leaf);
	if ((index + 1) % TALLY_TILE_WIDTH != 0)
		return TALLY_EXIT_FINE;
	if (layout->bundle_size > 0)
		status = hand_out(layout, TILE_LEVEL_ENTRIES, index / TALLY_TILE_WIDTH,
				  TALLY_TILE_WIDTH, trouble);
	layout->bundle_size = 0;
	return status == TALLY_EXIT_FINE ? climb(layout, trouble) : status;
}

static unsigned
edge(int level, uint64_t size, uint64_t *number)
{
	uint64_t hashes = tile_hashes(level, size);

	*number = hashes / TALLY_TILE_WIDTH;
	return (unsigned)(hashes % TALLY_TILE_WIDTH);
}

enum tally_exit
layout_edge(const struct layout *layout, struct trouble *trouble)
{
	enum tally_exit status = TALLY_EXIT_FINE;

	for (int level = TILE_LEVEL_ENTRIES;
	     level < TILE_LEVELS_MAX && status == TALLY_EXIT_FINE; level++) {
		uint64_t number;
		unsigned width = edge(level, layout->frontier.size, &number);

		if (width > 0 && (level != TILE_LEVEL_ENTRIES || layout->bundle_size > 0))
			status = hand_out(layout, level, number, width, trouble);
	}
	return status;
}

void
layout_outgrown(uint64_t size, uint64_t next, void (*each)(void *context, const char *name),
		void *context)
{
	for (int level = TILE_LEVEL_ENTRIES; level < TILE_LEVELS_MAX; level++) {
		struct tile tile = {.level = level};
		uint64_t next_number;
		unsigned next_width = edge(level, next, &next_number);
		char name[TILE_PATH_MAX];

		tile.width = edge(level, size, &tile.number);
		if (tile.width == 0 || (tile.number == next_number && tile.width == next_width))
			continue;
		tile_path(&tile, name);
		each(context, name);
	}
}
