#include "campaign/groups.h"

#include "limits.h"
#include "tests/lib/refusal.h"

/* Options o0 and o3 are of category k0 and in zone d0, o1 and o4 of k1 and in d1, o2 and o5 of k2
 * and in no zone; option k costs (k + 1) * 100. */
#define TOWN .districts = 2, .options = 6, .grouped = true

static void
categories_are_refused(void **state)
{
	static const struct campaign_wish wish = {TOWN, .min = 2, .max = 3, .budget_cap = 1000,
						  .limits = "\"categories\":[]"};
	static const char find[] = "\"categories\":[]";
	static const struct refusal refusals[] = {
	    {find, "\"categories\":7", "$.contests[0].categories", "is not an array"},
	    {find, "\"categories\":[{\"max\":1}]", "$.contests[0].categories[0].category",
	     "is missing"},
	    {find, "\"categories\":[{\"category\":\"k3\",\"max\":1}]",
	     "$.contests[0].categories[0].category", "is not the category of an option"},
	    {find,
	     "\"categories\":[{\"category\":\"k0\",\"max\":1},{\"category\":\"k0\",\"min\":1}]",
	     "$.contests[0].categories[1].category", "is there twice"},
	    {find, "\"categories\":[{\"category\":\"k0\"}]", "$.contests[0].categories[0]",
	     "has neither min, max nor budget_cap"},
	    {find, "\"categories\":[{\"category\":\"k0\",\"zone\":\"d0\"}]",
	     "$.contests[0].categories[0].zone", "is not a key that is known here"},
	    {find, "\"categories\":[{\"category\":\"k0\",\"max\":0}]",
	     "$.contests[0].categories[0].max", "is not an integer from 1 to 2"},
	    {find, "\"categories\":[{\"category\":\"k0\",\"max\":3}]",
	     "$.contests[0].categories[0].max", NULL},
	    {find, "\"categories\":[{\"category\":\"k0\",\"max\":1,\"min\":2}]",
	     "$.contests[0].categories[0].min", "is not an integer from 0 to 1"},
	    {find, "\"categories\":[{\"category\":\"k0\",\"budget_cap\":99}]",
	     "$.contests[0].categories[0].budget_cap", "the cheapest choice here costs more"},
	    {find, "\"categories\":[{\"category\":\"k0\",\"min\":2,\"budget_cap\":499}]",
	     "$.contests[0].categories[0].budget_cap", NULL},
	    {find,
	     "\"categories\":[{\"category\":\"k0\",\"min\":2},{\"category\":\"k1\",\"min\":2}]",
	     "$.contests[0].categories", "each `min` together is more than the contest's max"},
	    {find,
	     "\"categories\":[{\"category\":\"k1\",\"min\":1},{\"category\":\"k2\",\"min\":2}]",
	     "$.contests[0].categories",
	     "the cheapest choice costs more than the contest's cap"},
	};
	static const struct campaign_wish four = {TOWN, .min = 5,
						  .limits = "\"categories\":[]"};
	static const struct refusal too_few = {
	    find,
	    "\"categories\":[{\"category\":\"k0\",\"max\":1},{\"category\":\"k1\",\"max\":1}]",
	    "$.contests[0].categories", "nobody could make `min` choices in the contest"};

	(void)state;
	ASSERT_REFUSED(&wish, refusals);
	assert_refused(&four, &too_few, 1);
}

static void
groups_are_kept(void **state)
{
	static const struct campaign_wish wish = {TOWN, .limits = "\"zones\":[]"};
	struct manifest *manifest =
	    assert_accepted(&wish, "\"zones\":[]",
			    "\"zones\":[{\"zone\":\"d1\",\"min\":1}],\"categories\":[{"
			    "\"category\":\"k2\",\"max\":1,"
			    "\"budget_cap\":300}]");
	const struct manifest_limits *limits = &manifest->contests[0].limits;

	(void)state;
	assert_int_equal(limits->zones_count, 1);
	assert_memory_equal(limits->zones[0].options, ((uint8_t[]){0, 1, 0, 0, 1, 0}), 6);
	assert_int_equal(limits->zones[0].min, 1);
	assert_int_equal(limits->zones[0].max, 2);
	assert_int_equal(limits->zones[0].budget_cap, -1);
	assert_int_equal(limits->categories_count, 1);
	assert_memory_equal(limits->categories[0].options, ((uint8_t[]){0, 0, 1, 0, 0, 1}), 6);
	assert_int_equal(limits->categories[0].max, 1);
	assert_int_equal(limits->categories[0].budget_cap, 300);
	assert_int_equal(limits->zones_max, UINT32_MAX);
	assert_int_equal(limits->own_max, UINT32_MAX);
	assert_int_equal(limits->other_max, UINT32_MAX);
	manifest_free(manifest);
}

static void
zones_are_refused(void **state)
{
	static const struct campaign_wish wish = {TOWN, .min = 4, .max = 5,
						  .limits = "\"zones\":[]"};
	static const char find[] = "\"zones\":[]";
	static const struct refusal refusals[] = {
	    {find, "\"zones\":[{\"zone\":\"d2\",\"max\":1}]", "$.contests[0].zones[0].zone",
	     "is not the zone of an option"},
	    {find, "\"zones\":[{\"category\":\"k0\",\"max\":1}]",
	     "$.contests[0].zones[0].category", NULL},
	    {find, "\"zones_max\":0", "$.contests[0].zones_max",
	     "is not an integer from 1 to 2"},
	    {find, "\"zones_max\":3", "$.contests[0].zones_max", NULL},
	    {find,
	     "\"zones\":[{\"zone\":\"d0\",\"min\":1},{\"zone\":\"d1\",\"min\":1}],\"zones_"
	     "max\":1",
	     "$.contests[0].zones_max", "more zones than that have a `min`"},
	    {find,
	     "\"zones\":[{\"zone\":\"d0\",\"max\":1},{\"zone\":\"d1\",\"max\":1}],\"zones_"
	     "max\":1",
	     "$.contests[0].zones_max", "nobody could make `min` choices in the contest"},
	    {find, "\"own_zone_max\":-1", "$.contests[0].own_zone_max", NULL},
	    {find, "\"other_zones_max\":7", "$.contests[0].other_zones_max",
	     "is not an integer from 0 to 6"},
	    {find, "\"other_zones_max\":0,\"own_zone_max\":1", "$.contests[0].other_zones_max",
	     "in a district nobody could make `min` choices"},
	    {find, "\"zones\":[{\"zone\":\"d1\",\"min\":1}],\"other_zones_max\":0",
	     "$.contests[0].other_zones_max", "in a district nobody could keep a zone's `min`"},
	    {find, "\"zones\":[{\"zone\":\"d1\",\"min\":1}],\"own_zone_max\":0",
	     "$.contests[0].own_zone_max", "in a district nobody could keep a zone's `min`"},
	};
	static const struct campaign_wish nowhere = {.limits = "\"zones_max\":1"};
	static const struct refusal without[] = {
	    {"\"zones_max\":1", "\"zones_max\":1", "$.contests[0].zones_max",
	     "no option of the contest has a zone"},
	    {"\"zones_max\":1", "\"own_zone_max\":1", "$.contests[0].own_zone_max",
	     "no option of the contest has a zone"},
	};

	(void)state;
	ASSERT_REFUSED(&wish, refusals);
	ASSERT_REFUSED(&nowhere, without);
}

/* A district that does not vote in the contest need not be able to: in d1 nobody could. */
static void
voters_alone_must_keep_zones(void **state)
{
	static const struct campaign_wish wish = {TOWN, .min = 4, .max = 5,
						  .limits = "\"voters\":\"all\""};
	static const char limits[] =
	    "\"zones\":[{\"zone\":\"d1\",\"max\":1}],\"other_zones_max\":0";
	static const char voters[] =
	    "\"voters\":[\"d0\"],\"zones\":[{\"zone\":\"d1\",\"max\":1}],\"other_zones_max\":0";
	static const struct refusal refusal = {"\"voters\":\"all\"", limits,
					       "$.contests[0].other_zones_max",
					       "in a district nobody could make `min` choices"};

	(void)state;
	assert_refused(&wish, &refusal, 1);
	manifest_free(assert_accepted(&wish, "\"voters\":\"all\"", voters));
}

static void
exclusions_are_refused(void **state)
{
	static const struct campaign_wish wish = {
	    .options = 6, .min = 3, .limits = "\"exclusive\":[]"};
	static const char find[] = "\"exclusive\":[]";
	static const struct refusal refusals[] = {
	    {find, "\"exclusive\":{}", "$.contests[0].exclusive", "is not an array"},
	    {find, "\"exclusive\":[[\"o0\"]]", "$.contests[0].exclusive[0]",
	     "its number of elements is not from 2 to 6"},
	    {find, "\"exclusive\":[[\"o0\",\"o9\"]]", "$.contests[0].exclusive[0][1]",
	     "is not the id of an option of the contest"},
	    {find, "\"exclusive\":[[\"o0\",\"o1\"],[\"o2\",\"o2\"]]",
	     "$.contests[0].exclusive[1][1]", "is there twice"},
	    {find, "\"exclusive\":[[\"o0\",\"o1\",\"o2\"],[\"o5\",\"o4\",\"o3\"]]",
	     "$.contests[0].exclusive", "nobody could make `min` choices in the contest"},
	};
	struct manifest *manifest;

	(void)state;
	ASSERT_REFUSED(&wish, refusals);
	manifest = assert_accepted(
	    &wish, find, "\"exclusive\":[[\"o0\",\"o1\",\"o2\"],[\"o2\",\"o5\",\"o3\"]]");
	assert_int_equal(manifest->contests[0].limits.exclusions_count, 2);
	assert_memory_equal(manifest->contests[0].limits.exclusions[1].options,
			    ((uint8_t[]){0, 0, 1, 1, 0, 1}), 6);
	manifest_free(manifest);
	/* One of each set and the two others are just three, and four. */
	manifest =
	    assert_accepted(&wish, find, "\"exclusive\":[[\"o0\",\"o1\",\"o2\",\"o3\"]]");
	manifest_free(manifest);
	manifest = assert_accepted(&wish, find,
				   "\"exclusive\":[[\"o0\",\"o1\",\"o2\"],[\"o3\",\"o4\"]]");
	manifest_free(manifest);
}

static void
lists_have_maxima(void **state)
{
	static const struct campaign_wish wish = {.limits = "\"exclusive\":[]"};
	char *put = malloc((exclusions_max + 2) * 16);
	struct writer to = writer_make(put, (exclusions_max + 2) * 16 - 1);
	struct refusal refusal = {"\"exclusive\":[]", put, "$.contests[0].exclusive",
				  "its number of elements is not from 0 to 256"};

	(void)state;
	writer_string(&to, "\"exclusive\":[");
	for (size_t i = 0; i <= exclusions_max; i++)
		writer_string(&to, i > 0 ? ",[\"o0\",\"o1\"]" : "[\"o0\",\"o1\"]");
	writer_string(&to, "]");
	put[to.size] = 0;
	assert_false(to.failed);
	assert_refused(&wish, &refusal, 1);
	free(put);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(categories_are_refused),
	    cmocka_unit_test(groups_are_kept),
	    cmocka_unit_test(zones_are_refused),
	    cmocka_unit_test(voters_alone_must_keep_zones),
	    cmocka_unit_test(exclusions_are_refused),
	    cmocka_unit_test(lists_have_maxima),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
