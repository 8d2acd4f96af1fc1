#include "tally/results.h"

#include <jansson.h>

#include "tests/lib/campaign.h"

static const struct campaign_wish wish = {
    .districts = 3, .contests = 2, .options = 2, .blank = true};

struct scene {
	struct campaign campaign;
	struct law law;
	struct counts counts;
	struct results_winners winners[2];
	void *memory;
};

static int
set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);

	assert_non_null(scene);
	campaign_make(&scene->campaign, *state == NULL ? &wish : *state);
	scene->winners[0].known = scene->winners[1].known = true;
	scene->memory = malloc(counts_memory(scene->campaign.manifest));
	assert_non_null(scene->memory);
	counts_init(&scene->counts, scene->campaign.manifest, scene->memory);
	law_init(&scene->law, scene->campaign.manifest);
	*state = scene;
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *scene = *state;

	free(scene->memory);
	campaign_free(&scene->campaign);
	free(scene);
	return 0;
}

/* The JSON of `manifest`, malloc'ed, in no more room than is promised to do. */
static char *
json_of(const struct scene *scene, const struct manifest *manifest, const char *note,
	bool sealed)
{
	size_t capacity = results_size_max(manifest);
	char *memory = malloc(capacity + 1);
	struct writer writer = writer_make(memory, capacity);

	assert_non_null(memory);
	results_write(&writer, manifest,
		      &(struct results){.index = 77,
					.law = &scene->law,
					.counts = &scene->counts,
					.winners = scene->winners,
					.note = bytes_of_string(note),
					.sealed = sealed});
	assert_false(writer.failed);
	memory[writer.size] = 0;
	return memory;
}

static void
assert_json(const struct scene *scene, bool sealed, const char *behind_the_id)
{
	char *json = json_of(scene, scene->campaign.manifest, "n\n2\n", sealed);
	char start[200] = "{\"campaign\":\"";
	size_t size = strlen(start);

	for (size_t i = 0; i < TALLY_HASH_SIZE; i++, size += 2)
		snprintf(start + size, 3, "%02x", scene->campaign.manifest->id[i]);
	assert_memory_equal(json, start, size);
	assert_string_equal(json + size, behind_the_id);
	free(json);
}

static void
live_counts(void **state)
{
	struct scene *scene = *state;

	scene->law.phase = TALLY_PHASE_OPEN;
	scene->counts.ballots = 5;
	scene->counts.replaced = 2;
	scene->counts.voided = 1;
	scene->counts.in_tree = 8;
	scene->counts.districts[1] = 5;
	scene->counts.contests[0] = (struct counts_contest){3, 1, 1};
	scene->counts.options[0] = (struct counts_option){3, 3};
	scene->counts.options[3] = (struct counts_option){UINT64_MAX, INT64_MIN};
	scene->counts.cells[3] = (struct counts_cell){2, -2, 0}; /* o1 in d1 */
	scene->counts.cells[5] = (struct counts_cell){1, 1, 0};
	scene->law.options_withdrawn[0] = 1 << 2; /* o0 of c1 */
	scene->winners[0] = (struct results_winners){true, 2, (const uint16_t[]){1, 0}};
	scene->winners[1].known = false;
	assert_json(scene, false,
		    "\",\"test\":true,\"index\":77,\"phase\":\"open\",\"ballots\":5,"
		    "\"replaced\":2,\"voided\":1,\"in_tree\":8,\"districts\":["
		    "{\"id\":\"d0\",\"ballots\":0},{\"id\":\"d1\",\"ballots\":5},"
		    "{\"id\":\"d2\",\"ballots\":0}],\"contests\":["
		    "{\"id\":\"c0\",\"ballots\":3,\"blank\":1,\"abstained\":1,\"options\":["
		    "{\"id\":\"o0\",\"votes\":3,\"score\":3,\"districts\":[]},"
		    "{\"id\":\"o1\",\"votes\":0,\"score\":0,\"districts\":["
		    "{\"id\":\"d1\",\"votes\":2,\"score\":-2},"
		    "{\"id\":\"d2\",\"votes\":1,\"score\":1}]}],"
		    "\"winners\":[\"o1\",\"o0\"],\"outcome\":\"none\"},"
		    "{\"id\":\"c1\",\"ballots\":0,\"blank\":0,\"abstained\":0,\"options\":["
		    "{\"id\":\"o0\",\"votes\":0,\"score\":0,\"withdrawn\":true},"
		    "{\"id\":\"o1\",\"votes\":18446744073709551615,"
		    "\"score\":-9223372036854775808}],"
		    "\"winners\":null,\"outcome\":\"none\"}],\"checkpoint\":\"n\\n2\\n\"}\n");
}

/* One ballot, o1 above o0, in d2. */
static void
rankings(void **state)
{
	struct scene *scene = *state;
	static const char expected[] =
	    "{\"id\":\"o0\",\"votes\":1,\"score\":1,\"positions\":[0,1],\"districts\":["
	    "{\"id\":\"d2\",\"votes\":1,\"score\":1,\"first\":0}]},"
	    "{\"id\":\"o1\",\"votes\":1,\"score\":2,\"positions\":[1,0],\"districts\":["
	    "{\"id\":\"d2\",\"votes\":1,\"score\":2,\"first\":1}]}],"
	    "\"pairs\":[[0,0],[1,0]],\"winners\":[]";
	char *json;

	scene->counts.options[0] = (struct counts_option){1, 1};
	scene->counts.options[1] = (struct counts_option){1, 2};
	scene->counts.cells[4] = (struct counts_cell){1, 1, 0};
	scene->counts.cells[5] = (struct counts_cell){1, 2, 1};
	scene->counts.positions[1] = scene->counts.positions[2] = 1;
	scene->counts.above[1 * 2 + 0] = 1;
	json = json_of(scene, scene->campaign.manifest, "", false);
	assert_non_null(strstr(json, expected));
	free(json);
}

static void
roster_numbers(void **state)
{
	struct scene *scene = *state;
	struct manifest manifest = *scene->campaign.manifest;
	char *json;

	manifest.has_roster = true;
	manifest.roster_count = 300;
	scene->counts.enrolled = 7;
	json = json_of(scene, &manifest, "", false);
	assert_non_null(strstr(json, "\"in_tree\":0,\"roster\":300,\"enrolled\":7,"));
	free(json);
}

/* No count of any contest is in it, however large. */
static void
sealed_turnout(void **state)
{
	struct scene *scene = *state;

	scene->law.phase = TALLY_PHASE_CLOSED;
	scene->counts.ballots = 100;
	scene->counts.replaced = 4321;
	memset(scene->counts.options, 0x3f, 4 * sizeof *scene->counts.options);
	memcpy(scene->counts.districts, (uint64_t[]){40, 30, 30}, 3 * sizeof(uint64_t));
	assert_json(scene, true,
		    "\",\"test\":true,\"index\":77,\"phase\":\"closed\",\"sealed\":true,"
		    "\"turnout\":100,\"districts\":[{\"id\":\"d0\",\"turnout\":40},"
		    "{\"id\":\"d1\",\"turnout\":30},{\"id\":\"d2\",\"turnout\":30}],"
		    "\"checkpoint\":\"n\\n2\\n\"}\n");
}

/* What districts of these sizes show: one letter each, `-` for null. */
static void
assert_shown(const struct scene *scene, const uint64_t districts[3], const char *expected)
{
	json_t *object;
	char *json;

	memcpy(scene->counts.districts, districts, 3 * sizeof districts[0]);
	json = json_of(scene, scene->campaign.manifest, "", true);
	object = json_loads(json, 0, NULL);
	assert_non_null(object);
	for (size_t i = 0; i < 3; i++) {
		const json_t *turnout = json_object_get(
		    json_array_get(json_object_get(object, "districts"), i), "turnout");

		if (expected[i] == '-')
			assert_true(json_is_null(turnout));
		else
			assert_int_equal(json_integer_value(turnout), districts[i]);
	}
	json_decref(object);
	free(json);
}

static void
few_are_hidden(void **state)
{
	const struct scene *scene = *state;

	assert_shown(scene, (uint64_t[]){11, 11, 11}, "+++");
	assert_shown(scene, (uint64_t[]){10, 12, 11}, "-+-"); /* the total would tell */
	assert_shown(scene, (uint64_t[]){10, 11, 11}, "--+");
	assert_shown(scene, (uint64_t[]){500, 400, 0}, "+--");
	assert_shown(scene, (uint64_t[]){10, 1, 11}, "--+");
	assert_shown(scene, (uint64_t[]){0, 0, 0}, "---");
}

static void
phases_have_names(void **state)
{
	static const char *const names[] = {"\"phase\":\"before\"", "\"phase\":\"open\"",
					    "\"phase\":\"closed\""};
	static const enum tally_phase phases[] = {TALLY_PHASE_BEFORE, TALLY_PHASE_OPEN,
						  TALLY_PHASE_CLOSED};
	struct scene *scene = *state;

	for (size_t i = 0; i < 3; i++) {
		char *json;

		scene->law.phase = phases[i];
		json = json_of(scene, scene->campaign.manifest, "", false);
		assert_non_null(strstr(json, names[i]));
		free(json);
	}
}

/* Ids as strange as a manifest may have them, a note of the worst bytes, the longest numbers: it
 * fits, and a reader of JSON finds every byte again. */
static void
nothing_is_lost(void **state)
{
	struct scene *scene = *state;
	struct manifest manifest = *scene->campaign.manifest;
	struct manifest_option option = manifest.contests[0].options[0];
	struct manifest_contest contest = manifest.contests[0];
	char note[TALLY_CHECKPOINT_SIZE_MAX + 1];
	const json_t *found;
	json_t *object;
	char *json;

	option.id = "\"\\\xc8\x9b/</script>\\u0022";
	contest.id = "\"\"\\\\";
	contest.options = &option;
	contest.options_count = 1;
	scene->winners[0] = (struct results_winners){true, 1, (const uint16_t[]){0}};
	manifest.contests = &contest;
	manifest.contests_count = 1;
	memset(scene->memory, 0xff, counts_memory(scene->campaign.manifest));
	scene->counts.ballots = UINT64_MAX;
	scene->counts.in_tree = UINT64_MAX;
	for (size_t i = 0; i < sizeof note - 1; i++)
		note[i] = (char)(1 + i % 31);
	note[sizeof note - 1] = 0;
	free(json_of(scene, &manifest, note, false));
	free(json_of(scene, &manifest, note, true));
	memset(scene->memory, 0, counts_memory(scene->campaign.manifest));
	scene->counts.ballots = INT64_MAX; /* jansson reads no larger number */
	scene->counts.in_tree = 0;
	json = json_of(scene, &manifest, note, false);
	object = json_loads(json, 0, NULL);
	assert_non_null(object);
	assert_string_equal(json_string_value(json_object_get(object, "checkpoint")), note);
	found = json_array_get(json_object_get(object, "contests"), 0);
	assert_string_equal(json_string_value(json_object_get(found, "id")), contest.id);
	found = json_array_get(json_object_get(found, "options"), 0);
	assert_string_equal(json_string_value(json_object_get(found, "id")), option.id);
	json_decref(object);
	free(json);
}

static int
set_up_ranked(void **state)
{
	static struct campaign_wish ranked;

	ranked = wish;
	ranked.ranked = true;
	*state = &ranked;
	return set_up(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(live_counts, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(rankings, set_up_ranked, tear_down),
	    cmocka_unit_test_setup_teardown(nothing_is_lost, set_up_ranked, tear_down),
	    cmocka_unit_test_setup_teardown(roster_numbers, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(sealed_turnout, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(few_are_hidden, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(phases_have_names, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(nothing_is_lost, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
