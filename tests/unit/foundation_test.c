#include "tests/lib/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "ledger/scan.h"
#include "limits.h"
#include "shell/foundation.h"
#include "tests/lib/folder.h"
#include "tests/lib/log.h"

enum {
	ENTRIES = 40000
};

static struct campaign campaign;
static struct test_folder folder;
static char path[300];

/* Entry `index`: of every size up to the greatest, mostly small. */
static struct bytes
make_entry(uint64_t index)
{
	static uint8_t memory[TALLY_ENTRY_SIZE_MAX];
	size_t size =
	    index % 500 == 499 ? TALLY_ENTRY_SIZE_MAX - index / 500 : 1 + (size_t)(index % 97);

	memset(memory, (int)(index % 251), size);
	return bytes_make(memory, size);
}

struct reading {
	uint64_t index;
	struct frontier frontier;
};

static bool
read_batch(void *context, const struct batch *batch, uint32_t segment, uint64_t offset)
{
	struct reading *reading = context;
	struct reader area = reader_make(batch->entries);

	(void)segment;
	(void)offset;
	assert_true(batch->entries_count <= batch_entries_max);
	assert_int_equal(batch->first_index, reading->index);
	for (uint32_t i = 0; i < batch->entries_count; i++) {
		struct bytes entry = batch_entry_next(&area);
		struct tree_hash leaf;

		assert_true(bytes_equal(entry, make_entry(reading->index++)));
		tree_leaf(entry, &leaf);
		frontier_append(&reading->frontier, &leaf);
	}
	return true;
}

/* Segments of 4 MiB: several; and batches of 8,192 small entries. */
static void
many_entries(void **state)
{
	struct reading reading = {.index = 0};
	struct foundation foundation;
	struct tree_hash made, read;
	struct scan scan;
	char name[SEGMENT_NAME_MAX];
	char file[400];

	(void)state;
	assert_int_equal(foundation_open(&foundation, path, campaign.manifest, &campaign.log),
			 TALLY_EXIT_FINE);
	for (uint64_t i = 0; i < ENTRIES; i++)
		assert_int_equal(foundation_entry(&foundation, make_entry(i)), DISK_OK);
	assert_int_equal(foundation_end(&foundation), DISK_OK);
	assert_true(foundation.segments_count > 1);
	frontier_init(&reading.frontier);
	scan_init(&scan, ENTRIES, read_batch, &reading);
	for (uint32_t n = 0; n < foundation.segments_count; n++) {
		size_t size;
		uint8_t *segment;

		segment_name(n, name);
		snprintf(file, sizeof file, "%s/%s", path, name);
		segment = test_file_read(file, &size);
		assert_non_null(segment);
		assert_int_equal(scan_segment(&scan, bytes_make(segment, size)), SCAN_GOES_ON);
		free(segment);
	}
	assert_int_equal(scan_finish(&scan), SCAN_WHOLE);
	assert_int_equal(reading.index, ENTRIES);
	frontier_root(&foundation.frontier, &made);
	frontier_root(&reading.frontier, &read);
	assert_true(tree_hash_equal(&made, &read));
	foundation_close(&foundation);
}

static void
only_an_empty_folder(void **state)
{
	struct foundation foundation;

	(void)state;
	assert_int_equal(foundation_free_at(path), TALLY_EXIT_FINE);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(foundation_free_at(path), TALLY_EXIT_FINE);
	test_file_write(path, "anything", BYTES_OF("x"));
	assert_int_equal(foundation_free_at(path), TALLY_EXIT_USAGE);
	assert_int_equal(foundation_open(&foundation, path, campaign.manifest, &campaign.log),
			 TALLY_EXIT_USAGE);
	foundation_close(&foundation);
	assert_int_equal(
	    foundation_open(&foundation, "/nowhere/at/all", campaign.manifest, &campaign.log),
	    TALLY_EXIT_WORLD);
	foundation_close(&foundation);
}

static void
keys(void **state)
{
	char file[400];
	char text[NOTE_PRIVATE_TEXT_MAX];
	struct writer writer = writer_make(text, sizeof text);
	struct note_private_key key;

	(void)state;
	snprintf(file, sizeof file, "%s/key", folder.path);
	assert_int_equal(foundation_key_read(file, &key), TALLY_EXIT_USAGE);
	test_file_write(folder.path, "key", BYTES_OF("PRIVATE+TALLY+x"));
	assert_int_equal(foundation_key_read(file, &key), TALLY_EXIT_USAGE);
	note_private_key_write(&writer, &campaign.authorities[0]);
	test_file_write(folder.path, "key", writer_view(&writer));
	assert_int_equal(foundation_key_read(file, &key), TALLY_EXIT_FINE);
	assert_int_equal(foundation_key_fits(file, &key, campaign.manifest), TALLY_EXIT_USAGE);
	assert_int_equal(foundation_key_fits(file, &campaign.log, campaign.manifest),
			 TALLY_EXIT_FINE);
}

static int
begin(void **state)
{
	(void)state;
	folder = test_folder_make();
	snprintf(path, sizeof path, "%s/data", folder.path);
	campaign_make(&campaign, NULL);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	campaign_free(&campaign);
	test_folder_remove(&folder);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(many_entries, begin, end),
	    cmocka_unit_test_setup_teardown(only_an_empty_folder, begin, end),
	    cmocka_unit_test_setup_teardown(keys, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
