#include "shell/copy.h"

#include "ledger/batch.h"
#include "tree/tile.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	BUNDLE_BYTES_MAX = TALLY_TILE_WIDTH * (2 + TALLY_ENTRY_SIZE_MAX)
};

static int
open_folder(struct copy *copy)
{
	int inner;
	int status = disk_open(AT_FDCWD, copy->path, O_RDONLY | O_DIRECTORY, 0, &copy->fd);

	if (status != DISK_OK || faccessat(copy->fd, "checkpoint", F_OK, 0) == 0)
		return status;
	if (disk_open(copy->fd, "public", O_RDONLY | O_DIRECTORY, 0, &inner) != DISK_OK)
		return disk_fail(DISK_DAMAGED,
				 "%s: it holds no checkpoint, nor does a public/ in it",
				 copy->path);
	close(copy->fd);
	copy->fd = inner;
	return DISK_OK;
}

int
copy_open(struct copy *copy, const char *path, const struct note_key *key)
{
	uint8_t *note;
	size_t size;
	int status;

	*copy = (struct copy){.fd = -1, .path = path};
	status = open_folder(copy);
	if (status == DISK_OK)
		status =
		    disk_load(copy->fd, "checkpoint", TALLY_CHECKPOINT_SIZE_MAX, &note, &size);
	if (status != DISK_OK)
		return status;
	if (!checkpoint_open(bytes_make(note, size), key, &copy->checkpoint))
		status = disk_fail(DISK_DAMAGED,
				   "%s/checkpoint: it is no checkpoint of %s signed by the key "
				   "given: the copy, or the key, is another log's",
				   path, key->name);
	free(note);
	return status;
}

void
copy_close(struct copy *copy)
{
	if (copy->fd >= 0)
		close(copy->fd);
	copy->fd = -1;
}

uint64_t
copy_bundles(const struct copy *copy)
{
	uint64_t size = copy->checkpoint.size;

	return size / TALLY_TILE_WIDTH + (size % TALLY_TILE_WIDTH != 0);
}

static int
cut_up(const struct copy *copy, const char *name, size_t size, bool whole,
       struct copy_bundle *bundle)
{
	struct reader area = reader_make(bytes_make(bundle->data, size));

	for (unsigned i = 0; i < bundle->count; i++) {
		bundle->entries[i] = batch_entry_next(&area);
		if (bundle->entries[i].size == 0)
			return disk_fail(DISK_DAMAGED, "%s/%s: it ends before entry %llu",
					 copy->path, name,
					 (unsigned long long)bundle->first + i);
	}
	if (whole && !reader_done(&area))
		return disk_fail(DISK_DAMAGED, "%s/%s: it goes on behind entry %llu",
				 copy->path, name,
				 (unsigned long long)bundle->first + bundle->count - 1);
	return DISK_OK;
}

int
copy_read(const struct copy *copy, uint64_t number, struct copy_bundle *bundle)
{
	uint64_t first = number * TALLY_TILE_WIDTH;
	uint64_t left = copy->checkpoint.size - first;
	unsigned width = left < TALLY_TILE_WIDTH ? (unsigned)left : TALLY_TILE_WIDTH;
	struct tile tile = {TILE_LEVEL_ENTRIES, number, width};
	char name[TILE_PATH_MAX];
	size_t size;
	int status;

	CHECK(number < copy_bundles(copy));
	copy_bundle_free(bundle);
	tile_path(&tile, name);
	status = disk_load(copy->fd, name, BUNDLE_BYTES_MAX, &bundle->data, &size);
	if (status == DISK_ABSENT && width < TALLY_TILE_WIDTH) {
		tile.width = TALLY_TILE_WIDTH;
		tile_path(&tile, name);
		status = disk_load(copy->fd, name, BUNDLE_BYTES_MAX, &bundle->data, &size);
	}
	if (status == DISK_ABSENT)
		return disk_fail(
		    DISK_DAMAGED,
		    "%s/%s: the entries from %llu on are missing; a public log has none "
		    "while its results are sealed, an authority's copy has them",
		    copy->path, name, (unsigned long long)first);
	if (status != DISK_OK)
		return status;
	bundle->first = first;
	bundle->count = width;
	return cut_up(copy, name, size, tile.width == width, bundle);
}

void
copy_bundle_free(struct copy_bundle *bundle)
{
	free(bundle->data);
	*bundle = (struct copy_bundle){.data = NULL};
}
