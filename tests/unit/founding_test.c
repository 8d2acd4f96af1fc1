#include "tests/lib/test.h"

#include "ledger/entry.h"
#include "ledger/scan.h"
#include "shell/founding.h"
#include "shell/remembered.h"
#include "tally/status.h"
#include "tests/lib/child.h"
#include "tests/lib/founded.h"
#include "tests/lib/merkle.h"
#include "tests/lib/refusal.h"
#include "tests/lib/snapshot.h"

#include <fcntl.h>
#include <signal.h>
#include <sodium.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct test_child child;

static int
found(void *context)
{
	return founding_run(context);
}

static void
assert_founds(struct founding *founding)
{
	int code = test_child_run(&child, found, founding);

	if (code != TALLY_EXIT_FINE)
		fail_msg("exit code %d; it said: %s", code, child.said);
}

static struct founding
asked(const struct founded *founded)
{
	return (struct founding){
	    .data = founded->data, .campaign = founded->json, .log_key = founded->key};
}

static void
assert_names(const char *path, const char *expected)
{
	char *names = test_names(path);

	assert_string_equal(names, expected);
	free(names);
}

static mode_t
mode_of(const char *folder, const char *name)
{
	struct stat about;
	char path[400];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	assert_int_equal(stat(path, &about), 0);
	return about.st_mode & 07777;
}

/* what is made */

/* The ledger's entries, put together again. */
struct reading {
	struct writer json;
	size_t count;
	struct tree_hash leaves[128];
};

static bool
read_batch(void *context, const struct batch *batch, uint32_t segment, uint64_t offset)
{
	struct reading *reading = context;
	struct reader area = reader_make(batch->entries);

	(void)offset;
	assert_int_equal(segment, 0);
	for (uint32_t i = 0; i < batch->entries_count; i++) {
		struct bytes bytes = batch_entry_next(&area);
		struct entry entry;

		assert_true(entry_parse(bytes, &entry));
		assert_int_equal(entry.kind, TALLY_ENTRY_CAMPAIGN);
		assert_int_equal(entry.part, reading->count);
		writer_bytes(&reading->json, entry.body);
		tree_leaf(bytes, &reading->leaves[reading->count++]);
	}
	return true;
}

static void
assert_remembered(const struct founded *founded, struct tree_hash root, uint64_t size,
		  const char *anchor)
{
	struct remembered remembered;
	struct checkpoint opened;
	int dir_fd = open(founded->data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_int_equal(remembered_open(&remembered, dir_fd), DISK_OK);
	assert_int_equal(remembered.sequence, 1);
	assert_int_equal(remembered.checkpoint.size, size);
	assert_memory_equal(remembered.checkpoint.root, root.bytes, TALLY_HASH_SIZE);
	assert_true(checkpoint_open(bytes_make(remembered.note, remembered.note_size),
				    &founded->log.campaign.log.key, &opened));
	assert_int_equal(opened.size, size);
	assert_memory_equal(opened.root, root.bytes, TALLY_HASH_SIZE);
	assert_string_equal(remembered.anchor, anchor);
	assert_int_equal(remembered.anchor_fd >= 0, anchor[0] != '\0');
	remembered_close(&remembered);
	close(dir_fd);
}

/* The ledger holds the manifest and nothing else, and that is what is remembered. Returns its
 * batches. */
static uint64_t
assert_holds(const struct founded *founded, struct bytes json, const char *anchor)
{
	struct reading reading = {.json = writer_make(malloc(json.size), json.size)};
	struct scan scan;
	char path[400];
	size_t size;
	uint8_t id[TALLY_HASH_SIZE];
	uint8_t *segment;

	snprintf(path, sizeof path, "%s/ledger/00000000.seg", founded->data);
	segment = test_file_read(path, &size);
	assert_non_null(segment);
	scan_init(&scan, 0, read_batch, &reading);
	assert_int_equal(scan_segment(&scan, bytes_make(segment, size)), SCAN_GOES_ON);
	assert_int_equal(scan_finish(&scan), SCAN_WHOLE);
	assert_true(bytes_equal(writer_view(&reading.json), json));
	crypto_hash_sha256(id, json.data, json.size);
	assert_memory_equal(scan.campaign, id, sizeof id);
	assert_remembered(founded, merkle_root(reading.leaves, reading.count), reading.count,
			  anchor);
	free(reading.json.data);
	free(segment);
	return scan.batches_count;
}

static void
assert_key(const struct founded *founded)
{
	char path[400];
	size_t size;
	size_t given_size;
	uint8_t *text;
	uint8_t *given = test_file_read(founded->key, &given_size);

	snprintf(path, sizeof path, "%s/log.key", founded->data);
	text = test_file_read(path, &size);
	assert_int_equal(size, given_size + 1);
	assert_memory_equal(text, given, given_size);
	assert_int_equal(text[size - 1], '\n');
	free(text);
	free(given);
}

static void
what_a_directory_holds(void **state)
{
	struct founded founded;
	struct founding founding;
	char id[2 * TALLY_HASH_SIZE + 1];

	(void)state;
	founded_prepare(&founded, NULL);
	founding = asked(&founded);
	assert_founds(&founding);
	sodium_bin2hex(id, sizeof id, founded.log.campaign.manifest->id, TALLY_HASH_SIZE);
	assert_said(&child, id);
	assert_said(&child, "entries 0 to 0\n");
	assert_names(founded.data, "ledger/ ledger/00000000.seg log.key remembered");
	assert_int_equal(mode_of(founded.data, "."), 0700);
	assert_int_equal(mode_of(founded.data, "log.key"), 0600);
	assert_int_equal(mode_of(founded.data, "remembered"), 0600);
	assert_int_equal(mode_of(founded.data, "ledger"), 0700);
	assert_int_equal(mode_of(founded.data, "ledger/00000000.seg"), 0600);
	assert_int_equal(assert_holds(&founded, founded.log.campaign.manifest->json, ""), 1);
	assert_key(&founded);
	founded_free(&founded);
}

static void
with_an_anchor(void **state)
{
	struct founded founded;
	struct founding founding;
	char remembered[400];
	size_t size;
	uint8_t *file;
	uint8_t *copy;

	(void)state;
	founded_prepare(&founded, NULL);
	founding = asked(&founded);
	founding.anchor = founded.anchor;
	assert_int_equal(mkdir(founded.data, 0755), 0); /* an empty directory is fine */
	assert_founds(&founding);
	assert_names(founded.data, "anchor ledger/ ledger/00000000.seg log.key remembered");
	assert_int_equal(
	    assert_holds(&founded, founded.log.campaign.manifest->json, founded.anchor), 1);
	assert_int_equal(mode_of(founded.folder.path, "copy"), 0600);
	snprintf(remembered, sizeof remembered, "%s/remembered", founded.data);
	file = test_file_read(remembered, &size);
	copy = test_file_read(founded.anchor, &size);
	assert_int_equal(size, 2 * REMEMBERED_SLOT_SIZE);
	assert_memory_equal(file, copy, size);
	free(file);
	free(copy);
	founded_free(&founded);
}

/* A title of about 900 bytes for each of 2000 options. */
static char *
long_titles(void)
{
	struct campaign campaign = {0};
	char *json =
	    campaign_json(&campaign, &(struct campaign_wish){.options = 2000, .max = 5});
	struct writer to =
	    writer_make(malloc(TALLY_MANIFEST_SIZE_MAX), TALLY_MANIFEST_SIZE_MAX);
	char filling[901];
	const char *rest = json;
	const char *found_at;

	memset(filling, 'x', sizeof filling - 1);
	filling[sizeof filling - 1] = '\0';
	while ((found_at = strstr(rest, "{\"ro\":\"o")) != NULL) {
		writer_bytes(&to, bytes_make(rest, (size_t)(found_at - rest) + 8));
		writer_string(&to, filling);
		rest = found_at + 8;
	}
	writer_string(&to, rest);
	writer_u8(&to, '\0');
	assert_false(to.failed);
	free(json);
	return (char *)to.data;
}

static void
a_manifest_larger_than_a_batch(void **state)
{
	struct founded founded;
	struct founding founding;
	char *json = long_titles();
	struct bytes bytes = bytes_of_string(json);

	(void)state;
	assert_true(bytes.size > 16 * TALLY_CAMPAIGN_PART_SIZE);
	founded_prepare(&founded, NULL);
	founding = asked(&founded);
	test_file_write(founded.folder.path, "campaign.json", bytes);
	assert_founds(&founding);
	assert_int_equal(assert_holds(&founded, bytes, ""), 2);
	free(json);
	founded_free(&founded);
}

/* what is refused */

/* The exit code, a part of the line, and that nothing is made or changed. */
static void
refused(const struct founded *founded, const struct founding *founding, int code,
	const char *line)
{
	struct founding copy = *founding;
	char *before = test_snapshot(founded->folder.path, NULL);
	char *after;

	assert_int_equal(test_child_run(&child, found, &copy), code);
	assert_said(&child, line);
	after = test_snapshot(founded->folder.path, NULL);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void
bad_campaigns(void **state)
{
	struct founded founded;
	struct founding founding;
	struct founding other;
	char *sealed = manifest_changed(NULL, "\"live\"", "\"sealed\"");

	(void)state;
	founded_prepare(&founded, NULL);
	founding = asked(&founded);
	other = founding;
	other.campaign = "/nowhere/campaign.json";
	refused(&founded, &other, TALLY_EXIT_USAGE, "open /nowhere/campaign.json: ");
	other.campaign = founded.folder.path;
	refused(&founded, &other, TALLY_EXIT_USAGE, "it is not a regular file");
	test_file_write(founded.folder.path, "campaign.json", BYTES_OF("{\"format\": 1}"));
	refused(&founded, &founding, TALLY_EXIT_USAGE, "campaign.json: $.origin: ");
	test_file_write(founded.folder.path, "campaign.json", BYTES_OF("{"));
	refused(&founded, &founding, TALLY_EXIT_USAGE, "campaign.json: $: ");
	test_file_write(founded.folder.path, "campaign.json", BYTES_OF(""));
	refused(&founded, &founding, TALLY_EXIT_USAGE, "campaign.json: $: ");
	test_file_write(founded.folder.path, "campaign.json", bytes_of_string(sealed));
	refused(&founded, &founding, TALLY_EXIT_USAGE, "campaign.json: $.results.");
	assert_int_equal(truncate(founded.json, TALLY_MANIFEST_SIZE_MAX + 1), 0);
	refused(&founded, &founding, TALLY_EXIT_USAGE, "at most 4194304 expected");
	free(sealed);
	founded_free(&founded);
}

static void
write_key(const struct founded *founded, const struct note_private_key *key)
{
	char text[NOTE_PRIVATE_TEXT_MAX];
	struct writer writer = writer_make(text, sizeof text);

	note_private_key_write(&writer, key);
	test_file_write(founded->folder.path, "key", writer_view(&writer));
}

static void
bad_keys(void **state)
{
	struct founded founded;
	struct founding founding;
	struct founding other;
	struct note_private_key key;
	uint8_t seed[TALLY_SEED_SIZE];

	(void)state;
	founded_prepare(&founded, NULL);
	founding = asked(&founded);
	other = founding;
	other.log_key = "/nowhere/key";
	refused(&founded, &other, TALLY_EXIT_USAGE, "open /nowhere/key: ");
	other.log_key = founded.json; /* the arguments exchanged */
	refused(&founded, &other, TALLY_EXIT_USAGE, "campaign.json: ");
	test_file_write(founded.folder.path, "key", BYTES_OF("PRIVATE+TALLY+no key"));
	refused(&founded, &founding, TALLY_EXIT_USAGE, "key: it is not a private key");
	test_file_write(founded.folder.path, "key", BYTES_OF(""));
	refused(&founded, &founding, TALLY_EXIT_USAGE, "key: it is not a private key");
	write_key(&founded, &founded.log.campaign.frontends[0]);
	refused(&founded, &founding, TALLY_EXIT_USAGE,
		"key: it is not the key that the campaign names as log_key");
	memcpy(seed, founded.log.campaign.log.secret, sizeof seed);
	note_private_key_make(&key, BYTES_OF("tally.example/other"), seed);
	write_key(&founded, &key);
	refused(&founded, &founding, TALLY_EXIT_USAGE,
		"key: it is not the key that the campaign names as log_key");
	founded_free(&founded);
}

static void
a_directory_that_is_not_empty(void **state)
{
	struct founded founded;
	struct founding founding;

	(void)state;
	founded_prepare(&founded, NULL);
	founding = asked(&founded);
	test_file_write(founded.folder.path, "data/.hidden", BYTES_OF(""));
	refused(&founded, &founding, TALLY_EXIT_USAGE, "data: the directory is not empty");
	founding.data = founded.json;
	refused(&founded, &founding, TALLY_EXIT_WORLD, "campaign.json: Not a directory");
	founding.data = "/nowhere/at/all";
	refused(&founded, &founding, TALLY_EXIT_WORLD, "make folder /nowhere/at/all: ");
	founded_free(&founded);
}

/* A second --init does not touch what the first one made. */
static void
a_founded_directory(void **state)
{
	struct founded founded;
	struct founding founding;

	(void)state;
	founded_prepare(&founded, NULL);
	founding = asked(&founded);
	assert_founds(&founding);
	refused(&founded, &founding, TALLY_EXIT_USAGE, "data: the directory is not empty");
	founded_free(&founded);
}

static void
anchors(void **state)
{
	struct founded founded;
	struct founding founding;

	(void)state;
	founded_prepare(&founded, NULL);
	founding = asked(&founded);
	founding.anchor = founded.json;
	refused(&founded, &founding, TALLY_EXIT_USAGE, "campaign.json: there is such a file");
	founding.anchor = "/nowhere/anchor";
	refused(&founded, &founding, TALLY_EXIT_WORLD,
		"/nowhere/anchor: no anchor can be made");
	founded_free(&founded);
}

static int
found_without_room(void *context)
{
	const struct rlimit limit = {1 << 20, 1 << 20};

	signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
		return 99;
	return founding_run(context);
}

static void
a_full_disk(void **state)
{
	struct founded founded;
	struct founding founding;

	(void)state;
	founded_prepare(&founded, NULL);
	founding = asked(&founded);
	assert_int_equal(test_child_run(&child, found_without_room, &founding),
			 TALLY_EXIT_WORLD);
	assert_said(&child, "reserving 4194304 bytes for ledger/00000000.seg.new: ");
	assert_names(founded.data, "ledger/ log.key");
	refused(&founded, &founding, TALLY_EXIT_USAGE,
		"data was never finished: remove it and run --init again");
	founded_free(&founded);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_a_directory_holds),
	    cmocka_unit_test(with_an_anchor),
	    cmocka_unit_test(a_manifest_larger_than_a_batch),
	    cmocka_unit_test(bad_campaigns),
	    cmocka_unit_test(bad_keys),
	    cmocka_unit_test(a_directory_that_is_not_empty),
	    cmocka_unit_test(a_founded_directory),
	    cmocka_unit_test(anchors),
	    cmocka_unit_test(a_full_disk),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
