#include "shell/lawfiles.h"

#include "base/text.h"
#include "ledger/entry.h"
#include "tests/lib/press.h"

#include <fcntl.h>
#include <unistd.h>

/* A log of random entries, of which the one at 3 is a PHASE and the one at 300 a whole part of a
 * manifest. Its publisher is not used. */
static struct press *press;
static struct lawfiles law;
static int public_fd;

static void
put_phase(void)
{
	uint8_t memory[ENTRY_PHASE_SIZE];
	struct writer writer = writer_make(memory, sizeof memory);

	entry_phase_write(&writer, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, 5);
	test_store_put(press->store, writer_view(&writer));
	test_store_commit(press->store);
}

static void
put_campaign(void)
{
	static uint8_t manifest[TALLY_CAMPAIGN_PART_SIZE + 1];
	static uint8_t memory[TALLY_ENTRY_SIZE_MAX];
	struct writer writer = writer_make(memory, sizeof memory);

	entry_campaign_write(&writer, bytes_make(manifest, sizeof manifest), 0);
	test_store_put(press->store, writer_view(&writer));
	test_store_commit(press->store);
}

static int
set_up(void **state)
{
	(void)state;
	press = press_make(7501);
	press_grow(press, 3);
	put_phase();
	press_grow(press, 300);
	put_campaign();
	press_grow(press, 600);
	assert_int_equal(disk_directory(press->store->folder.fd, "public", 0755, &public_fd),
			 DISK_OK);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	close(public_fd);
	press_free(press);
	return 0;
}

static void
open_at(uint64_t mark)
{
	assert_int_equal(
	    lawfiles_open(&law, public_fd, press->store->archive, press->tree, mark), DISK_OK);
}

static int
make(uint64_t size)
{
	struct checkpoint checkpoint = {.size = size};
	uint8_t note[512];
	size_t note_size = press_note(press, &checkpoint, note);

	return lawfiles_make(&law, &checkpoint, bytes_make(note, note_size));
}

/* By the bytes of the entries alone. */
static bool
is_law(uint64_t index)
{
	struct bytes entry = press->store->entries[index];

	return entry.size > 0 &&
	       (entry.data[0] == 1 || entry.data[0] == 4 || entry.data[0] == 5);
}

static uint8_t *
load(const char *name, size_t *size)
{
	char path[400];

	press_path(press, name, path);
	return test_file_read(path, size);
}

/* law/INDEX proves its entry under the checkpoint of `size`. */
static void
check_file(uint64_t index, uint64_t size)
{
	static uint8_t entry[TALLY_ENTRY_SIZE_MAX];
	struct checkpoint checkpoint = {.size = size};
	struct tree_hash leaf;
	struct tree_hash root;
	struct receipt receipt;
	uint8_t note[512];
	size_t note_size = press_note(press, &checkpoint, note);
	char name[40];
	size_t found_size;
	uint8_t *found;
	long entry_size;

	snprintf(name, sizeof name, "law/%llu", (unsigned long long)index);
	found = load(name, &found_size);
	assert_non_null(found);
	assert_true(found_size <= TALLY_LAW_FILE_SIZE_MAX);
	assert_true(receipt_parse(bytes_make(found, found_size), &receipt));
	assert_int_equal(receipt.index, index);
	assert_true(bytes_equal(receipt.checkpoint, bytes_make(note, note_size)));
	entry_size = text_base64_parse(receipt.extra, entry, sizeof entry);
	assert_true(entry_size >= 0);
	assert_true(
	    bytes_equal(bytes_make(entry, (size_t)entry_size), press->store->entries[index]));
	tree_leaf(press->store->entries[index], &leaf);
	memcpy(root.bytes, checkpoint.root, sizeof root.bytes);
	assert_true(proof_inclusion_verify(&receipt.proof, index, size, &leaf, &root));
	free(found);
}

/* law/list names exactly the law below `size`. */
static void
check_list(uint64_t size)
{
	static uint8_t memory[65536];
	struct writer writer = writer_make(memory, sizeof memory);
	size_t found_size;
	uint8_t *found = load("law/list", &found_size);

	for (uint64_t i = 0; i < size; i++) {
		if (!is_law(i))
			continue;
		writer_decimal(&writer, i);
		writer_u8(&writer, '\n');
	}
	assert_non_null(found);
	assert_true(bytes_equal(writer_view(&writer), bytes_make(found, found_size)));
	free(found);
}

static void
each_under_the_first_that_covers_it(void **state)
{
	static const uint64_t sizes[] = {4, 4, 5, 301, 400, 600};
	uint64_t before = 0;

	(void)state;
	assert_true(is_law(3) && is_law(300));
	open_at(0);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		assert_int_equal(make(sizes[i]), DISK_OK);
		lawfiles_made(&law, sizes[i]);
		check_list(sizes[i]);
		for (uint64_t j = before; j < sizes[i]; j++)
			if (is_law(j))
				check_file(j, sizes[i]);
		before = sizes[i];
	}
	check_file(3, 4);
	check_file(300, 301);
	lawfiles_free(&law);
}

/* What was not made whole is made again; what was, is not. */
static void
over_restarts(void **state)
{
	(void)state;
	open_at(0);
	assert_int_equal(make(100), DISK_OK);
	lawfiles_made(&law, 100);
	assert_int_equal(make(350), DISK_OK); /* and never synced */
	assert_int_equal(make(380), DISK_OK);
	check_list(380);
	lawfiles_free(&law);
	open_at(100);
	assert_int_equal(make(400), DISK_OK);
	check_list(400);
	check_file(3, 100);
	check_file(300, 400);
	lawfiles_free(&law);
}

static void
a_list_that_cannot_be_believed(void **state)
{
	static const char *const lists[] = {"", "3", "3\n3\n", "300\n3\n", "3\nx\n", "03\n"};

	(void)state;
	for (size_t i = 0; i <= sizeof lists / sizeof *lists; i++) {
		if (i < sizeof lists / sizeof *lists)
			press_plant(press, "law/list", lists[i]);
		else
			assert_int_equal(unlinkat(public_fd, "law/list", 0), 0);
		press_plant(press, "law/3", "of another day");
		open_at(500);
		assert_int_equal(make(600), DISK_OK);
		check_list(600);
		check_file(3, 600);
		lawfiles_free(&law);
	}
}

static void
what_the_checkpoint_does_not_prove(void **state)
{
	struct checkpoint checkpoint = {.size = 300};
	uint8_t note[512];
	size_t note_size = press_note(press, &checkpoint, note);

	(void)state;
	open_at(0);
	checkpoint.root[0] ^= 1;
	assert_int_equal(lawfiles_make(&law, &checkpoint, bytes_make(note, note_size)),
			 DISK_DAMAGED);
	assert_false(press_exists(press, "law/3"));
	assert_false(press_exists(press, "law/list"));
	checkpoint.size = 601;
	assert_int_not_equal(lawfiles_make(&law, &checkpoint, bytes_make(note, note_size)),
			     DISK_OK);
	lawfiles_free(&law);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(each_under_the_first_that_covers_it),
	    TEST(over_restarts),
	    TEST(a_list_that_cannot_be_believed),
	    TEST(what_the_checkpoint_does_not_prove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
