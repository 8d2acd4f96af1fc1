#include "tools/tallyctl/taglist.h"

#include <unistd.h>

#include "tests/lib/campaign.h"

static char path[] = "/tmp/taglist_test.XXXXXX";

static enum tally_exit
list_of(struct bytes bytes, const struct manifest *manifest, struct taglist *out)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes.data, 1, bytes.size, file), bytes.size);
	assert_int_equal(fclose(file), 0);
	return taglist_read(path, manifest, out);
}

/* Lines of tags named by a letter each, with what stands behind them up to the next blank. */
static enum tally_exit
lines(const char *text, const struct manifest *manifest, struct taglist *out)
{
	char memory[4096];
	struct writer writer = writer_make(memory, sizeof memory);

	for (bool first = true; *text != 0; text++) {
		for (int i = 0; first && i < 64; i++)
			writer_u8(&writer, (uint8_t)*text);
		if (!first)
			writer_u8(&writer, (uint8_t)(*text == ' ' ? '\n' : *text));
		first = *text == ' ';
	}
	return list_of(writer_view(&writer), manifest, out);
}

static void
tags_alone(void **state)
{
	struct taglist list;

	(void)state;
	assert_int_equal(lines("c a b a", NULL, &list), TALLY_EXIT_FINE);
	assert_int_equal(list.count, 3);
	assert_int_equal(list.doubles, 1);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(taglist_at(&list, i)[31], 0xaa + 0x11 * i);
	taglist_free(&list);
	assert_int_equal(lines("a;d0", NULL, &list), TALLY_EXIT_FAILED);
	assert_int_equal(lines("x", NULL, &list), TALLY_EXIT_FAILED);
	assert_int_equal(lines("A", NULL, &list), TALLY_EXIT_FAILED);
	assert_int_equal(list_of(BYTES_OF(""), NULL, &list), TALLY_EXIT_FAILED);
	assert_int_equal(list_of(BYTES_OF("abc\n"), NULL, &list), TALLY_EXIT_FAILED);
}

static void
with_districts(void **state)
{
	struct campaign campaign;
	struct taglist list;

	(void)state;
	campaign_make(&campaign, &(struct campaign_wish){.districts = 2});
	assert_int_equal(lines("b;d1 a;d0 b;d1", campaign.manifest, &list), TALLY_EXIT_FINE);
	assert_int_equal(list.count, 2);
	assert_int_equal(be16_load(taglist_at(&list, 0) + 32), 0);
	assert_int_equal(be16_load(taglist_at(&list, 1) + 32), 1);
	taglist_free(&list);
	assert_int_equal(lines("a;d2", campaign.manifest, &list), TALLY_EXIT_FAILED);
	assert_int_equal(lines("a", campaign.manifest, &list), TALLY_EXIT_FAILED);
	assert_int_equal(lines("a;d1;d1", campaign.manifest, &list), TALLY_EXIT_FAILED);
	assert_int_equal(lines("a;d1 a;d0", campaign.manifest, &list), TALLY_EXIT_FAILED);
	campaign_free(&campaign);
}

static void
without_districts(void **state)
{
	struct campaign campaign;
	struct taglist list;

	(void)state;
	campaign_make(&campaign, NULL);
	assert_int_equal(lines("a b;", campaign.manifest, &list), TALLY_EXIT_FINE);
	assert_int_equal(list.count, 2);
	taglist_free(&list);
	assert_int_equal(lines("a;d0", campaign.manifest, &list), TALLY_EXIT_FAILED);
	campaign_free(&campaign);
}

static void
records(void **state)
{
	struct campaign campaign;
	uint8_t bytes[3 * 34] = {0};
	struct taglist list;

	(void)state;
	campaign_make(&campaign, &(struct campaign_wish){.districts = 2});
	bytes[0] = 9;
	bytes[33] = 1;
	assert_int_equal(list_of(bytes_make(bytes, sizeof bytes), campaign.manifest, &list),
			 TALLY_EXIT_FINE);
	assert_int_equal(list.count, 2);
	assert_int_equal(list.doubles, 1);
	assert_int_equal(taglist_at(&list, 1)[0], 9);
	assert_int_equal(taglist_at(&list, 1)[33], 1);
	taglist_free(&list);
	bytes[33] = 2;
	assert_int_equal(list_of(bytes_make(bytes, sizeof bytes), campaign.manifest, &list),
			 TALLY_EXIT_FAILED);
	assert_int_equal(list_of(bytes_make(bytes, 33), campaign.manifest, &list),
			 TALLY_EXIT_FAILED);
	campaign_free(&campaign);
}

static int
setup(void **state)
{
	(void)state;
	return mkstemp(path) < 0;
}

static int
teardown(void **state)
{
	(void)state;
	return unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tags_alone),
	    cmocka_unit_test(with_districts),
	    cmocka_unit_test(without_districts),
	    cmocka_unit_test(records),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
