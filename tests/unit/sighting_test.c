#include "tools/tallyctl/sighting.h"

#include <sodium.h>

#include "tests/lib/scene.h"

static const struct campaign_wish wish = {
    .revisions_max = 5, .districts = 2, .contests = 3, .frontends = 2, .blank = true};

enum {
	VOTER = STORY_STRANGER
};

static void
vote(struct test_log *log, uint16_t revision, uint16_t district, size_t signer,
     const struct campaign_choice *choices, size_t count)
{
	const struct campaign_vote wished = {.voter = VOTER,
					     .revision = revision,
					     .district = district,
					     .signer = signer,
					     .choices = choices,
					     .choices_count = count};

	(void)test_log_vote(log, &wished);
}

/* A voter who votes twice: in another district, by another frontend, and blank. */
static void
two_ballots(struct test_log *log, enum story_point point)
{
	const struct campaign_choice chosen[] = {{0, 0, 1}, {0, 2, 1}};
	const struct campaign_choice blank = {1, TALLY_CHOICES_BLANK, 0};

	if (point == STORY_OPEN)
		vote(log, 1, 0, 0, chosen, 2);
	if (point == STORY_LATE)
		vote(log, 2, 1, 1, &blank, 1);
}

/* And the second one is voided; a third is cast, and swept away with its neighbours. */
static void
voided_ballots(struct test_log *log, enum story_point point)
{
	const uint64_t voter = VOTER;
	const struct campaign_choice chosen = {0, 0, 1};

	two_ballots(log, point);
	if (point != STORY_LATE)
		return;
	(void)test_log_void(log, NOTICE_AGAIN, &voter, 1);
	vote(log, 3, 0, 0, &chosen, 1);
	(void)test_log_sweep(log, NOTICE_BARRED, 1, 0, log->count - 1);
	(void)test_log_sweep(log, NOTICE_BARRED, 0, log->count - 2, log->count - 1);
}

static const char *
text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static json_t *
at(const json_t *object, const char *key, size_t place)
{
	return json_array_get(json_object_get(object, key), place);
}

static void
both_revisions(void **state)
{
	struct scene scene;
	struct sighting sighting;
	struct trouble trouble;
	uint8_t tag[TALLY_TAG_SIZE];
	const json_t *ballot;

	(void)state;
	scene_make(&scene, &wish, two_ballots);
	scene_publish(&scene);
	campaign_tag(VOTER, tag);
	assert_int_equal(
	    sighting_make(&scene.files, scene.log.campaign.manifest, tag, &sighting, &trouble),
	    TALLY_EXIT_FINE);
	assert_int_equal(sighting.size, scene.log.count);
	assert_int_equal(sighting.count, 2);
	ballot = json_array_get(sighting.ballots, 0);
	assert_int_equal(json_integer_value(json_object_get(ballot, "revision")), 1);
	assert_string_equal(text(ballot, "district"), "d0");
	assert_string_equal(text(ballot, "signer"), scene.log.campaign.frontends[0].key.name);
	assert_false(json_is_true(json_object_get(ballot, "counts")));
	assert_int_equal(json_array_size(json_object_get(ballot, "contests")), 2);
	assert_string_equal(text(at(ballot, "contests", 0), "id"), "c0");
	assert_string_equal(text(at(ballot, "contests", 0), "vote"), "choices");
	assert_string_equal(text(at(at(ballot, "contests", 0), "choices", 1), "id"), "o2");
	assert_string_equal(text(at(ballot, "contests", 1), "id"), "c2");
	assert_string_equal(text(at(ballot, "contests", 1), "vote"), "abstains");
	ballot = json_array_get(sighting.ballots, 1);
	assert_string_equal(text(ballot, "district"), "d1");
	assert_string_equal(text(ballot, "signer"), scene.log.campaign.frontends[1].key.name);
	assert_true(json_is_true(json_object_get(ballot, "counts")));
	assert_string_equal(text(at(ballot, "contests", 0), "vote"), "abstains");
	assert_string_equal(text(at(ballot, "contests", 1), "vote"), "blank");
	json_decref(sighting.ballots);
	scene_close(&scene);
}

static void
nobody(void **state)
{
	struct scene scene;
	struct sighting sighting;
	struct trouble trouble;
	uint8_t tag[TALLY_TAG_SIZE];

	(void)state;
	scene_make(&scene, NULL, NULL);
	scene_publish(&scene);
	campaign_tag(VOTER, tag);
	assert_int_equal(
	    sighting_make(&scene.files, scene.log.campaign.manifest, tag, &sighting, &trouble),
	    TALLY_EXIT_FINE);
	assert_int_equal(sighting.count, 0);
	json_decref(sighting.ballots);
	scene_close(&scene);
}

static void
assert_refused(struct scene *scene, const struct manifest *manifest, const char *words)
{
	struct sighting sighting;
	struct trouble trouble;
	uint8_t tag[TALLY_TAG_SIZE];

	campaign_tag(VOTER, tag);
	assert_int_equal(sighting_make(&scene->files, manifest, tag, &sighting, &trouble),
			 TALLY_EXIT_FAILED);
	if (strstr(trouble.sentence, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", trouble.sentence, words);
}

static void
not_to_be_read(void **state)
{
	struct scene scene;
	struct manifest other;

	(void)state;
	scene_make(&scene, NULL, NULL);
	scene_publish(&scene);
	other = *scene.log.campaign.manifest;
	other.log_key = other.authorities[0];
	assert_refused(&scene, &other, "it is not signed by the campaign's log key");
	scene_remove(&scene, "tile/entries/000");
	scene_remove(&scene, "tile/entries/000.p/70");
	assert_refused(&scene, scene.log.campaign.manifest, "tile/entries/000");
	other = *scene.log.campaign.manifest;
	other.sealed = true;
	assert_refused(&scene, &other, "results are sealed until the authority unseals them");
	scene_remove(&scene, "checkpoint");
	assert_refused(&scene, &other, "checkpoint: it is missing");
	scene_close(&scene);
}

static int
setup(void **state)
{
	(void)state;
	return sodium_init() < 0;
}

static void
what_was_voided(void **state)
{
	static const char *const became[] = {NULL, "again", "barred"};
	struct scene scene;
	struct sighting sighting;
	struct trouble trouble;
	uint8_t tag[TALLY_TAG_SIZE];

	(void)state;
	scene_make(&scene, &wish, voided_ballots);
	scene_publish(&scene);
	campaign_tag(VOTER, tag);
	assert_int_equal(
	    sighting_make(&scene.files, scene.log.campaign.manifest, tag, &sighting, &trouble),
	    TALLY_EXIT_FINE);
	assert_int_equal(sighting.count, 3);
	for (size_t i = 0; i < 3; i++) {
		const json_t *ballot = json_array_get(sighting.ballots, i);
		const char *voided = text(ballot, "voided");

		assert_true(json_is_false(json_object_get(ballot, "counts")));
		assert_int_equal(voided == NULL, became[i] == NULL);
		if (voided != NULL)
			assert_string_equal(voided, became[i]);
	}
	json_decref(sighting.ballots);
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(both_revisions),
	    cmocka_unit_test(nobody),
	    cmocka_unit_test(not_to_be_read),
	    cmocka_unit_test(what_was_voided),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
