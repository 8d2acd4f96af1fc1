#include "campaign/contests.h"

#include "limits.h"
#include "tests/lib/refusal.h"

static const struct campaign_wish two_districts = {.districts = 2, .contests = 2, .max = 2};

static void
districts_are_refused(void **state)
{
	static const struct refusal refusals[] = {
	    {"{\"id\":\"d1\"", "{\"id\":\"d0\"", "$.districts[1].id", "is there twice"},
	    {"{\"id\":\"d1\"", "{\"id\":\"d 1\"", "$.districts[1].id", NULL},
	    {"{\"id\":\"d1\",", "{", "$.districts[1].id", "is missing"},
	    {"{\"id\":\"d1\"", "{\"colour\":1,\"id\":\"d1\"", "$.districts[1].colour", NULL},
	    {"\"titles\":{\"ro\":\"d1\"}", "\"titles\":{\"ro\":\"\"}",
	     "$.districts[1].titles.ro", NULL},
	    {"\"districts\":[", "\"districts\":[7,", "$.districts[0]", "is not an object"},
	    {"\"districts\":[", "\"districts\":7,\"contests\":[", "$", NULL},
	};

	(void)state;
	ASSERT_REFUSED(&two_districts, refusals);
}

static void
contests_are_refused(void **state)
{
	static const struct refusal refusals[] = {
	    {"{\"id\":\"c1\"", "{\"id\":\"c0\"", "$.contests[1].id", "is there twice"},
	    {"{\"id\":\"c1\"", "{\"id\":\"\"", "$.contests[1].id", NULL},
	    {"\"titles\":{\"ro\":\"c1\"}", "\"titles\":7", "$.contests[1].titles", NULL},
	    {"\"voters\":[\"d1\"]", "\"voters\":[]", "$.contests[1].voters", NULL},
	    {"\"voters\":[\"d1\"]", "\"voters\":\"d1\"", "$.contests[1].voters",
	     "is not one of all"},
	    {"\"voters\":[\"d1\"]", "\"voters\":7", "$.contests[1].voters", "is not a string"},
	    {"\"voters\":[\"d1\"]", "\"voters\":[\"d1\",\"d2\"]", "$.contests[1].voters[1]",
	     "is not the id of a district"},
	    {"\"voters\":[\"d1\"]", "\"voters\":[\"d1\",\"d1\"]", "$.contests[1].voters[1]",
	     "is there twice"},
	    {"\"method\":\"approval\"", "\"method\":\"approve\"", "$.contests[0].method",
	     "is not a voting method"},
	    {"\"method\":\"approval\",", "", "$.contests[0].method", "is missing"},
	    {"\"method\":\"approval\"", "\"method\":\"single\"", "$.contests[0].max",
	     "is not an integer from 1 to 1"},
	    {"\"max\":2", "\"max\":0", "$.contests[0].max", NULL},
	    {"\"max\":2", "\"max\":4", "$.contests[0].max", "is not an integer from 1 to 3"},
	    {"\"min\":1", "\"min\":3", "$.contests[0].min", "is not an integer from 1 to 2"},
	    {"\"min\":1", "\"min\":0", "$.contests[0].min", NULL},
	    {"\"min\":1", "\"blank\":\"no\"", "$.contests[0].blank", NULL},
	    {"\"min\":1", "\"minimum\":1", "$.contests[0].minimum", NULL},
	    {"\"contests\":[", "\"contests\":[],\"roster\":[", "$.roster", NULL},
	};
	static const struct refusal twice = {"\"id\":\"c0\"", "\"id\":\"c0\",\"id\":\"c0\"",
					     "$", NULL};

	(void)state;
	ASSERT_REFUSED(&two_districts, refusals);
	assert_refused(NULL, &twice, 1);
}

static void
options_are_refused(void **state)
{
	static const struct refusal refusals[] = {
	    {"{\"id\":\"o1\"", "{\"id\":\"o0\"", "$.contests[0].options[1].id",
	     "is there twice"},
	    {"{\"id\":\"o1\"", "{\"colour\":1,\"id\":\"o1\"", "$.contests[0].options[1].colour",
	     "is not a key that is known here"},
	    {"\"cost\":200", "\"cost\":-1", "$.contests[0].options[1].cost", NULL},
	    {"\"cost\":200", "\"cost\":2.5", "$.contests[0].options[1].cost", NULL},
	    {"\"cost\":200", "\"cost\":1000000000000001", "$.contests[0].options[1].cost",
	     NULL},
	    {"\"cost\":200", "\"category\":\"\"", "$.contests[0].options[1].category", NULL},
	    {"\"cost\":200", "\"zone\":\"d2\"", "$.contests[0].options[1].zone",
	     "is not the id of a district"},
	    {"\"options\":[", "\"options\":[],\"x\":[", "$.contests[0].x", NULL},
	    {"\"options\":[", "\"options\":{},\"blank\":[", "$.contests[0].options",
	     "is not an array"},
	};

	(void)state;
	ASSERT_REFUSED(&two_districts, refusals);
}

/* True if the manifest of `wish` parses; else the path of its fault. */
static const char *
path_of(const struct campaign_wish *wish)
{
	static struct manifest_fault fault;
	struct campaign campaign;
	char *json = campaign_json(&campaign, wish);
	struct manifest *manifest = manifest_parse(bytes_of_string(json), &fault);
	bool accepted = manifest != NULL;

	manifest_free(manifest);
	free(json);
	return accepted ? "" : fault.path;
}

static void
bounds_are_kept(void **state)
{
	static const struct {
		struct campaign_wish wish;
		const char *path;
	} cases[] = {
	    {{.districts = districts_max, .contests = 2}, ""},
	    {{.districts = districts_max + 1}, "$.districts"},
	    {{.contests = contests_max}, ""},
	    {{.contests = contests_max + 1}, "$.contests"},
	    {{.options = contest_options_max, .max = 5}, ""},
	    {{.options = contest_options_max + 1, .max = 5}, "$.contests[0].options"},
	    {{.options = options_max / 4, .contests = 4, .max = 5}, ""},
	    {{.options = options_max / 4, .contests = 5, .max = 5}, "$.contests[4].options"},
	    {{.options = choices_max}, ""},
	    {{.options = choices_max + 1}, "$.contests[0].max"},
	    {{.options = choices_max / 2, .contests = 2}, ""},
	    {{.options = choices_max / 2, .contests = 3}, "$.contests[2].max"},
	    /* Contests 1 and 2 meet in no district. */
	    {{.options = choices_max / 2, .contests = 3, .districts = 4}, ""},
	    {{.options = choices_max / 2, .contests = 4, .districts = 4}, "$.contests[3].max"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(path_of(&cases[i].wish), cases[i].path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(districts_are_refused),
	    cmocka_unit_test(contests_are_refused),
	    cmocka_unit_test(options_are_refused),
	    cmocka_unit_test(bounds_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
