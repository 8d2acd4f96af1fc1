#include "ballot/sheet.h"

#include <sodium.h>

#include "tests/lib/sheets.h"

static const struct sheet_wish two = {
    .number = 7,
    .district = 1,
    .papers = 30,
    .counted_by = "Școala 4",
    .frontend = 1,
    .contests_count = 2,
    .contests = {{.ballots = 20, .blank = 3, .rows_count = 2, .rows = {{0, 12, 12}, {2, 9, 9}}},
		 {.ballots = 0}},
};

struct scene {
	struct campaign campaign;
	uint8_t memory[TALLY_SHEET_SIZE_MAX + 1];
	struct bytes bytes;
};

static void
scene_make(struct scene *scene)
{
	static const struct campaign_wish wish = {.frontends = 2, .districts = 2};

	campaign_make(&scene->campaign, &wish);
	scene->bytes = sheet_made(&scene->campaign, &two, scene->memory);
}

static void
fields_come_back(void **state)
{
	struct scene scene;
	struct sheet sheet;
	struct sheet_contest contest;
	struct sheet_row row;
	struct reader reader;

	(void)state;
	scene_make(&scene);
	assert_int_equal(sheet_parse(scene.bytes, &sheet), TALLY_ACCEPTED);
	assert_memory_equal(sheet.campaign, scene.campaign.manifest->id, 32);
	assert_int_equal(sheet.number, 7);
	assert_int_equal(sheet.district, 1);
	assert_int_equal(sheet.papers, 30);
	assert_true(bytes_equal(sheet.counted_by, bytes_of_string("Școala 4")));
	assert_int_equal(sheet.key_id, scene.campaign.frontends[1].key.id);
	assert_int_equal(crypto_sign_verify_detached(
			     sheet.signature, sheet.signed_bytes.data, sheet.signed_bytes.size,
			     scene.campaign.frontends[1].key.public_key),
			 0);
	reader = reader_make(sheet.totals);
	contest = sheet_contest_next(&reader);
	assert_int_equal(contest.ballots, 20);
	assert_int_equal(contest.blank, 3);
	assert_int_equal(contest.rows_count, 2);
	row = sheet_row_at(&contest, 1);
	assert_int_equal(row.option, 2);
	assert_int_equal(row.votes, 9);
	assert_int_equal(row.score, 9);
	contest = sheet_contest_next(&reader);
	assert_int_equal(contest.rows_count, 0);
	assert_true(reader_done(&reader));
	campaign_free(&scene.campaign);
}

/* The offsets of the table in sheet.h. */
static void
bytes_stand_where_the_table_says(void **state)
{
	struct scene scene;
	const uint8_t *at = scene.memory;
	size_t operator_size = strlen("Școala 4");

	(void)state;
	scene_make(&scene);
	assert_memory_equal(at, "tally/sheet/v1", 15);
	assert_memory_equal(at + 15, scene.campaign.manifest->id, 32);
	assert_int_equal(be32_load(at + 47), 7);
	assert_int_equal(be16_load(at + 51), 1);
	assert_int_equal(be32_load(at + 53), 30);
	assert_int_equal(at[57], operator_size);
	at += 58 + operator_size;
	assert_int_equal(be32_load(at), 20);
	assert_int_equal(be32_load(at + 4), 3);
	assert_int_equal(be16_load(at + 8), 2);
	assert_int_equal(be16_load(at + 10 + 14), 2);
	assert_int_equal(be32_load(at + 10 + 14 + 2), 9);
	assert_int_equal(be64_load(at + 10 + 14 + 6), 9);
	assert_int_equal(scene.bytes.size, 58 + operator_size + 38 + 10 + 4 + 64);
	campaign_free(&scene.campaign);
}

static enum tally_verdict
parsed(const uint8_t *memory, size_t size)
{
	struct sheet sheet;

	return sheet_parse(bytes_make(memory, size), &sheet);
}

/* A sheet cut at the end of a contest has the shape of a smaller one, whose signature fails. */
static bool
is_genuine(const struct scene *scene, size_t size)
{
	struct sheet sheet;

	return sheet_parse(bytes_make(scene->memory, size), &sheet) == TALLY_ACCEPTED &&
	       crypto_sign_verify_detached(sheet.signature, sheet.signed_bytes.data,
					   sheet.signed_bytes.size,
					   scene->campaign.frontends[1].key.public_key) == 0;
}

static void
wrong_shapes_are_refused(void **state)
{
	struct scene scene;
	size_t size;

	(void)state;
	scene_make(&scene);
	size = scene.bytes.size;
	for (size_t cut = 0; cut < size; cut++)
		assert_false(is_genuine(&scene, cut));
	assert_true(is_genuine(&scene, size));
	scene.memory[size] = 0;
	assert_int_equal(parsed(scene.memory, size + 1), TALLY_MALFORMED);
	assert_int_equal(parsed(scene.memory, sizeof scene.memory), TALLY_TOO_LARGE);
	scene.memory[13] = '2';
	assert_int_equal(parsed(scene.memory, size), TALLY_UNKNOWN_VERSION);
	scene.memory[13] = '1';
	scene.memory[0] ^= 1;
	assert_int_equal(parsed(scene.memory, size), TALLY_MALFORMED);
	campaign_free(&scene.campaign);
}

static void
change(struct sheet_wish *wish, int what)
{
	if (what == 0)
		wish->number = 0;
	else if (what == 1)
		wish->papers = 0;
	else if (what == 2)
		wish->counted_by = "a\x01";
	else
		wish->counted_by = "\xff";
}

static void
wrong_fields_are_refused(void **state)
{
	struct scene scene;

	(void)state;
	scene_make(&scene);
	for (int what = 0; what < 4; what++) {
		struct sheet_wish wish = two;
		struct bytes bytes;

		change(&wish, what);
		bytes = sheet_made(&scene.campaign, &wish, scene.memory);
		assert_int_equal(parsed(bytes.data, bytes.size), TALLY_MALFORMED);
	}
	scene.memory[57] = 0;
	assert_int_equal(parsed(scene.memory, scene.bytes.size), TALLY_MALFORMED);
	campaign_free(&scene.campaign);
}

static void
digest_is_of_the_signed_bytes(void **state)
{
	struct scene scene;
	struct sheet sheet;
	uint8_t digest[SHEET_DIGEST_SIZE], whole[32], again[SHEET_DIGEST_SIZE];

	(void)state;
	scene_make(&scene);
	assert_int_equal(sheet_parse(scene.bytes, &sheet), TALLY_ACCEPTED);
	sheet_digest(&sheet, digest);
	crypto_generichash(whole, sizeof whole, scene.memory, scene.bytes.size - 64, NULL, 0);
	assert_memory_equal(digest, whole, sizeof digest);
	scene.memory[scene.bytes.size - 1] ^= 1;
	sheet_digest(&sheet, again);
	assert_memory_equal(digest, again, sizeof digest);
	campaign_free(&scene.campaign);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fields_come_back),
	    cmocka_unit_test(bytes_stand_where_the_table_says),
	    cmocka_unit_test(wrong_shapes_are_refused),
	    cmocka_unit_test(wrong_fields_are_refused),
	    cmocka_unit_test(digest_is_of_the_signed_bytes),
	};

	return cmocka_run_group_tests_name("sheet", tests, NULL, NULL);
}
