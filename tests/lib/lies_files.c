/* Published files changed by a disk, or by somebody who holds no key. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/lies.h"

enum {
	FILES_MAX = 64,
	TILE = TALLY_TILE_WIDTH,
};

enum file_class {
	CHECKPOINT,
	BUNDLE,     /* that the checkpoint's size is read from */
	OLD_BUNDLE, /* a partial of an earlier size */
	LEAVES,     /* the same of tile/0 */
	OLD_LEAVES,
	NODES, /* of the levels above */
	OLD_NODES,
	TEXT,
};

struct file {
	enum file_class class;
	char name[TILE_PATH_MAX];
	struct tile tile;
	size_t index; /* TEXT */
};

struct files {
	size_t count;
	struct file list[FILES_MAX];
};

static void
add_tile(struct files *files, size_t size, struct tile tile)
{
	uint64_t hashes = tile_hashes(tile.level, size);
	uint64_t left = hashes - tile.number * TILE;
	bool old = tile.width != (left < TILE ? left : TILE);
	struct file *file = &files->list[files->count];

	assert_true(files->count < FILES_MAX);
	*file = (struct file){.tile = tile};
	file->class = tile.level < 0 ? BUNDLE : tile.level == 0 ? LEAVES : NODES;
	file->class += old;
	tile_path(&tile, file->name);
	for (size_t i = 0; i < files->count; i++)
		if (strcmp(files->list[i].name, file->name) == 0)
			return;
	files->count++;
}

/* Everything that was published, by the names that tlog-tiles gives. */
static void
list_files(const struct lie *lie, struct files *files)
{
	const struct lie_log *good = lie->good;
	size_t all = good->log.count;

	*files = (struct files){.count = 1, .list = {{CHECKPOINT, "checkpoint", {0}, 0}}};
	for (size_t s = 0; s < good->sizes_count; s++)
		for (int level = -1; level < 2; level++)
			for (uint64_t n = 0; n * TILE < tile_hashes(level, good->sizes[s]);
			     n++) {
				uint64_t left = tile_hashes(level, good->sizes[s]) - n * TILE;
				struct tile tile = {level, n,
						    (unsigned)(left < TILE ? left : TILE)};

				add_tile(files, all, tile);
			}
	for (size_t i = 0; i < all; i++) {
		struct file *file = &files->list[files->count];

		if (good->log.entries[i].text == NULL)
			continue;
		assert_true(files->count++ < FILES_MAX);
		*file = (struct file){.class = TEXT, .index = i};
		snprintf(file->name, sizeof file->name, "tally/%zu", i);
	}
}

/* Any file but the checkpoint, which would be every second one, now and then. */
static const struct file *
pick_file(struct lie *lie)
{
	static struct files files;

	list_files(lie, &files);
	return &files.list[lie_below(lie, files.count)];
}

static void
path_of(const struct lie *lie, const char *name, char path[512])
{
	snprintf(path, 512, "%s/%s", lie->folder, name);
}

static uint8_t *
load(const struct lie *lie, const char *name, size_t *size)
{
	char path[512];
	uint8_t *data;

	path_of(lie, name, path);
	data = test_file_read(path, size);
	assert_non_null(data);
	return data;
}

static void
save(const struct lie *lie, const char *name, const uint8_t *data, size_t size)
{
	test_file_write(lie->folder, name, bytes_make(data, size));
}

/* The entry of a bundle whose bytes hold offset `at`; *in_size: at is in its length. */
static size_t
entry_at(const struct lie *lie, const struct file *file, size_t at, bool *in_size)
{
	size_t index = file->tile.number * TILE;
	size_t end = 0;

	for (; index < lie->log.count; index++) {
		end += 2 + lie->log.entries[index].size;
		if (at < end)
			break;
	}
	*in_size = index < lie->log.count && at < end - lie->log.entries[index].size;
	return index;
}

/* Once an entry's bytes are others, its hash is, and the root; what the entry says may be against
 * any rule, but nothing before it is wrong. */
static void
expect_content(struct lie *lie, const struct file *file, size_t offset)
{
	bool in_size;
	size_t index;

	switch (file->class) {
	case CHECKPOINT:
		lie_expect(lie, AUDIT_CHECKPOINT, NO_INDEX, "checkpoint: it is no checkpoint");
		break;
	case BUNDLE:
		index = entry_at(lie, file, offset, &in_size);
		for (int i = AUDIT_ROOT; i < AUDIT_CHECKS_COUNT; i++)
			lie_also(lie, (enum audit_check)i);
		lie_expect(lie, AUDIT_LEAVES, (long)index, "its hash is not the one");
		if (in_size)
			lie_expect(lie, AUDIT_BUNDLES, LIE_ANY_FROM + (long)index,
				   "bundle %d in", (int)file->tile.number);
		break;
	case LEAVES:
		lie_expect(lie, AUDIT_LEAVES,
			   (long)(file->tile.number * TILE + offset / TALLY_HASH_SIZE),
			   "tile/0, tile %d", (int)file->tile.number);
		break;
	case OLD_BUNDLE:
		lie_expect(lie, AUDIT_BUNDLES, NO_INDEX, "%s: it is not the first %u",
			   file->name, file->tile.width);
		break;
	case OLD_LEAVES:
	case NODES:
	case OLD_NODES:
		lie_expect(lie, AUDIT_TILES, NO_INDEX, "%s: hash %zu in it", file->name,
			   offset / TALLY_HASH_SIZE);
		break;
	case TEXT:
		lie_expect(lie, AUDIT_TEXTS, (long)file->index, "%s: it is not", file->name);
		break;
	}
}

static bool
flip_bit(struct lie *lie)
{
	const struct file *file = pick_file(lie);
	size_t size;
	uint8_t *data = load(lie, file->name, &size);
	size_t offset = lie_below(lie, size);
	unsigned bit = (unsigned)lie_below(lie, 8);

	data[offset] ^= (uint8_t)(1u << bit);
	save(lie, file->name, data, size);
	free(data);
	lie_say(lie, "bit %u of byte %zu of %s flipped", bit, offset, file->name);
	expect_content(lie, file, offset);
	return true;
}

/* A file of another size. Of a bundle the first entry that is not whole is named, or the one that
 * would be next. */
static void
expect_size(struct lie *lie, const struct file *file, size_t old_size, size_t size)
{
	bool in_size;

	switch (file->class) {
	case BUNDLE:
		lie_expect(lie, AUDIT_BUNDLES, (long)entry_at(lie, file, size, &in_size), "%s",
			   "tile/entries");
		if (size > old_size)
			lie->index = (long)(file->tile.number * TILE + file->tile.width);
		break;
	case LEAVES:
		lie_expect(lie, AUDIT_LEAVES, NO_INDEX, "tile/0");
		break;
	case OLD_LEAVES:
	case NODES:
	case OLD_NODES:
		lie_expect(lie, AUDIT_TILES, NO_INDEX, "%s: it ha", file->name);
		break;
	default:
		expect_content(lie, file, 0);
		break;
	}
	if (file->class == BUNDLE && file->tile.number == 0)
		lie_also(lie, AUDIT_MANIFEST); /* it is read from there */
}

static bool
resize(struct lie *lie, size_t size, const struct file *file)
{
	char path[512];
	size_t old_size;

	free(load(lie, file->name, &old_size));
	path_of(lie, file->name, path);
	if (size == old_size || truncate(path, (off_t)size) != 0)
		return false;
	lie_say(lie, "%s of %zu bytes made %zu", file->name, old_size, size);
	expect_size(lie, file, old_size, size);
	return true;
}

static bool
cut(struct lie *lie)
{
	const struct file *file = pick_file(lie);
	size_t size;

	free(load(lie, file->name, &size));
	return resize(lie, lie_below(lie, size), file);
}

static bool
lengthen(struct lie *lie)
{
	const struct file *file = pick_file(lie);
	size_t size;

	free(load(lie, file->name, &size));
	return resize(lie, size + 1 + lie_below(lie, 70), file);
}

static bool
make_empty(struct lie *lie)
{
	return resize(lie, 0, pick_file(lie));
}

/* Larger than any file of its kind, without taking room: not read at all. */
static bool
make_huge(struct lie *lie)
{
	const struct file *file = pick_file(lie);

	if (!resize(lie, (size_t)1 << (30 + lie_below(lie, 8)), file))
		return false;
	if (file->class == BUNDLE)
		lie->index = (long)file->tile.number * TILE;
	snprintf(lie->place, sizeof lie->place, "%s: its ", file->name);
	return true;
}

/* What is not there, or no file: the check that reads it says so, or the one of all files. Of an
 * earlier size a file that is gone is missed by nobody, but what is no file in its place is seen.
 */
static void
expect_gone(struct lie *lie, const struct file *file, const char *words)
{
	lie_expect(lie, AUDIT_FILES, NO_INDEX, "%s: %s", file->name, words);
	if (file->class == TEXT)
		lie_expect(lie, AUDIT_TEXTS, (long)file->index, "%s: ", file->name);
	if (file->class == BUNDLE)
		lie_also(lie, AUDIT_BUNDLES);
	if (file->class == BUNDLE && file->tile.number == 0)
		lie_also(lie, AUDIT_MANIFEST);
	if (file->class == LEAVES)
		lie_also(lie, AUDIT_LEAVES);
	if (file->class == TEXT)
		lie_also(lie, AUDIT_FILES);
}

static bool
is_old(const struct file *file)
{
	return file->class == OLD_BUNDLE || file->class == OLD_LEAVES ||
	       file->class == OLD_NODES;
}

static bool
take_away(struct lie *lie)
{
	const struct file *file = pick_file(lie);
	char path[512];

	path_of(lie, file->name, path);
	if (is_old(file) || unlink(path) != 0)
		return false;
	lie_say(lie, "%s removed", file->name);
	expect_gone(lie, file, "the checkpoint covers it, and it is missing");
	if (file->class == CHECKPOINT)
		lie_expect(lie, AUDIT_CHECKPOINT, NO_INDEX, "checkpoint: it is missing");
	return true;
}

/* Something else of the same name: a folder, a link to what it was, a pipe that nobody writes
 * into, where whoever opens it to read would wait for ever. */
static bool
put(struct lie *lie, const char *what)
{
	const struct file *file = pick_file(lie);
	char hidden[512];
	char path[512];

	path_of(lie, file->name, path);
	path_of(lie, "hidden", hidden);
	assert_int_equal(rename(path, hidden), 0);
	lie_say(lie, "%s made a %s", file->name, what);
	expect_gone(lie, file, "it is no regular file");
	if (what[0] == 'l') {
		expect_gone(lie, file, "it is a symbolic link");
		return symlink(hidden, path) == 0;
	}
	return what[0] == 'p' ? mkfifo(path, 0600) == 0 : mkdir(path, 0700) == 0;
}

static bool
put_folder(struct lie *lie)
{
	return put(lie, "folder");
}

static bool
put_link(struct lie *lie)
{
	return put(lie, "link");
}

static bool
put_pipe(struct lie *lie)
{
	return put(lie, "pipe");
}

/* Two files of one class, but not of those that the audit reads first: whatever else they hold
 * may then be found wrong. */
static bool
pick_pair(struct lie *lie, struct file *a, struct file *b)
{
	for (size_t tries = 0; tries < 100; tries++) {
		*a = *pick_file(lie);
		*b = *pick_file(lie);
		if (a->class == b->class && strcmp(a->name, b->name) < 0 &&
		    a->class != BUNDLE && a->class != LEAVES)
			return true;
	}
	return false;
}

/* Of two tally texts the first is named; of two others one of them is. */
static bool
exchange_files(struct lie *lie)
{
	struct file a;
	struct file b;
	size_t a_size, b_size;
	uint8_t *left;
	uint8_t *right;

	if (!pick_pair(lie, &a, &b))
		return false;
	left = load(lie, a.name, &a_size);
	right = load(lie, b.name, &b_size);
	save(lie, a.name, right, b_size);
	save(lie, b.name, left, a_size);
	free(left);
	free(right);
	lie_say(lie, "%s and %s exchanged", a.name, b.name);
	if (a.class == TEXT && b.index < a.index)
		a = b;
	if (a_size == b_size || a.class == TEXT || a.class == OLD_BUNDLE)
		expect_content(lie, &a, 0);
	else
		expect_size(lie, &a, a_size, b_size);
	if (a.class != TEXT)
		strcpy(lie->place, a.class == OLD_BUNDLE ? "tile/entries/0" : "tile/");
	return true;
}

/* --- Files that are not the log's --------------------------------------------------------- */

static bool
add_stray(struct lie *lie)
{
	static const char *const names[] = {
	    "tile/0/notes.txt",
	    "tile/index.html",
	    "tile/00/000",
	    "tile/0/0",
	    "tile/0/X000/000",
	    "tile/0/x000/000",
	    "tile/0/000.P/1",
	    "tile/0/000.p/01",
	    "tile/0/000.p/0",
	    "tile/0/000.p/256",
	    "tile/0/000.p/1a",
	    "tile/entries/000.p/1.tmp",
	    "tile/Entries/000.p/1",
	    "tile/entries/0000",
	    "tile/entries/.000",
	    "tile/0/001.p/+1",
	    "tile/8/000.p/1",
	    "tile/64/000.p/1",
	    "tile/-1/000.p/1",
	    "tally/x",
	    "tally/00",
	    "tally/01",
	    "tally/-1",
	    "tally/1.txt",
	    "tally/18446744073709551616",
	    "tally/0x1f",
	    "tile/0/\xd9\xa0\xd9\xa0\xd9\xa0",
	    "tile/0/000.p/1 ",
	};
	const char *name = names[lie_below(lie, sizeof names / sizeof *names)];

	test_file_write(lie->folder, name, BYTES_OF("remember the milk"));
	lie_say(lie, "%s added", name);
	lie_expect(lie, AUDIT_FILES, NO_INDEX, ": it does not belong to the log");
	return true;
}

static bool
add_beyond(struct lie *lie)
{
	size_t count = lie->log.count;
	size_t more = 1 + lie_below(lie, 200);
	char name[TILE_PATH_MAX];
	struct tile tile = {(int)lie_below(lie, 4) - 1, 0, 1};
	uint64_t hashes = tile_hashes(tile.level, count);

	if (lie_below(lie, 4) == 0) {
		snprintf(name, sizeof name, "tally/%zu", count + more - 1);
	} else {
		tile.number = (hashes + more) / TILE;
		tile.width = (unsigned)((hashes + more) % TILE);
		if (tile.width == 0)
			tile.width = 1;
		tile_path(&tile, name);
	}
	test_file_write(lie->folder, name, BYTES_OF(""));
	lie_say(lie, "%s added, beyond %zu entries", name, count);
	lie_expect(lie, AUDIT_FILES, NO_INDEX, "%s: it goes beyond", name);
	return true;
}

/* A partial of a size that was never published, with other bytes than the log's. */
static bool
add_partial(struct lie *lie)
{
	struct tile tile = {(int)lie_below(lie, 2) - 1, 0, 0};
	uint8_t bytes[TILE * TALLY_HASH_SIZE];
	char path[512];
	char name[TILE_PATH_MAX];

	tile.width = (unsigned)(1 + lie_below(lie, lie->log.count < TILE ? lie->log.count - 1
									 : TILE - 1));
	tile_path(&tile, name);
	path_of(lie, name, path);
	if (access(path, F_OK) == 0)
		return false;
	test_random_fill(&lie->random, bytes, sizeof bytes);
	save(lie, name, bytes, tile.width * TALLY_HASH_SIZE);
	lie_say(lie, "%s added, with other bytes", name);
	if (tile.level < 0)
		lie_expect(lie, AUDIT_BUNDLES, NO_INDEX, "%s: it is not the first", name);
	else
		lie_expect(lie, AUDIT_TILES, NO_INDEX, "%s: hash 0", name);
	return true;
}

/* A tile of another level, or another number, in its place. */
static bool
other_tile(struct lie *lie)
{
	struct file file;
	struct file from;
	size_t size, old_size;
	uint8_t *data;

	do
		file = *pick_file(lie);
	while (file.class < LEAVES || file.class > OLD_NODES);
	do
		from = *pick_file(lie);
	while (from.class < LEAVES || from.class > OLD_NODES);
	if (strcmp(file.name, from.name) == 0)
		return false;
	free(load(lie, file.name, &old_size));
	data = load(lie, from.name, &size);
	save(lie, file.name, data, size);
	free(data);
	lie_say(lie, "%s is %s", file.name, from.name);
	if (size == old_size)
		expect_content(lie, &file, 0);
	else
		expect_size(lie, &file, old_size, size);
	return true;
}

static const struct lie_kind kinds[] = {
    {"a bit of a file flipped", flip_bit},
    {"a bit of a file flipped", flip_bit},
    {"a bit of a file flipped", flip_bit},
    {"a bit of a file flipped", flip_bit},
    {"a file cut", cut},
    {"a file lengthened", lengthen},
    {"a file emptied", make_empty},
    {"a file without end", make_huge},
    {"a file removed", take_away},
    {"a folder for a file", put_folder},
    {"a link for a file", put_link},
    {"a pipe for a file", put_pipe},
    {"two files exchanged", exchange_files},
    {"a file that is not the log's", add_stray},
    {"a file beyond the checkpoint", add_beyond},
    {"a partial that differs", add_partial},
    {"another tile", other_tile},
};

const struct lie_kinds lies_of_files = {
    .on_disk = true, .count = sizeof kinds / sizeof *kinds, .kinds = kinds};
