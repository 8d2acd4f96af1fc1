/* Every way to tamper with published files leaves a finding that names the file or the entry.
 * The log's key is not in the tamperer's hands, but where a case says so. */
#include "tools/lib/audit.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/scene.h"
#include "tools/lib/inventory.h"

enum verb {
	FLIP,
	RESIZE,
	REMOVE,
	WRITE,
};

static const char *const verbs[] = {"flip a bit of", "resize", "remove", "write"};

/* The story has 646 entries: two full bundles and one of 134. */
struct edit {
	enum verb verb;
	const char *file;
	size_t number; /* FLIP: offset; RESIZE: the new size */
	enum audit_check check;
	long index;
	const char *words;
};

struct act {
	const char *name;
	void (*change)(struct scene *scene);
	enum audit_check check;
	long index;
	const char *words;
};

static void
write_text(const struct scene *scene, const char *name, const char *text)
{
	test_file_write(scene->folder.path, name, bytes_of_string(text));
}

static void
lengthen_bundle(struct scene *scene)
{
	size_t size = 0;

	for (size_t i = 0; i < 256; i++)
		size += 2 + scene->log.entries[i].size;
	scene_resize(scene, "tile/entries/000", size + 2);
}

static void
deep_folder(struct scene *scene)
{
	write_text(scene, "tile/0/x1/x1/x1/x1/x1/x1/x1/x1/x1/x1/x1/x1/001", "deep");
}

static void
link_file(struct scene *scene)
{
	scene_remove(scene, "tile/0/000");
	assert_int_equal(symlinkat("../../checkpoint", scene->folder.fd, "tile/0/000"), 0);
}

static void
link_checkpoint(struct scene *scene)
{
	scene_remove(scene, "checkpoint");
	assert_int_equal(symlinkat("/etc/hostname", scene->folder.fd, "checkpoint"), 0);
}

static void
link_folder(struct scene *scene)
{
	assert_int_equal(renameat(scene->folder.fd, "tile/0", scene->folder.fd, "hidden"), 0);
	assert_int_equal(symlinkat("../hidden", scene->folder.fd, "tile/0"), 0);
}

static void
pipe_in_place(struct scene *scene)
{
	scene_remove(scene, "tile/entries/000");
	assert_int_equal(mkfifoat(scene->folder.fd, "tile/entries/000", 0600), 0);
}

static void
folder_in_place(struct scene *scene)
{
	scene_remove(scene, "tile/0/001");
	assert_int_equal(mkdirat(scene->folder.fd, "tile/0/001", 0700), 0);
}

static void
no_tiles(struct scene *scene)
{
	assert_int_equal(renameat(scene->folder.fd, "tile", scene->folder.fd, "hidden"), 0);
}

static void
flip_signature(struct scene *scene)
{
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	struct bytes text = test_log_checkpoint(&scene->log, scene->log.count, note);

	scene_flip(scene, "checkpoint", text.size - 20);
}

static void
sign_with(struct scene *scene, const struct note_private_key *key)
{
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	struct note_private_key kept = scene->log.campaign.log;

	scene->log.campaign.log = *key;
	test_file_write(scene->folder.path, "checkpoint",
			test_log_checkpoint(&scene->log, scene->log.count, note));
	scene->log.campaign.log = kept;
}

static void
other_signer(struct scene *scene)
{
	sign_with(scene, &scene->log.campaign.frontends[0]);
}

static void
other_signer_of_that_name(struct scene *scene)
{
	struct note_private_key key;
	const uint8_t seed[TALLY_SEED_SIZE] = {99};

	note_private_key_make(&key, bytes_of_string(scene->log.campaign.log.key.name), seed);
	sign_with(scene, &key);
}

/* With the log's key. */
static void
sign_another(struct scene *scene, uint64_t size, uint8_t first)
{
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	struct writer writer = writer_make(note, sizeof note);
	struct checkpoint checkpoint = {.size = size};

	test_log_root(&scene->log, 0, scene->log.count, checkpoint.root);
	checkpoint.root[0] ^= first;
	checkpoint_write(&writer, &checkpoint, &scene->log.campaign.log);
	test_file_write(scene->folder.path, "checkpoint", writer_view(&writer));
}

static void
sign_other_root(struct scene *scene)
{
	sign_another(scene, scene->log.count, 1);
}

static void
sign_larger_size(struct scene *scene)
{
	sign_another(scene, scene->log.count + 1, 0);
}

static void
sign_huge_size(struct scene *scene)
{
	sign_another(scene, UINT64_MAX, 0);
}

static void
sign_no_size(struct scene *scene)
{
	sign_another(scene, 0, 0);
}

static const struct edit edits[] = {
    {FLIP, "tile/entries/001", 2 + 90, AUDIT_LEAVES, 256, "its hash is not the one in"},
    {FLIP, "tile/entries/001", 2 + 90, AUDIT_ROOT, NO_INDEX, "another root"},
    {FLIP, "tile/entries/002.p/134", 2 + 90, AUDIT_LEAVES, 512, "its hash is not"},
    {FLIP, "tile/entries/000.p/70", 500, AUDIT_BUNDLES, NO_INDEX,
     "tile/entries/000.p/70: it is not the first 70 entries"},
    {RESIZE, "tile/entries/002.p/134", 300, AUDIT_BUNDLES, 513, "cut short"},
    {RESIZE, "tile/entries/000", 0, AUDIT_BUNDLES, 0, "cut short"},
    {RESIZE, "tile/entries/000", 256 * 65537 + 1, AUDIT_BUNDLES, 0,
     "more than the 16777472 it may have"},
    {RESIZE, "tile/entries/001.p/44", 44 * 65537, AUDIT_BUNDLES, NO_INDEX,
     "tile/entries/001.p/44: it is not"},
    {REMOVE, "tile/entries/001", 0, AUDIT_FILES, NO_INDEX, "tile/entries/001: the checkpoint"},
    {REMOVE, "tile/entries/001", 0, AUDIT_BUNDLES, 256, "entries/001: it is missing"},
    {FLIP, "tile/0/001", 17 * 32 + 5, AUDIT_LEAVES, 273, "tile/0, tile 1"},
    {FLIP, "tile/0/002.p/134", 133 * 32, AUDIT_LEAVES, 645, "tile/0, tile 2"},
    {FLIP, "tile/0/001.p/44", 43 * 32, AUDIT_TILES, NO_INDEX, "tile/0/001.p/44: hash 43"},
    {RESIZE, "tile/0/000", 8191, AUDIT_LEAVES, NO_INDEX, "tile 0 has 8191 bytes, not 8192"},
    {RESIZE, "tile/0/000.p/70", 69 * 32, AUDIT_TILES, NO_INDEX,
     "tile/0/000.p/70: it has 2208 bytes, not 2240"},
    {RESIZE, "tile/0/000", 8193, AUDIT_LEAVES, NO_INDEX, "more than the 8192"},
    {REMOVE, "tile/0/000", 0, AUDIT_FILES, NO_INDEX, "tile/0/000: the checkpoint"},
    {FLIP, "tile/1/000.p/2", 40, AUDIT_TILES, NO_INDEX, "tile/1/000.p/2: hash 1"},
    {FLIP, "tile/1/000.p/1", 0, AUDIT_TILES, NO_INDEX, "tile/1/000.p/1: hash 0"},
    {RESIZE, "tile/1/000.p/2", 96, AUDIT_TILES, NO_INDEX, "96 bytes, not 64"},
    {REMOVE, "tile/1/000.p/2", 0, AUDIT_FILES, NO_INDEX, "tile/1/000.p/2: the"},
    {WRITE, "tile/0/002.p/135", 0, AUDIT_FILES, NO_INDEX, "tile/0/002.p/135: it goes beyond"},
    {WRITE, "tile/0/x999/x999/x999/999", 0, AUDIT_FILES, NO_INDEX, "999: it goes beyond"},
    {WRITE, "tile/2/000.p/1", 0, AUDIT_FILES, NO_INDEX, "tile/2/000.p/1: it goes beyond"},
    {WRITE, "tile/entries/003.p/1", 0, AUDIT_FILES, NO_INDEX,
     "entries/003.p/1: it goes beyond"},
    {WRITE, "tally/646", 0, AUDIT_FILES, NO_INDEX, "tally/646: it goes beyond"},
    {WRITE, "tile/0/notes.txt", 0, AUDIT_FILES, NO_INDEX,
     "tile/0/notes.txt: it does not belong"},
    {WRITE, "tile/0/002.p/0134", 0, AUDIT_FILES, NO_INDEX, "0134: it does not belong"},
    {WRITE, "tile/00/000", 0, AUDIT_FILES, NO_INDEX, "tile/00/000: it does not"},
    {WRITE, "tally/0302", 0, AUDIT_FILES, NO_INDEX, "tally/0302: it does not"},
    {FLIP, "checkpoint", 19, AUDIT_CHECKPOINT, NO_INDEX, "no checkpoint of"},
    {REMOVE, "checkpoint", 0, AUDIT_CHECKPOINT, NO_INDEX, "checkpoint: it is missing"},
    {RESIZE, "checkpoint", TALLY_CHECKPOINT_SIZE_MAX + 1, AUDIT_CHECKPOINT, NO_INDEX,
     "more than the 4096"},
    {RESIZE, "checkpoint", 0, AUDIT_CHECKPOINT, NO_INDEX, "no checkpoint of"},
    {FLIP, "tally/302", 30, AUDIT_TEXTS, 302, "tally/302: it is not the recount"},
    {RESIZE, "tally/302", 1000, AUDIT_TEXTS, 302, "tally/302: it is not the recount"},
    {REMOVE, "tally/645", 0, AUDIT_TEXTS, 645, "tally/645: it is missing"},
    {WRITE, "tally/301", 0, AUDIT_TEXTS, 301, "the entry is no TALLY"},
    {WRITE, "tally/644", 0, AUDIT_TEXTS, 644, "the entry is no TALLY"},
};

static void
edit(const struct scene *scene, const struct edit *wished)
{
	switch (wished->verb) {
	case FLIP:
		scene_flip(scene, wished->file, wished->number);
		break;
	case RESIZE:
		scene_resize(scene, wished->file, wished->number);
		break;
	case REMOVE:
		scene_remove(scene, wished->file);
		break;
	case WRITE:
		write_text(scene, wished->file, "remember the milk");
		break;
	}
}

static void
names_the_file_that_was_edited(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
		struct scene scene;

		print_message("    %s %s\n", verbs[edits[i].verb], edits[i].file);
		scene_make(&scene, NULL, NULL);
		assert_int_equal(scene.log.count, 646);
		scene_publish(&scene);
		edit(&scene, &edits[i]);
		scene_audit(&scene);
		assert_found(&scene, edits[i].check, edits[i].index, edits[i].words);
		scene_close(&scene);
	}
}

static const struct act acts[] = {
    {"a longer bundle", lengthen_bundle, AUDIT_BUNDLES, 256, "2 bytes behind its last entry"},
    {"a deep folder", deep_folder, AUDIT_FILES, NO_INDEX, "deeper than the log has any"},
    {"a link for a tile", link_file, AUDIT_LEAVES, NO_INDEX, "symbolic link"},
    {"a link for the checkpoint", link_checkpoint, AUDIT_FILES, NO_INDEX,
     "checkpoint: it is a symbolic link"},
    {"a link for a folder", link_folder, AUDIT_LEAVES, NO_INDEX, "a file or a link"},
    {"a pipe for a bundle", pipe_in_place, AUDIT_BUNDLES, 0, "no regular file"},
    {"a folder for a tile", folder_in_place, AUDIT_LEAVES, NO_INDEX, "no regular file"},
    {"no tiles at all", no_tiles, AUDIT_FILES, NO_INDEX, "tile/entries/000: the checkpoint"},
    {"a bit of the signature", flip_signature, AUDIT_CHECKPOINT, NO_INDEX, "no checkpoint of"},
    {"another signer", other_signer, AUDIT_CHECKPOINT, NO_INDEX, "no checkpoint of"},
    {"another signer of that name", other_signer_of_that_name, AUDIT_CHECKPOINT, NO_INDEX,
     "no checkpoint of"},
    {"another root, signed", sign_other_root, AUDIT_ROOT, NO_INDEX, "another root"},
    {"a larger size, signed", sign_larger_size, AUDIT_FILES, NO_INDEX, "002.p/135: the"},
    {"a huge size, signed", sign_huge_size, AUDIT_FILES, NO_INDEX, "entries/002: the"},
    {"no size, signed", sign_no_size, AUDIT_MANIFEST, NO_INDEX, "the log has no entries"},
};

static void
names_what_was_done(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
		struct scene scene;

		print_message("    %s\n", acts[i].name);
		scene_make(&scene, NULL, NULL);
		scene_publish(&scene);
		acts[i].change(&scene);
		scene_audit(&scene);
		assert_found(&scene, acts[i].check, acts[i].index, acts[i].words);
		scene_close(&scene);
	}
}

/* Names are shown as they may be shown. */
static void
shows_no_control_characters(void **state)
{
	struct scene scene;

	(void)state;
	scene_make(&scene, NULL, NULL);
	scene_publish(&scene);
	write_text(&scene, "tile/\033[31m\xff", "red");
	scene_audit(&scene);
	assert_found(&scene, AUDIT_FILES, NO_INDEX, "tile/?[31m?: it does not belong");
	scene_close(&scene);
}

/* Everything the log consists of. */
static size_t
list_files(const struct scene *scene, char names[][TILE_PATH_MAX], size_t capacity)
{
	struct inventory inventory;
	struct trouble trouble;
	size_t count = 1;

	assert_int_equal(inventory_take(&inventory, &scene->files, &trouble), TALLY_EXIT_FINE);
	snprintf(names[0], TILE_PATH_MAX, "checkpoint");
	assert_true(1 + inventory.tiles_count + inventory.tallies_count <= capacity);
	for (size_t i = 0; i < inventory.tiles_count; i++)
		tile_path(&inventory.tiles[i], names[count++]);
	for (size_t i = 0; i < inventory.tallies_count; i++)
		snprintf(names[count++], TILE_PATH_MAX, "tally/%d", (int)inventory.tallies[i]);
	inventory_free(&inventory);
	return count;
}

/* No bit of any file can change without a finding. */
static void
misses_no_bit(void **state)
{
	struct test_random random = test_random_make(11);
	char names[32][TILE_PATH_MAX];
	struct scene scene;
	size_t count;

	(void)state;
	scene_make(&scene, NULL, NULL);
	scene_publish(&scene);
	count = list_files(&scene, names, 32);
	for (size_t i = 0; i < 4 * count; i++) {
		const char *name = names[i % count];
		size_t at = test_random_below(&random, scene_size(&scene, name));

		scene_flip(&scene, name, at);
		scene_audit(&scene);
		if (report_exit(&scene.audit.report) != TALLY_EXIT_FAILED)
			fail_msg("byte %zu of %s changed", at, name);
		scene_flip(&scene, name, at);
	}
	scene_audit(&scene);
	assert_passed(&scene);
	scene_close(&scene);
}

/* What could not be asked is never PASS. */
static void
skips_what_rests_on_a_failure(void **state)
{
	static const enum audit_check resting[] = {
	    AUDIT_LEAVES, AUDIT_TILES,   AUDIT_ROOT,  AUDIT_RULES,   AUDIT_SIGNATURES,
	    AUDIT_VOTES,  AUDIT_ENTRIES, AUDIT_OPEN,  AUDIT_PHASES,  AUDIT_NOTICES,
	    AUDIT_VOTERS, AUDIT_TALLIES, AUDIT_TEXTS, AUDIT_CADENCE, AUDIT_CLASSES};
	struct scene scene;

	(void)state;
	scene_make(&scene, NULL, NULL);
	scene_publish(&scene);
	scene_remove(&scene, "tile/entries/001");
	scene_remove(&scene, "tile/entries/001.p/44");
	scene_audit(&scene);
	for (size_t i = 0; i < sizeof resting / sizeof *resting; i++) {
		const struct report_check *check = &scene.audit.report.checks[resting[i]];

		assert_int_equal(check->status, REPORT_SKIPPED);
		assert_true(strlen(check->why.sentence) > 10);
	}
	assert_false(scene.audit.counted);
	scene_remove(&scene, "checkpoint");
	scene_audit(&scene);
	for (size_t i = 1; i < AUDIT_CHECKS_COUNT; i++) {
		assert_int_equal(scene.audit.report.checks[i].status, REPORT_SKIPPED);
		assert_non_null(
		    strstr(scene.audit.report.checks[i].why.sentence, "check 1 failed"));
	}
	scene_close(&scene);
}

/* Other things in the directory are not the log's business; nor is a full tile where a partial of
 * the checkpoint's size would do. */
static void
leaves_the_rest_alone(void **state)
{
	struct scene scene;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];

	(void)state;
	scene_make(&scene, NULL, NULL);
	scene_publish(&scene);
	write_text(&scene, "index.html", "<p>hello");
	write_text(&scene, "pages/index.html", "<p>hello");
	scene_audit(&scene);
	assert_passed(&scene);
	scene_remove(&scene, "tile/entries/000.p/70");
	scene_remove(&scene, "tile/0/000.p/70");
	test_file_write(scene.folder.path, "checkpoint",
			test_log_checkpoint(&scene.log, SCENE_EARLY, note));
	scene_audit(&scene);
	for (size_t i = 0; i < AUDIT_CHECKS_COUNT; i++)
		if (i != AUDIT_FILES)
			assert_int_not_equal(scene.audit.report.checks[i].status, REPORT_FAIL);
	assert_int_equal(scene.audit.report.checks[AUDIT_ROOT].status, REPORT_PASS);
	assert_int_equal(scene.audit.report.checks[AUDIT_LEAVES].status, REPORT_PASS);
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_the_file_that_was_edited),
	    cmocka_unit_test(names_what_was_done),
	    cmocka_unit_test(shows_no_control_characters),
	    cmocka_unit_test(misses_no_bit),
	    cmocka_unit_test(skips_what_rests_on_a_failure),
	    cmocka_unit_test(leaves_the_rest_alone),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
