#include "shell/outlook.h"

#include <jansson.h>

#include "tests/lib/campaign.h"

struct scene {
	struct campaign campaign;
	struct law law;
	struct counts counts;
	struct outlook outlook;
};

static void
scene_make(struct scene *scene, const struct campaign_wish *wish)
{
	campaign_make(&scene->campaign, wish);
	law_init(&scene->law, scene->campaign.manifest);
	counts_init(&scene->counts, scene->campaign.manifest,
		    calloc(1, counts_memory(scene->campaign.manifest)));
	assert_true(outlook_open(&scene->outlook, scene->campaign.manifest));
	scene->outlook.results.law = &scene->law;
	scene->outlook.results.counts = &scene->counts;
	scene->outlook.results.note = BYTES_OF("note");
}

static void
scene_free(struct scene *scene)
{
	outlook_close(&scene->outlook);
	free(scene->counts.districts);
	campaign_free(&scene->campaign);
}

/* The winners of contest 0 as JSON writes them, NULL where results have no contests. */
static char *
winners_of(struct scene *scene)
{
	struct bytes json = outlook_write(&scene->outlook);
	json_t *results = json_loadb((const char *)json.data, json.size, 0, NULL);
	json_t *contests = json_object_get(results, "contests");
	char *winners = NULL;

	assert_non_null(results);
	assert_string_equal(json_string_value(json_object_get(results, "checkpoint")), "note");
	if (contests != NULL)
		winners = json_dumps(json_object_get(json_array_get(contests, 0), "winners"),
				     JSON_ENCODE_ANY | JSON_COMPACT);
	json_decref(results);
	return winners;
}

static void
assert_winners(struct scene *scene, const char *expected)
{
	char *winners = winners_of(scene);

	assert_non_null(winners);
	assert_string_equal(winners, expected);
	free(winners);
}

static void
without_a_rule_nobody_wins(void **state)
{
	struct scene scene;

	(void)state;
	scene_make(&scene, NULL);
	scene.counts.options[1] = (struct counts_option){5, 5};
	assert_winners(&scene, "[]");
	scene_free(&scene);
}

static void
sealed_shows_no_contest(void **state)
{
	static const struct campaign_wish wish = {.sealed = true};
	struct scene scene;

	(void)state;
	scene_make(&scene, &wish);
	scene.outlook.results.sealed = true;
	assert_null(winners_of(&scene));
	scene.outlook.results.sealed = false;
	assert_winners(&scene, "[]");
	scene_free(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(without_a_rule_nobody_wins),
	    cmocka_unit_test(sealed_shows_no_contest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
