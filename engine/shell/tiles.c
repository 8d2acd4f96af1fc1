#include "shell/tiles.h"

#include <stdlib.h>
#include <string.h>

enum {
	BUNDLE_MAX = TALLY_TILE_WIDTH * (2 + TALLY_ENTRY_SIZE_MAX),
};

void
tiles_init(struct tiles *tiles, int public_fd, struct archive *archive, struct treefile *tree)
{
	*tiles = (struct tiles){.public_fd = public_fd, .archive = archive, .tree = tree};
}

void
tiles_free(struct tiles *tiles)
{
	free(tiles->bundle);
	tiles->bundle = NULL;
}

static bool
holds(const struct tiles *tiles, const char *name, struct bytes bytes)
{
	uint8_t *memory;
	size_t size;
	bool same;

	if (disk_load(tiles->public_fd, name, bytes.size, &memory, &size) != DISK_OK)
		return false;
	same = bytes_equal(bytes, bytes_make(memory, size));
	free(memory);
	return same;
}

int
tiles_file(struct tiles *tiles, const char *name, struct bytes bytes)
{
	if (!tiles->anew && holds(tiles, name, bytes))
		return DISK_OK;
	return disk_replace(tiles->public_fd, name, bytes, 0644, false);
}

static uint64_t
tile_start(const struct tile *tile)
{
	return tile->number * TALLY_TILE_WIDTH;
}

static bool
tile_full(const struct tile *tile)
{
	return tile->width == TALLY_TILE_WIDTH;
}

/* The hashes of a tile; of a bundle, its leaves. */
static int
hashes_read(struct tiles *tiles, const struct tile *tile, struct tree_hash *hashes)
{
	int level = tile->level == TILE_LEVEL_ENTRIES ? 0 : tile->level;

	if (treefile_source(tiles->tree, level, tile_start(tile), tile->width, hashes))
		return DISK_OK;
	return disk_fail(DISK_FAILED, "make tiles: %s", disk_error());
}

static int
parent_check(struct tiles *tiles, const struct tile *tile, const struct tree_hash *hashes)
{
	struct tree_hash root;
	struct tree_hash parent;

	if (!tile_full(tile) || tile->level + 1 == TILE_LEVELS_MAX)
		return DISK_OK;
	if (!treefile_source(tiles->tree, tile->level + 1, tile->number, 1, &parent))
		return disk_fail(DISK_FAILED, "make tiles: %s", disk_error());
	tile_root(hashes, TALLY_TILE_WIDTH, &root);
	if (tree_hash_equal(&root, &parent))
		return DISK_OK;
	return disk_fail(DISK_DAMAGED,
			 "make tiles: hash %llu of tree/%d is not that of its tile",
			 (unsigned long long)tile->number, tile->level + 1);
}

struct bundling {
	struct tiles *tiles;
	const struct tree_hash *leaves;
	uint64_t first;
	size_t size;
	int status;
};

static int
bundle_reserve(struct tiles *tiles, size_t size)
{
	size_t capacity = tiles->bundle_capacity < 65536 ? 65536 : tiles->bundle_capacity;
	uint8_t *bundle;

	if (size <= tiles->bundle_capacity)
		return DISK_OK;
	CHECK(size <= BUNDLE_MAX);
	while (capacity < size)
		capacity *= 2;
	bundle = realloc(tiles->bundle, capacity);
	if (bundle == NULL)
		return disk_fail_errno("find memory for", "a bundle");
	tiles->bundle = bundle;
	tiles->bundle_capacity = capacity;
	return DISK_OK;
}

static bool
bundle_add(void *context, uint64_t index, struct bytes entry)
{
	struct bundling *bundling = context;
	struct tree_hash leaf;
	uint8_t *to;

	tree_leaf(entry, &leaf);
	if (!tree_hash_equal(&leaf, &bundling->leaves[index - bundling->first])) {
		bundling->status =
		    disk_fail(DISK_DAMAGED,
			      "make tiles: entry %llu, as the disk gives it back, is not the "
			      "leaf in tree/0",
			      (unsigned long long)index);
		return false;
	}
	bundling->status = bundle_reserve(bundling->tiles, bundling->size + 2 + entry.size);
	if (bundling->status != DISK_OK)
		return false;
	to = bundling->tiles->bundle + bundling->size;
	be16_store(to, (uint16_t)entry.size);
	memcpy(to + 2, entry.data, entry.size);
	bundling->size += 2 + entry.size;
	return true;
}

/* Makes the bytes of one tile or bundle; good until the next call. */
static int
tile_bytes(struct tiles *tiles, const struct tile *tile, struct tree_hash *hashes,
	   struct bytes *out)
{
	struct bundling bundling = {tiles, hashes, tile_start(tile), 0, DISK_OK};
	int status = hashes_read(tiles, tile, hashes);

	if (status != DISK_OK)
		return status;
	if (tile->level != TILE_LEVEL_ENTRIES) {
		*out = bytes_make(hashes, tile->width * sizeof *hashes);
		return parent_check(tiles, tile, hashes);
	}
	status =
	    archive_walk(tiles->archive, bundling.first, tile->width, bundle_add, &bundling);
	*out = bytes_make(tiles->bundle, bundling.size);
	return status != DISK_OK ? status : bundling.status;
}

int
tiles_make_one(struct tiles *tiles, const struct tile *tile)
{
	struct tree_hash hashes[TALLY_TILE_WIDTH];
	char path[TILE_PATH_MAX];
	struct bytes bytes;
	int status = tile_bytes(tiles, tile, hashes, &bytes);

	if (status != DISK_OK)
		return status;
	tile_path(tile, path);
	return tiles_file(tiles, path, bytes);
}

static int
level_make(struct tiles *tiles, int level, uint64_t from, uint64_t size)
{
	uint64_t count = tile_hashes(level, size);
	struct tile tile = {level, tile_hashes(level, from) / TALLY_TILE_WIDTH, 0};
	int status = DISK_OK;

	for (; status == DISK_OK && tile_start(&tile) < count; tile.number++) {
		uint64_t left = count - tile_start(&tile);

		tile.width = left < TALLY_TILE_WIDTH ? (unsigned)left : TALLY_TILE_WIDTH;
		status = tiles_make_one(tiles, &tile);
	}
	return status;
}

int
tiles_make(struct tiles *tiles, uint64_t from, uint64_t size)
{
	int status = DISK_OK;

	for (int level = 0; status == DISK_OK && level < TILE_LEVELS_MAX; level++)
		status = level_make(tiles, level, from, size);
	return status;
}

int
tiles_bundles(struct tiles *tiles, uint64_t from, uint64_t size)
{
	return level_make(tiles, TILE_LEVEL_ENTRIES, from, size);
}
