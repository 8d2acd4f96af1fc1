#include "shell/sweep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PATH_SIZE = 512,
	DEPTH_MAX = 16,
};

/* Called with a file's path below DIR/public. */
typedef int
file_visit(struct tiles *tiles, const char *path, uint64_t size);

/* One walk. `path` is where it is. */
struct sweep {
	struct tiles *tiles;
	file_visit *visit;
	uint64_t size;
	uint64_t count; /* files visited */
	bool prune;     /* folders that are empty then go */
	int depth;
	char path[PATH_SIZE];
};

static int
folder_visit(struct sweep *sweep);

static bool
ends_in(const char *path, const char *end)
{
	size_t size = strlen(path);
	size_t end_size = strlen(end);

	return size >= end_size && strcmp(path + size - end_size, end) == 0;
}

static int
remove_file(struct tiles *tiles, const char *path)
{
	if (unlinkat(tiles->public_fd, path, 0) == 0 || errno == ENOENT)
		return DISK_OK;
	return disk_fail_errno("remove", path);
}

/* A folder of partials goes when its last one has gone. */
static int
remove_empty(struct tiles *tiles, const char *path)
{
	if (unlinkat(tiles->public_fd, path, AT_REMOVEDIR) == 0 || errno == ENOTEMPTY ||
	    errno == EEXIST || errno == ENOENT)
		return DISK_OK;
	return disk_fail_errno("remove", path);
}

static int
name_visit(struct sweep *sweep, const char *name)
{
	size_t length = strlen(sweep->path);
	struct stat about;
	int status = DISK_OK;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
	    length + 1 + strlen(name) >= PATH_SIZE)
		return DISK_OK;
	snprintf(sweep->path + length, PATH_SIZE - length, "%s%s", length > 0 ? "/" : "", name);
	if (fstatat(sweep->tiles->public_fd, sweep->path, &about, AT_SYMLINK_NOFOLLOW) != 0)
		status = errno == ENOENT ? DISK_OK : disk_fail_errno("look at", sweep->path);
	else if (S_ISDIR(about.st_mode))
		status = folder_visit(sweep);
	else if (S_ISREG(about.st_mode)) {
		sweep->count++;
		status = sweep->visit(sweep->tiles, sweep->path, sweep->size);
	}
	sweep->path[length] = 0;
	return status;
}

static int
folder_visit(struct sweep *sweep)
{
	struct dirent *entry;
	DIR *folder;
	int fd;
	int status;

	if (sweep->depth == DEPTH_MAX)
		return DISK_OK;
	status = disk_open(sweep->tiles->public_fd, sweep->path[0] == 0 ? "." : sweep->path,
			   O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, &fd);
	if (status != DISK_OK)
		return status;
	folder = fdopendir(fd);
	if (folder == NULL) {
		close(fd);
		return disk_fail_errno("list", sweep->path);
	}
	sweep->depth++;
	while (status == DISK_OK && (errno = 0, entry = readdir(folder)) != NULL)
		status = name_visit(sweep, entry->d_name);
	if (status == DISK_OK && errno != 0)
		status = disk_fail_errno("list", sweep->path);
	sweep->depth--;
	closedir(folder);
	if (status == DISK_OK && (sweep->prune || ends_in(sweep->path, ".p")))
		status = remove_empty(sweep->tiles, sweep->path);
	return status;
}

static bool
full_exists(const struct tile *tile, uint64_t size)
{
	return (tile->number + 1) * TALLY_TILE_WIDTH <= tile_hashes(tile->level, size);
}

static int
mend_file(struct tiles *tiles, const char *path, uint64_t size)
{
	struct tile tile;

	if (ends_in(path, ".tmp"))
		return remove_file(tiles, path);
	if (!tile_path_parse(bytes_of_string(path), &tile))
		return DISK_OK;
	if (tile.number * TALLY_TILE_WIDTH + tile.width > tile_hashes(tile.level, size))
		return remove_file(tiles, path);
	if (tile.width < TALLY_TILE_WIDTH && !full_exists(&tile, size))
		return tiles_make_one(tiles, &tile);
	return DISK_OK;
}

static int
clear_file(struct tiles *tiles, const char *path, uint64_t size)
{
	struct tile tile;

	if (!tile_path_parse(bytes_of_string(path), &tile) || tile.width == TALLY_TILE_WIDTH ||
	    !full_exists(&tile, size))
		return DISK_OK;
	return remove_file(tiles, path);
}

int
sweep_mend(struct tiles *tiles, uint64_t size)
{
	struct sweep sweep = {.tiles = tiles, .visit = mend_file, .size = size};

	return folder_visit(&sweep);
}

int
sweep_partials(struct tiles *tiles, uint64_t size)
{
	struct sweep sweep = {.tiles = tiles, .visit = clear_file, .size = size};

	return folder_visit(&sweep);
}

static int
seal_file(struct tiles *tiles, const char *path, uint64_t size)
{
	(void)size;
	return remove_file(tiles, path);
}

int
sweep_sealed(struct tiles *tiles, uint64_t *count)
{
	static const char *const folders[] = {"tile/entries", "tally"};
	int status = DISK_OK;

	*count = 0;
	for (size_t i = 0; status == DISK_OK && i < sizeof folders / sizeof *folders; i++) {
		struct sweep sweep = {.tiles = tiles, .visit = seal_file, .prune = true};

		snprintf(sweep.path, PATH_SIZE, "%s", folders[i]);
		status = folder_visit(&sweep);
		if (status == DISK_ABSENT)
			status = DISK_OK;
		*count += sweep.count;
	}
	return status;
}

static int
partials_of(struct tiles *tiles, const struct tile *tile, uint64_t size)
{
	struct sweep sweep = {.tiles = tiles, .visit = clear_file, .size = size};
	int status;

	tile_path(tile, sweep.path);
	snprintf(sweep.path + strlen(sweep.path), PATH_SIZE - strlen(sweep.path), ".p");
	status = folder_visit(&sweep);
	return status == DISK_ABSENT ? DISK_OK : status;
}

int
sweep_partials_since(struct tiles *tiles, uint64_t from, uint64_t size)
{
	for (int level = TILE_LEVEL_ENTRIES; level < TILE_LEVELS_MAX; level++) {
		uint64_t number = tile_hashes(level, from) / TALLY_TILE_WIDTH;
		struct tile tile = {level, number, TALLY_TILE_WIDTH};
		int status = DISK_OK;

		for (; full_exists(&tile, size) && status == DISK_OK; tile.number++)
			status = partials_of(tiles, &tile, size);
		if (status != DISK_OK)
			return status;
	}
	return DISK_OK;
}
