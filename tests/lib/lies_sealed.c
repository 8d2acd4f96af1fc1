/* What a disk or an operator could do to the files of a campaign whose results are sealed. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/vault.h"

#include "tests/lib/lies.h"

void
lie_publish_sealed(const struct lie *lie)
{
	struct scene scene = {.log = lie->log};

	snprintf(scene.folder.path, sizeof scene.folder.path, "%s", lie->folder);
	scene.folder.fd = open(lie->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(scene.folder.fd >= 0);
	for (size_t i = 0; i < lie->good->sizes_count; i++)
		vault_publish(&scene, lie->good->sizes[i]);
	close(scene.folder.fd);
}

static void
path_of(const struct lie *lie, const char *name, char path[512])
{
	snprintf(path, 512, "%s/%s", lie->folder, name);
}

static void
write_text(const struct lie *lie, const char *name, const char *text)
{
	test_file_write(lie->folder, name, bytes_of_string(text));
}

/* The name of an entry's page; it is wrong, and whatever rests on the law it states. */
static size_t
pick_page(struct lie *lie, char name[32])
{
	size_t index;

	do
		index = lie_below(lie, lie->log.count);
	while (lie_is(lie, index, TALLY_ENTRY_BALLOT) || lie_is(lie, index, TALLY_ENTRY_TALLY));
	snprintf(name, 32, "law/%zu", index);
	lie_expect(lie, AUDIT_PROOFS, (long)index, "%s: ", name);
	if (index == 0)
		lie_also(lie, AUDIT_MANIFEST);
	return index;
}

static bool
flip_page(struct lie *lie)
{
	char name[32];
	char path[512];
	size_t index = pick_page(lie, name);
	size_t size;
	uint8_t *data;
	size_t at;

	path_of(lie, name, path);
	data = test_file_read(path, &size);
	assert_non_null(data);
	at = lie_below(lie, size);
	data[at] ^= (uint8_t)(1u << lie_below(lie, 8));
	test_file_write(lie->folder, name, bytes_make(data, size));
	free(data);
	lie_say(lie, "a bit of byte %zu of page %zu flipped", at, index);
	return true;
}

static bool
resize_page(struct lie *lie)
{
	char name[32];
	char path[512];
	size_t index = pick_page(lie, name);
	struct stat about;
	size_t size;

	path_of(lie, name, path);
	assert_int_equal(stat(path, &about), 0);
	size = lie_below(lie, (size_t)about.st_size + 100);
	if (size == (size_t)about.st_size || truncate(path, (off_t)size) != 0)
		return false;
	lie_say(lie, "page %zu of %d bytes made %zu", index, (int)about.st_size, size);
	return true;
}

/* Gone, or a folder, a link or a pipe. */
static bool
take_page(struct lie *lie)
{
	char name[32];
	char path[512];
	char hidden[512];
	size_t index = pick_page(lie, name);
	size_t way = lie_below(lie, 4);

	path_of(lie, name, path);
	path_of(lie, "hidden", hidden);
	assert_int_equal(rename(path, hidden), 0);
	lie_say(lie, "page %zu made away with in way %zu", index, way);
	if (way == 0)
		return true;
	lie_also(lie, AUDIT_FILES);
	if (way == 1)
		return mkdir(path, 0700) == 0;
	return way == 2 ? symlink(hidden, path) == 0 : mkfifo(path, 0600) == 0;
}

static bool
other_page(struct lie *lie)
{
	char name[32];
	char from[32];
	char path[512];
	size_t index = pick_page(lie, from);
	uint8_t *data;
	size_t size;

	path_of(lie, from, path);
	if (pick_page(lie, name) == index)
		return false;
	data = test_file_read(path, &size);
	test_file_write(lie->folder, name, bytes_make(data, size));
	free(data);
	lie_say(lie, "%s is %s", name, from);
	return true;
}

/* The opening of another campaign's log, of the same key: its entry is even the same. */
static bool
foreign_page(struct lie *lie)
{
	struct scene scene = {.log = lie->good->other->log};
	size_t size = 2 + lie_below(lie, 20);

	snprintf(scene.folder.path, sizeof scene.folder.path, "%s", lie->folder);
	vault_write_page(&scene, 1, size);
	lie_say(lie, "page 1 of another log of %zu entries", size);
	lie_expect(lie, AUDIT_PROOFS, 1, "not one of this tree");
	if (size > lie->log.count)
		return false;
	return true;
}

/* A line of the list left out, with the page or without it. */
static bool
hide_page(struct lie *lie)
{
	char list[512] = "";
	char name[32];
	size_t hidden;
	size_t next;

	if (lie_below(lie, 2) == 0) {
		hidden = pick_page(lie, name);
		lie_expect(lie, AUDIT_PROOFS, (long)hidden, "law/list does not name it");
		lie_also(lie, AUDIT_NOTICES); /* the next one misses it */
	} else {
		char path[512];

		hidden = lie_next(lie, TALLY_ENTRY_NOTICE, 0);
		next = lie_next(lie, TALLY_ENTRY_NOTICE, hidden + 1);
		snprintf(name, sizeof name, "law/%zu", hidden);
		path_of(lie, name, path);
		assert_int_equal(unlink(path), 0);
		lie_expect(lie, AUDIT_NOTICES, (long)next, "out of order");
	}
	for (size_t i = 0; i < lie->log.count; i++)
		if (i != hidden && !lie_is(lie, i, TALLY_ENTRY_BALLOT) &&
		    !lie_is(lie, i, TALLY_ENTRY_TALLY))
			sprintf(list + strlen(list), "%zu\n", i);
	write_text(lie, "law/list", list);
	lie_also(lie, AUDIT_MANIFEST);
	lie_say(lie, "page %zu hidden", hidden);
	return true;
}

static bool
muddle_list(struct lie *lie)
{
	static const char *const lists[] = {"0\n1\n1\n", "1\n0\n",  "0\r\n1\r\n", "00\n1\n",
					    "0\n1",      "0 1\n",   "\n0\n1\n",   "0\nx\n",
					    "-0\n",      "0\n+1\n", "0\n1\n\n"};

	write_text(lie, "law/list", lists[lie_below(lie, sizeof lists / sizeof *lists)]);
	lie_say(lie, "law/list muddled");
	lie_expect(lie, AUDIT_PROOFS, NO_INDEX, "law/list: it is no list of ascending indexes");
	lie_also(lie, AUDIT_MANIFEST);
	return true;
}

/* A ballot as a page of the law, with its proof. */
static bool
ballot_as_law(struct lie *lie)
{
	struct scene scene = {.log = lie->log};
	char list[512] = "";
	size_t ballot;

	assert_true(lie_pick(lie, TALLY_ENTRY_BALLOT, 0, lie->log.count, &ballot));
	snprintf(scene.folder.path, sizeof scene.folder.path, "%s", lie->folder);
	vault_write_page(&scene, ballot, lie->log.count);
	for (size_t i = 0; i < lie->log.count; i++)
		if (i == ballot ||
		    (!lie_is(lie, i, TALLY_ENTRY_BALLOT) && !lie_is(lie, i, TALLY_ENTRY_TALLY)))
			sprintf(list + strlen(list), "%zu\n", i);
	write_text(lie, "law/list", list);
	lie_say(lie, "ballot %zu published as law", ballot);
	lie_expect(lie, AUDIT_PROOFS, (long)ballot, "law/%zu: its entry is neither", ballot);
	return true;
}

/* The first entries, as a bundle has them. */
static void
write_bundle(const struct lie *lie, const char *name, unsigned count)
{
	static uint8_t memory[64 * 1024];
	struct writer writer = writer_make(memory, sizeof memory);

	for (unsigned i = 0; i < count; i++) {
		struct bytes entry = test_log_entry(&lie->log, i);

		writer_u16(&writer, (uint16_t)entry.size);
		writer_bytes(&writer, entry);
	}
	assert_false(writer.failed);
	test_file_write(lie->folder, name, writer_view(&writer));
}

/* A bundle, a text, or counts. */
static bool
leak(struct lie *lie)
{
	struct tile tile = {TILE_LEVEL_ENTRIES, 0, 0};
	char name[TILE_PATH_MAX];

	tile.width = (unsigned)(1 + lie_below(lie, lie->log.count));
	switch (lie_below(lie, 3)) {
	case 0:
		tile_path(&tile, name);
		write_bundle(lie, name, tile.width);
		lie_also(lie, AUDIT_TEXTS); /* all bundles: and where are they? */
		break;
	case 1:
		snprintf(name, sizeof name, "tally/%zu", lie_below(lie, lie->log.count));
		write_text(lie, name, "tally/counts/v1\n");
		break;
	default:
		snprintf(name, sizeof name, "results");
		write_text(lie, name, "{\"sealed\":true,\"contests\":[]}");
		break;
	}
	lie_say(lie, "%s published while sealed", name);
	lie_expect(lie, AUDIT_SEAL, NO_INDEX, "%s: it ", name);
	return true;
}

static bool
add_stray(struct lie *lie)
{
	static const char *const names[] = {"law/00",   "law/x",    "law/0.tmp", "law/list.txt",
					    "law/LIST", "law/-1",   "law/01",    "law/.0",
					    "law/0 ",   "law/l/st", "law/+1"};
	const char *name = names[lie_below(lie, sizeof names / sizeof *names)];

	write_text(lie, name, "remember the milk");
	lie_say(lie, "%s added", name);
	lie_expect(lie, AUDIT_FILES, NO_INDEX, "%s: it does not belong", name);
	return true;
}

static const struct lie_kind kinds[] = {
    {"a bit of a page of the law flipped", flip_page},
    {"a page of the law cut or lengthened", resize_page},
    {"a page of the law made away with", take_page},
    {"another page of the law", other_page},
    {"a page of another log's law", foreign_page},
    {"a page of the law hidden", hide_page},
    {"the list of the law muddled", muddle_list},
    {"a ballot as law", ballot_as_law},
    {"a leak while sealed", leak},
    {"a file that is not the law's", add_stray},
};

const struct lie_kinds lies_of_sealed = {
    .on_disk = true, .count = sizeof kinds / sizeof *kinds, .kinds = kinds, .sealed = true};
