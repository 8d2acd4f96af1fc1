#include "tools/lib/layout.h"

#include <unistd.h>

#include "tests/lib/folder.h"
#include "tests/lib/log.h"
#include "tests/lib/published.h"

enum {
	ENTRIES = 66000 /* a full tile of level 1 */
};

static struct test_folder folder;
static struct bytes entries[ENTRIES];
static uint8_t bytes[ENTRIES][3];
static size_t outgrown;

static enum tally_exit
write_file(void *context, const char *name, struct bytes content, struct trouble *trouble)
{
	(void)context;
	(void)trouble;
	test_file_write(folder.path, name, content);
	return TALLY_EXIT_FINE;
}

static void
remove_file(void *context, const char *name)
{
	(void)context;
	assert_int_equal(unlinkat(folder.fd, name, 0), 0);
	outgrown++;
}

static int
begin(void **state)
{
	(void)state;
	folder = test_folder_make();
	for (size_t i = 0; i < ENTRIES; i++) {
		memcpy(bytes[i], &i, sizeof bytes[i]);
		entries[i] = bytes_make(bytes[i], 1 + i % 3);
	}
	return 0;
}

static int
end(void **state)
{
	(void)state;
	test_folder_remove(&folder);
	return 0;
}

/* Every file of every size, and no partial that the next one has outgrown. */
static void
files_of_every_size(void **state)
{
	static const uint64_t sizes[] = {1,   2,    255,   256,   257,    511,
					 513, 5000, 65535, 65536, ENTRIES};
	struct layout layout;
	struct trouble trouble;
	uint64_t before = 0;

	(void)state;
	assert_true(layout_init(&layout, write_file, NULL));
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		while (layout.frontier.size < sizes[i])
			assert_int_equal(
			    layout_entry(&layout, entries[layout.frontier.size], &trouble),
			    TALLY_EXIT_FINE);
		assert_int_equal(layout_edge(&layout, &trouble), TALLY_EXIT_FINE);
		layout_outgrown(before, sizes[i], remove_file, NULL);
		if (sizes[i] < 10000 || sizes[i] == ENTRIES)
			published_check(folder.path, entries, sizes[i], &sizes[i], 1);
		before = sizes[i];
	}
	assert_true(outgrown > 8);
	layout_free(&layout);
}

static enum tally_exit
refuse(void *context, const char *name, struct bytes content, struct trouble *trouble)
{
	(void)context;
	(void)content;
	return trouble_set(trouble, TALLY_EXIT_WORLD, "not %s", name);
}

static void
refusals_pass_through(void **state)
{
	struct layout layout;
	struct trouble trouble;

	(void)state;
	assert_true(layout_init(&layout, refuse, NULL));
	for (size_t i = 0; i < 255; i++)
		assert_int_equal(layout_entry(&layout, entries[i], &trouble), TALLY_EXIT_FINE);
	assert_int_equal(layout_edge(&layout, &trouble), TALLY_EXIT_WORLD);
	assert_string_equal(trouble.sentence, "not tile/entries/000.p/255");
	assert_int_equal(layout_entry(&layout, entries[255], &trouble), TALLY_EXIT_WORLD);
	assert_string_equal(trouble.sentence, "not tile/entries/000");
	layout_free(&layout);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(files_of_every_size, begin, end),
	    cmocka_unit_test_setup_teardown(refusals_pass_through, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
