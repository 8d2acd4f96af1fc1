/* Who may vote: the published roster, ballots outside it, enrolments; and what is said without one.
 */
#include <sodium.h>

#include "tests/lib/scene.h"

/* The story's voters are 0 to 639; 300 have voted before entry 302. */
static const struct campaign_wish all = {.roster = 700};
static const struct campaign_wish not_all = {.roster = 639};

static void
enrol(struct test_log *log, uint64_t voter)
{
	uint8_t enrolment[NOTICE_ENROLMENT_SIZE] = {0};
	uint8_t body[64];
	struct writer writer = writer_make(body, sizeof body);

	campaign_tag(voter, enrolment);
	notice_enrol_write(&writer, enrolment, 1);
	(void)test_log_order(log, TALLY_NOTICE_ENROL, writer_view(&writer));
}

static void
enrol_the_last(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		enrol(log, 639);
}

static void
enrol_too_late(struct test_log *log, enum story_point point)
{
	if (point == STORY_LATE)
		enrol(log, 639);
}

static void
enrol_twice(struct test_log *log, enum story_point point)
{
	enrol_the_last(log, point);
	enrol_the_last(log, point);
}

static void
enrol_the_first(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		enrol(log, 0);
}

static void
publish_roster(const struct scene *scene)
{
	const struct campaign *campaign = &scene->log.campaign;

	test_file_write(scene->folder.path, "roster",
			bytes_make(campaign->roster.records,
				   campaign->roster.count * NOTICE_ENROLMENT_SIZE));
}

static void
open_scene(struct scene *scene, const struct campaign_wish *wish, story_hook *hook)
{
	scene_make(scene, wish, hook);
	scene_publish(scene);
	publish_roster(scene);
}

static void
says_how_many_voted(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, &all, NULL);
	scene_audit(&scene);
	assert_passed(&scene);
	assert_string_equal(
	    scene.audit.report.checks[AUDIT_ROSTER].why.sentence,
	    "640 of 700 eligible voted, 91.42 %; 0 of them were enrolled later");
	scene_close(&scene);
	open_scene(&scene, &not_all, enrol_the_last);
	scene_audit(&scene);
	assert_passed(&scene);
	assert_string_equal(scene.audit.report.checks[AUDIT_ROSTER].why.sentence,
			    "640 of 640 eligible voted, 100.00 %; 1 of them were enrolled "
			    "later");
	scene_close(&scene);
}

static void
says_what_is_unknown_without_one(void **state)
{
	struct scene scene;

	(void)state;
	scene_make(&scene, NULL, NULL);
	scene_publish(&scene);
	scene_audit(&scene);
	assert_passed(&scene);
	assert_non_null(
	    strstr(scene.audit.report.checks[AUDIT_ROSTER].why.sentence,
		   "frontends could have added ballots of people who do not exist"));
	test_file_write(scene.folder.path, "roster", BYTES_OF("somebody"));
	scene_audit(&scene);
	assert_found(&scene, AUDIT_FILES, NO_INDEX, "only the log of a campaign with a roster");
	scene_close(&scene);
}

static void
names_who_is_not_on_it(void **state)
{
	static const struct {
		const struct campaign_wish *wish;
		story_hook *hook;
		long index;
		const char *words;
	} cases[] = {
	    {&not_all, NULL, 643, "is not on the roster"},
	    {&not_all, enrol_too_late, 643, "is not on the roster"},
	    {&not_all, enrol_twice, 303, "was enrolled at entry 302"},
	    {&all, enrol_the_first, 302, "that is on the roster"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct scene scene;

		open_scene(&scene, cases[i].wish, cases[i].hook);
		scene_audit(&scene);
		assert_found(&scene, AUDIT_ROSTER, cases[i].index, cases[i].words);
		scene_close(&scene);
	}
}

/* Of two districts, and the story's voters are all of the first. */
static void
names_who_is_of_another_district(void **state)
{
	static const struct campaign_wish two = {.roster = 700, .districts = 2};
	struct scene scene;

	(void)state;
	open_scene(&scene, &two, NULL);
	scene_audit(&scene);
	assert_found(&scene, AUDIT_ROSTER, 3, "its voter tag is listed in district 1");
	scene_close(&scene);
}

static void
refuses_another_file(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, &all, NULL);
	scene_flip(&scene, "roster", 33 + 34 * 650);
	scene_audit(&scene);
	assert_found(&scene, AUDIT_ROSTER, NO_INDEX, "names district 1, which there is not");
	publish_roster(&scene);
	scene_flip(&scene, "roster", 31 + 34 * 650);
	scene_audit(&scene);
	assert_found(&scene, AUDIT_ROSTER, NO_INDEX, "have another root");
	publish_roster(&scene);
	scene_flip(&scene, "roster", 34 * 650);
	scene_audit(&scene);
	assert_found(&scene, AUDIT_ROSTER, NO_INDEX, "roster: ");
	publish_roster(&scene);
	scene_resize(&scene, "roster", 34 * 699);
	scene_audit(&scene);
	assert_found(&scene, AUDIT_ROSTER, NO_INDEX, "are not the 700 voters");
	scene_remove(&scene, "roster");
	scene_audit(&scene);
	assert_found(&scene, AUDIT_FILES, NO_INDEX, "commits to it, and it is missing");
	assert_int_equal(scene.audit.report.checks[AUDIT_ROSTER].status, REPORT_SKIPPED);
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(says_how_many_voted),
	    cmocka_unit_test(says_what_is_unknown_without_one),
	    cmocka_unit_test(names_who_is_not_on_it),
	    cmocka_unit_test(names_who_is_of_another_district),
	    cmocka_unit_test(refuses_another_file),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
