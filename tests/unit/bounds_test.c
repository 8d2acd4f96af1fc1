#include "campaign/bounds.h"

#include "tests/lib/refusal.h"

/* Each method has its limits; those it does not have are refused by name. */
static void
limits_belong_to_methods(void **state)
{
	static const char find[] = "\"method\":\"approval\"";
	static const struct refusal refusals[] = {
	    {find, "\"method\":\"approval\",\"sum_points\":5", "$.contests[0].sum_points",
	     "does not apply to the contest's method"},
	    {find, "\"method\":\"approval\",\"value_max\":5", "$.contests[0].value_max", NULL},
	    {find, "\"method\":\"approval\",\"budget_cap\":-1", "$.contests[0].budget_cap",
	     NULL},
	    {find, "\"method\":\"approval\",\"budget_cap\":99", "$.contests[0].budget_cap",
	     "the cheapest choice of `min` options costs more"},
	    {find, "\"method\":\"ranked\",\"budget_cap\":100", "$.contests[0].budget_cap",
	     NULL},
	    {find, "\"method\":\"knapsack\"", "$.contests[0].budget_cap", "is missing"},
	    {find, "\"method\":\"cumulative\"", "$.contests[0].sum_points", "is missing"},
	    {find, "\"method\":\"cumulative\",\"sum_points\":0", "$.contests[0].sum_points",
	     NULL},
	    {find, "\"method\":\"cumulative\",\"sum_points\":5,\"value_min\":6",
	     "$.contests[0].value_min", "is more than value_max"},
	    {find, "\"method\":\"cumulative\",\"sum_points\":5,\"value_min\":-1",
	     "$.contests[0].value_min", "is not an integer from 0 to 2147483647"},
	    {find, "\"method\":\"score\",\"value_min\":1", "$.contests[0].value_max",
	     "is missing"},
	    {find, "\"method\":\"score\",\"value_min\":1,\"value_max\":0",
	     "$.contests[0].value_max", NULL},
	    {find, "\"method\":\"score\",\"value_min\":1,\"value_max\":2147483648",
	     "$.contests[0].value_max", NULL},
	};
	struct manifest *manifest;

	(void)state;
	ASSERT_REFUSED(NULL, refusals);
	manifest = assert_accepted(NULL, find, "\"method\":\"cumulative\",\"sum_points\":6");
	assert_int_equal(manifest->contests[0].sum_points, 6);
	assert_int_equal(manifest->contests[0].value_min, 1);
	assert_int_equal(manifest->contests[0].value_max, 6);
	manifest_free(manifest);
	manifest = assert_accepted(NULL, find,
				   "\"method\":\"score\",\"value_min\":-2,\"value_max\":2");
	assert_int_equal(manifest->contests[0].value_min, -2);
	assert_int_equal(manifest->contests[0].value_max, 2);
	manifest_free(manifest);
	manifest = assert_accepted(NULL, find, "\"method\":\"knapsack\",\"budget_cap\":100");
	assert_int_equal(manifest->contests[0].budget_cap, 100);
	manifest_free(manifest);
}

/* Options cost 100, 200, ...: the cheapest ones, those marked, more than there are. */
static void
cheapest_options(void **state)
{
	static const struct campaign_wish wish = {.options = 4};
	static const uint8_t marks[4] = {0, 1, 0, 1};
	struct campaign campaign;
	const struct manifest_contest *contest;

	(void)state;
	campaign_make(&campaign, &wish);
	contest = &campaign.manifest->contests[0];
	assert_int_equal(bounds_cheapest(contest, NULL, 0), 0);
	assert_int_equal(bounds_cheapest(contest, NULL, 3), 600);
	assert_int_equal(bounds_cheapest(contest, NULL, 9), 1000);
	assert_int_equal(bounds_cheapest(contest, marks, 1), 200);
	assert_int_equal(bounds_cheapest(contest, marks, 2), 600);
	campaign_free(&campaign);
}

static void
cheapest_of_equal_options(void **state)
{
	static const struct manifest_option options[] = {{.cost = 7}, {.cost = 3}, {.cost = 7},
							 {.cost = 0}, {.cost = 7}, {.cost = 0}};
	static const struct manifest_contest contest = {.options_count = 6, .options = options};
	static const int64_t sums[] = {0, 0, 0, 3, 10, 17, 24, 24};

	(void)state;
	for (uint32_t i = 0; i < sizeof sums / sizeof *sums; i++)
		assert_int_equal(bounds_cheapest(&contest, NULL, i), sums[i]);
}

static void
points_can_be_given(void **state)
{
	static const struct campaign_wish wish = {
	    .options = 4, .min = 3, .method = "cumulative", .limits = "\"sum_points\":6"};
	static const struct refusal refusals[] = {
	    {"\"sum_points\":6", "\"sum_points\":6,\"value_min\":3", "$.contests[0].sum_points",
	     "`min` options with value_min points each have more"},
	    {"\"sum_points\":6", "\"sum_points\":2", "$.contests[0].sum_points", NULL},
	};
	struct manifest *manifest;

	(void)state;
	ASSERT_REFUSED(&wish, refusals);
	manifest = assert_accepted(&wish, "\"sum_points\":6",
				   "\"sum_points\":6,\"value_min\":2,\"value_max\":3");
	assert_int_equal(manifest->contests[0].value_max, 3);
	manifest_free(manifest);
}

/* Three contests of three options that cost 100 to 300; the last one asks for two choices. */
static void
limits_across_contests_are_refused(void **state)
{
	static const struct campaign_wish wish = {
	    .contests = 3,
	    .min = 2,
	    .more = "\"across\":[{\"contests\":[\"c0\",\"c2\"],\"max\":4}]"};
	static const char list[] = "[\"c0\",\"c2\"],\"max\":4";
	static const struct refusal refusals[] = {

	    {"\"across\":[{", "\"across\":[7,{", "$.across[0]", "is not an object"},
	    {list, "[\"c0\",\"c2\"],\"max\":4,\"min\":1", "$.across[0].min", NULL},
	    {list, "[\"c0\"],\"max\":4", "$.across[0].contests", NULL},
	    {list, "[\"c0\",\"c3\"],\"max\":4", "$.across[0].contests[1]",
	     "is not the id of a contest"},
	    {list, "[\"c0\",\"c0\"],\"max\":4", "$.across[0].contests[1]", "is there twice"},
	    {list, "[\"c0\",\"c2\"]", "$.across[0]",
	     "has neither max, contests_max nor budget_cap"},
	    {list, "[\"c0\",\"c2\"],\"max\":1", "$.across[0].max",
	     "is not an integer from 2 to 6"},
	    {list, "[\"c0\",\"c2\"],\"max\":7", "$.across[0].max", NULL},
	    {list, "[\"c0\",\"c2\"],\"contests_max\":0", "$.across[0].contests_max", NULL},
	    {list, "[\"c0\",\"c2\"],\"contests_max\":3", "$.across[0].contests_max", NULL},
	    {list, "[\"c0\",\"c2\"],\"budget_cap\":-1", "$.across[0].budget_cap", NULL},
	    {list, "[\"c0\",\"c2\"],\"budget_cap\":299", "$.across[0].budget_cap",
	     "in one of the contests the cheapest vote costs more"},
	    {"\"contests\":[\"c0\",\"c2\"],", "", "$.across[0].contests", "is missing"},
	};
	struct manifest *manifest;

	(void)state;
	ASSERT_REFUSED(&wish, refusals);
	manifest = assert_accepted(&wish, list, "[\"c2\",\"c0\"],\"budget_cap\":300");
	assert_int_equal(manifest->across_count, 1);
	assert_memory_equal(manifest->across[0].contests, ((uint8_t[]){1, 0, 1}), 3);
	assert_int_equal(manifest->across[0].budget_cap, 300);
	assert_int_equal(manifest->across[0].max, UINT32_MAX);
	assert_int_equal(manifest->across[0].contests_max, UINT32_MAX);
	manifest_free(manifest);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(limits_belong_to_methods),
	    cmocka_unit_test(cheapest_options),
	    cmocka_unit_test(cheapest_of_equal_options),
	    cmocka_unit_test(points_can_be_given),
	    cmocka_unit_test(limits_across_contests_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
