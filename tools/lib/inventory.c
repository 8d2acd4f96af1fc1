#include "tools/lib/inventory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum {
	PATH_SIZE = 512,
	DEPTH_MAX = 12, /* of folders: tile/entries/x001/x002/.../003.p is less deep */
};

struct walk {
	struct inventory *inventory;
	const struct publiclog *log;
	struct trouble *trouble;
	char path[PATH_SIZE];
};

static enum tally_exit
walk_folder(struct walk *walk, int folder, size_t length, unsigned depth);

static enum tally_exit
walk_failed(struct walk *walk, int error)
{
	return trouble_set(walk->trouble, TALLY_EXIT_WORLD, "%s/%s: %s", walk->log->path,
			   walk->path, strerror(error));
}

static enum tally_exit
add_stray(struct walk *walk, const char *why)
{
	struct inventory *inventory = walk->inventory;
	char text[PATH_SIZE * 2];

	inventory->strays_count++;
	snprintf(text, sizeof text, "%s/%s: %s", walk->log->path, walk->path, why);
	if (inventory->stray != NULL && strcmp(inventory->stray, text) <= 0)
		return TALLY_EXIT_FINE;
	free(inventory->stray);
	inventory->stray = strdup(text);
	return inventory->stray != NULL ? TALLY_EXIT_FINE : walk_failed(walk, ENOMEM);
}

/* Room for one more element of `size` bytes in *array. */
static bool
grow(void **array, size_t *capacity, size_t count, size_t size)
{
	size_t wished = *capacity == 0 ? 256 : *capacity * 2;
	void *grown;

	if (count < *capacity)
		return true;
	grown = realloc(*array, wished * size);
	if (grown == NULL)
		return false;
	*array = grown;
	*capacity = wished;
	return true;
}

static enum tally_exit
add_tile(struct walk *walk, const struct tile *tile)
{
	struct inventory *inventory = walk->inventory;
	void *array = inventory->tiles;

	if (!grow(&array, &inventory->tiles_capacity, inventory->tiles_count, sizeof *tile))
		return walk_failed(walk, ENOMEM);
	inventory->tiles = array;
	inventory->tiles[inventory->tiles_count++] = *tile;
	return TALLY_EXIT_FINE;
}

static enum tally_exit
add_index(struct walk *walk, uint64_t **indices, size_t *count, size_t *capacity,
	  uint64_t index)
{
	void *array = *indices;

	if (!grow(&array, capacity, *count, sizeof index))
		return walk_failed(walk, ENOMEM);
	*indices = array;
	(*indices)[(*count)++] = index;
	return TALLY_EXIT_FINE;
}

/* Is walk->path the folder's name, a slash and an index? */
static bool
names_index(const struct walk *walk, const char *folder, uint64_t *index)
{
	size_t size = strlen(folder);

	return strncmp(walk->path, folder, size) == 0 && walk->path[size] == '/' &&
	       text_decimal_parse(bytes_of_string(walk->path + size + 1), index);
}

/* True if a file of the log could have that name. */
static bool
is_named(const struct walk *walk)
{
	struct tile tile;
	uint64_t index;

	return tile_path_parse(bytes_of_string(walk->path), &tile) ||
	       names_index(walk, "tally", &index) || names_index(walk, "law", &index) ||
	       strcmp(walk->path, "law/list") == 0;
}

/* A regular file at walk->path. */
static enum tally_exit
add_file(struct walk *walk)
{
	struct inventory *inventory = walk->inventory;
	struct tile tile;
	uint64_t index;

	if (tile_path_parse(bytes_of_string(walk->path), &tile))
		return add_tile(walk, &tile);
	if (names_index(walk, "tally", &index))
		return add_index(walk, &inventory->tallies, &inventory->tallies_count,
				 &inventory->tallies_capacity, index);
	if (names_index(walk, "law", &index))
		return add_index(walk, &inventory->laws, &inventory->laws_count,
				 &inventory->laws_capacity, index);
	if (strcmp(walk->path, "law/list") != 0)
		return add_stray(walk, "it does not belong to the log");
	inventory->law_list = true;
	return TALLY_EXIT_FINE;
}

static enum tally_exit
walk_into(struct walk *walk, int parent, const char *name, size_t length, unsigned depth)
{
	int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (folder < 0 && errno == ENOENT)
		return TALLY_EXIT_FINE;
	if (folder < 0 && (errno == ELOOP || errno == ENOTDIR))
		return add_stray(walk, "it is no folder");
	if (folder < 0)
		return walk_failed(walk, errno);
	return walk_folder(walk, folder, length, depth);
}

/* The thing called `name` in `folder`, whose path is walk->path[0, length). */
static enum tally_exit
walk_item(struct walk *walk, int folder, const char *name, size_t length, unsigned depth)
{
	size_t room = sizeof walk->path - length;
	int used = snprintf(walk->path + length, room, "/%s", name);
	struct stat about;

	if (used < 0 || (size_t)used >= room)
		return add_stray(walk, "its name is too long for the log");
	if (fstatat(folder, name, &about, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? TALLY_EXIT_FINE : walk_failed(walk, errno);
	if (S_ISREG(about.st_mode))
		return add_file(walk);
	if (S_ISLNK(about.st_mode))
		return add_stray(walk, "it is a symbolic link");
	if (!S_ISDIR(about.st_mode) || is_named(walk))
		return add_stray(walk, "it is no regular file");
	if (depth >= DEPTH_MAX)
		return add_stray(walk, "it is a folder deeper than the log has any");
	return walk_into(walk, folder, name, length + (size_t)used, depth + 1);
}

/* Takes `folder`, and closes it. */
static enum tally_exit
walk_folder(struct walk *walk, int folder, size_t length, unsigned depth)
{
	DIR *listing = fdopendir(folder);
	enum tally_exit status = TALLY_EXIT_FINE;

	if (listing == NULL) {
		status = walk_failed(walk, errno);
		close(folder);
		return status;
	}
	while (status == TALLY_EXIT_FINE) {
		const struct dirent *item;

		errno = 0;
		item = readdir(listing);
		if (item == NULL) {
			walk->path[length] = '\0';
			status = errno == 0 ? TALLY_EXIT_FINE : walk_failed(walk, errno);
			break;
		}
		if (strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0)
			status = walk_item(walk, folder, item->d_name, length, depth);
	}
	closedir(listing);
	return status;
}

static int
compare_tiles(const void *a, const void *b)
{
	const struct tile *left = a;
	const struct tile *right = b;

	if (left->level != right->level)
		return left->level < right->level ? -1 : 1;
	if (left->number != right->number)
		return left->number < right->number ? -1 : 1;
	return (left->width > right->width) - (left->width < right->width);
}

static int
compare_indices(const void *a, const void *b)
{
	const uint64_t *left = a;
	const uint64_t *right = b;

	return (*left > *right) - (*left < *right);
}

enum tally_exit
inventory_take(struct inventory *inventory, const struct publiclog *log,
	       struct trouble *trouble)
{
	static const char *const tops[] = {"tile", "tally", "law"};
	struct walk walk = {.inventory = inventory, .log = log, .trouble = trouble};

	*inventory = (struct inventory){0};
	for (size_t i = 0; i < sizeof tops / sizeof *tops; i++) {
		size_t length = (size_t)snprintf(walk.path, sizeof walk.path, "%s", tops[i]);
		enum tally_exit status = walk_into(&walk, log->folder, tops[i], length, 1);

		if (status != TALLY_EXIT_FINE) {
			inventory_free(inventory);
			return status;
		}
	}
	if (inventory->tiles_count > 0)
		qsort(inventory->tiles, inventory->tiles_count, sizeof *inventory->tiles,
		      compare_tiles);
	if (inventory->tallies_count > 0)
		qsort(inventory->tallies, inventory->tallies_count, sizeof *inventory->tallies,
		      compare_indices);
	if (inventory->laws_count > 0)
		qsort(inventory->laws, inventory->laws_count, sizeof *inventory->laws,
		      compare_indices);
	return TALLY_EXIT_FINE;
}

void
inventory_free(struct inventory *inventory)
{
	free(inventory->tiles);
	free(inventory->tallies);
	free(inventory->laws);
	free(inventory->stray);
	*inventory = (struct inventory){0};
}

size_t
inventory_find(const struct inventory *inventory, struct tile tile)
{
	size_t low = 0;
	size_t high = inventory->tiles_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_tiles(&inventory->tiles[middle], &tile) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
inventory_covers(uint64_t tree_size, const struct tile *tile)
{
	uint64_t hashes = tile_hashes(tile->level, tree_size);

	return tile->number <= hashes / TALLY_TILE_WIDTH &&
	       tile->number * TALLY_TILE_WIDTH + tile->width <= hashes;
}
