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

/* A walk that makes bundles. */
struct bundling {
	struct tiles *tiles;
	struct tile tile; /* the one that is being filled */
	uint64_t end;     /* of the walk */
	size_t size;
	int status;
	struct tree_hash leaves[TALLY_TILE_WIDTH];
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

static int
bundle_begin(struct bundling *bundling, uint64_t index)
{
	uint64_t left = bundling->end - index;

	bundling->tile =
	    (struct tile){TILE_LEVEL_ENTRIES, index / TALLY_TILE_WIDTH,
			  left < TALLY_TILE_WIDTH ? (unsigned)left : TALLY_TILE_WIDTH};
	bundling->size = 0;
	return hashes_read(bundling->tiles, &bundling->tile, bundling->leaves);
}

static int
bundle_check(struct bundling *bundling, uint64_t index, const struct bytes *entries,
	     size_t count)
{
	const struct tree_hash *expected = bundling->leaves + index % TALLY_TILE_WIDTH;
	struct tree_hash leaves[TALLY_TILE_WIDTH];

	tree_leaves(entries, count, leaves);
	for (size_t i = 0; i < count; i++) {
		if (!tree_hash_equal(&leaves[i], &expected[i]))
			return disk_fail(DISK_DAMAGED,
					 "make tiles: entry %llu, as the disk gives it back, "
					 "is not the leaf in tree/0",
					 (unsigned long long)(index + i));
	}
	return DISK_OK;
}

static int
bundle_add(struct bundling *bundling, const struct bytes *entries, size_t count)
{
	size_t size = bundling->size;
	uint8_t *to;
	int status;

	for (size_t i = 0; i < count; i++)
		size += 2 + entries[i].size;
	status = bundle_reserve(bundling->tiles, size);
	if (status != DISK_OK)
		return status;
	to = bundling->tiles->bundle + bundling->size;
	for (size_t i = 0; i < count; i++) {
		be16_store(to, (uint16_t)entries[i].size);
		memcpy(to + 2, entries[i].data, entries[i].size);
		to += 2 + entries[i].size;
	}
	bundling->size = size;
	return DISK_OK;
}

static int
bundle_end(const struct bundling *bundling)
{
	char path[TILE_PATH_MAX];

	tile_path(&bundling->tile, path);
	return tiles_file(bundling->tiles, path,
			  bytes_make(bundling->tiles->bundle, bundling->size));
}

static bool
bundling_visit(void *context, uint64_t index, const struct bytes *entries, size_t count)
{
	struct bundling *bundling = context;
	uint64_t next = index + count;
	int status = DISK_OK;

	if (index % TALLY_TILE_WIDTH == 0)
		status = bundle_begin(bundling, index);
	if (status == DISK_OK)
		status = bundle_check(bundling, index, entries, count);
	if (status == DISK_OK)
		status = bundle_add(bundling, entries, count);
	if (status == DISK_OK && (next == bundling->end || next % TALLY_TILE_WIDTH == 0))
		status = bundle_end(bundling);
	bundling->status = status;
	return status == DISK_OK;
}

/* The bundles of entries [first, end), which begins with one. The ledger is read once. */
static int
bundles_make(struct tiles *tiles, uint64_t first, uint64_t end)
{
	struct bundling bundling = {.tiles = tiles, .end = end, .status = DISK_OK};
	int status =
	    archive_walk_runs(tiles->archive, first, end - first, bundling_visit, &bundling);

	return status != DISK_OK ? status : bundling.status;
}

int
tiles_make_one(struct tiles *tiles, const struct tile *tile)
{
	struct tree_hash hashes[TALLY_TILE_WIDTH];
	char path[TILE_PATH_MAX];
	int status;

	if (tile->level == TILE_LEVEL_ENTRIES)
		return bundles_make(tiles, tile_start(tile), tile_start(tile) + tile->width);
	status = hashes_read(tiles, tile, hashes);
	if (status == DISK_OK)
		status = parent_check(tiles, tile, hashes);
	if (status != DISK_OK)
		return status;
	tile_path(tile, path);
	return tiles_file(tiles, path, bytes_make(hashes, tile->width * sizeof *hashes));
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
	uint64_t first = from / TALLY_TILE_WIDTH * TALLY_TILE_WIDTH;

	return first < size ? bundles_make(tiles, first, size) : DISK_OK;
}
