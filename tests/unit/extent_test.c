#include "campaign/extent.h"

#include "limits.h"
#include "tests/lib/campaign.h"

/* The manifest of a wish; NULL, and *fault filled, if it is refused. */
static struct manifest *
parse(const struct campaign_wish *wish, struct manifest_fault *fault)
{
	struct campaign campaign = {0};
	char *json = campaign_json(&campaign, wish);
	struct manifest *manifest = manifest_parse(bytes_of_string(json), fault);

	free(json);
	return manifest;
}

static struct manifest *
accepted(const struct campaign_wish *wish)
{
	struct manifest_fault fault;
	struct manifest *manifest = parse(wish, &fault);

	if (manifest == NULL)
		fail_msg("%s: %s", fault.path, fault.sentence);
	return manifest;
}

static void
assert_fault(const struct campaign_wish *wish, const char *path, const char *part)
{
	struct manifest_fault fault;

	assert_null(parse(wish, &fault));
	assert_string_equal(fault.path, path);
	assert_non_null(strstr(fault.sentence, part));
}

/* Of three districts contest 0 has all, 1 has d1, 2 has d0 and d2. */
static void
contests_follow_each_other(void **state)
{
	static const struct campaign_wish wish = {
	    .districts = 3, .contests = 3, .options = 5, .max = 2, .ranked = true};
	struct manifest *manifest = accepted(&wish);
	const struct manifest_contest *contests = manifest->contests;

	(void)state;
	assert_int_equal(contests[0].extent.voters_count, 3);
	assert_int_equal(contests[1].extent.voters_count, 1);
	assert_int_equal(contests[2].extent.voters_count, 2);
	assert_int_equal(contests[2].extent.places[0], 0);
	assert_int_equal(contests[2].extent.places[2], 1);
	assert_int_equal(contests[1].extent.cells_first, 15);
	assert_int_equal(contests[2].extent.cells_first, 15); /* one district: no cells */
	assert_int_equal(manifest->cells_count, 25);
	assert_int_equal(contests[2].extent.positions_first, 20);
	assert_int_equal(manifest->positions_count, 30);
	assert_int_equal(contests[2].extent.pairs_first, 50);
	assert_int_equal(manifest->pairs_count, 75);
	manifest_free(manifest);
}

static void
a_simple_campaign_has_none(void **state)
{
	struct manifest *manifest = accepted(NULL);

	(void)state;
	assert_int_equal(manifest->contests[0].extent.voters_count, 1);
	assert_int_equal(manifest->cells_count, 0);
	assert_int_equal(manifest->positions_count, 0);
	assert_int_equal(manifest->pairs_count, 0);
	manifest_free(manifest);
}

static void
cells_are_bounded(void **state)
{
	struct campaign_wish wish = {.districts = 1024, .options = 64};

	(void)state;
	manifest_free(accepted(&wish));
	wish.options = 65;
	assert_fault(&wish, "$.contests[0].options", "more than 65536");
	wish = (struct campaign_wish){.districts = 1024, .contests = 2, .options = 43};
	assert_fault(&wish, "$.contests[1].options", "more than 65536"); /* 1024 and 512 */
	wish.options = 42;
	manifest_free(accepted(&wish));
}

static void
pairs_are_bounded(void **state)
{
	struct campaign_wish wish = {.options = 512, .max = 3, .ranked = true};

	(void)state;
	manifest_free(accepted(&wish));
	wish.options = 513;
	assert_fault(&wish, "$.contests[0].options", "more than 262144");
	wish.options = 362;
	wish.contests = 2;
	manifest_free(accepted(&wish));
	wish.options = 363;
	assert_fault(&wish, "$.contests[1].options", "more than 262144");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(contests_follow_each_other),
	    cmocka_unit_test(a_simple_campaign_has_none),
	    cmocka_unit_test(cells_are_bounded),
	    cmocka_unit_test(pairs_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
