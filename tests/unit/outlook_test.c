#include "shell/outlook.h"

#include <jansson.h>
#include <unistd.h>

#include "tests/lib/campaign.h"
#include "tests/lib/patience.h"

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
counts_alone_decide(void **state)
{
	static const struct campaign_wish wish = {
	    .outcome = "{\"rule\":\"count/v1\",\"seats\":2,\"tie_order\":\"listed\"}"};
	struct scene scene;

	(void)state;
	scene_make(&scene, &wish);
	scene.counts.options[0] = (struct counts_option){4, 4};
	scene.counts.options[1] = (struct counts_option){9, 9};
	scene.counts.options[2] = (struct counts_option){5, 5};
	assert_winners(&scene, "[\"o1\",\"o2\"]");
	scene.law.options_withdrawn[0] = 1 << 1;
	scene.law.withdrawn_count = 1;
	assert_winners(&scene, "[\"o2\",\"o0\"]");
	scene_free(&scene);
}

static void
pairs_decide(void **state)
{
	static const struct campaign_wish wish = {
	    .ranked = true, .outcome = "{\"rule\":\"schulze/v1\",\"tie_order\":\"listed\"}"};
	struct scene scene;

	(void)state;
	scene_make(&scene, &wish);
	for (size_t i = 0; i < 3; i++)
		scene.counts.options[i] = (struct counts_option){3, 6};
	scene.counts.above[2 * 3 + 0] = 2; /* o2 above o0: 2 of 3 */
	scene.counts.above[0 * 3 + 2] = 1;
	scene.counts.above[2 * 3 + 1] = 3;
	scene.counts.above[0 * 3 + 1] = 3;
	assert_winners(&scene, "[\"o2\"]");
	scene_free(&scene);
}

static void
what_counts_do_not_tell_is_null(void **state)
{
	static const struct campaign_wish runoff = {
	    .ranked = true, .outcome = "{\"rule\":\"irv/v1\",\"tie_order\":\"listed\"}"};
	static const struct campaign_wish undrawn = {
	    .outcome = "{\"rule\":\"count/v1\",\"seats\":1,\"tie_order\":\"drawn\"}"};
	struct scene scene;

	(void)state;
	scene_make(&scene, &runoff);
	assert_winners(&scene, "null");
	scene_free(&scene);
	scene_make(&scene, &undrawn);
	assert_winners(&scene, "null");
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

/* "o<from>", ... in brackets. */
static char *
ids_write(char *at, unsigned from, unsigned end)
{
	for (unsigned i = from; i < end; i++)
		at += sprintf(at, "%s\"o%u\"", i == from ? "[" : ",", i);
	*at++ = ']';
	return at;
}

/* As many equal options as there can be, half of them in every exclusion: decided once, and every
 * winner looked at once. It takes milliseconds, or minutes. */
static void
thousands_of_equal_options(void **state)
{
	static char json[4 << 20];
	struct campaign_wish wish = {.options = 2048, .max = 5, .outcome = json};
	char *at = json + sprintf(json, "{\"rule\":\"count/v1\",\"seats\":1000,"
					"\"tie_order\":\"listed\",\"exclusive\":[");
	struct scene scene;
	char *winners;

	(void)state;
	for (unsigned i = 0; i < 230; i++) {
		if (i > 0)
			*at++ = ',';
		at = ids_write(at, 1000, 2048);
	}
	memcpy(at, "]}", 3);
	scene_make(&scene, &wish);
	alarm(TEST_PATIENCE_S);
	winners = winners_of(&scene);
	assert_non_null(strstr(winners, "\"o999\"]"));
	alarm(0);
	free(winners);
	scene_free(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(without_a_rule_nobody_wins),
	    cmocka_unit_test(counts_alone_decide),
	    cmocka_unit_test(pairs_decide),
	    cmocka_unit_test(what_counts_do_not_tell_is_null),
	    cmocka_unit_test(sealed_shows_no_contest),
	    cmocka_unit_test(thousands_of_equal_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
