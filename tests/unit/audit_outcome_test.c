/* Who won: what the audit derives by the manifest's rule, and what a published `results` may
 * say. */
#include <sodium.h>

#include "tests/lib/scene.h"

/* The story's 640 voters choose option (voter + 1) % 3; of the other two the dearer one has the
 * second seat. */
static const struct campaign_wish seats = {
    .outcome = "{\"rule\":\"count/v1\",\"seats\":2,\"tie_order\":\"dearer-first\"}"};
static const struct campaign_wish runoff = {
    .method = "ranked", .outcome = "{\"rule\":\"irv/v1\",\"tie_order\":\"listed\"}"};

#define CLASSES(index, counted) \
	"{\"index\":" index ",\"ballots\":" counted \
	",\"replaced\":0,\"voided\":0,\"in_tree\":640,"
#define RESULTS(index, last, contest, winners, rule) \
	CLASSES(index, "640") \
	"\"contests\":[{\"id\":\"" contest "\",\"options\":[" \
	"{\"id\":\"o0\",\"votes\":213,\"score\":213},{\"id\":\"o1\",\"votes\":214,\"score\":" \
	"214},{\"id\":\"o2\",\"votes\":213,\"score\":" last "}],\"winners\":" winners \
	",\"outcome\":\"" rule "\"}]}"

static void
audit_with(struct scene *scene, const struct campaign_wish *wish, const char *results)
{
	scene_make(scene, wish, NULL);
	scene_publish(scene);
	assert_int_equal(scene->log.count, 646);
	if (results != NULL)
		test_file_write(scene->folder.path, "results", bytes_of_string(results));
	scene_audit(scene);
}

static void
assert_winners(const struct scene *scene, size_t count, uint16_t first, uint16_t second)
{
	const struct winners_contest *contest = &scene->audit.winners.contests[0];

	assert_int_equal(contest->status, OUTCOME_DECIDED);
	assert_int_equal(contest->outcome.result.winners_count, count);
	assert_int_equal(contest->outcome.result.winners[0], first);
	if (count > 1)
		assert_int_equal(contest->outcome.result.winners[1], second);
}

static void
derives_who_won(void **state)
{
	struct scene scene;

	(void)state;
	audit_with(&scene, &seats, NULL);
	assert_passed(&scene);
	assert_winners(&scene, 2, 1, 2);
	assert_non_null(
	    strstr(scene.audit.report.checks[AUDIT_OUTCOME].why.sentence, "no file `results`"));
	scene_close(&scene);
	audit_with(&scene, &runoff, NULL);
	assert_passed(&scene);
	assert_winners(&scene, 1, 1, 0);
	scene_close(&scene);
}

/* Also what states nothing, or another index. */
static void
passes_what_is_right(void **state)
{
	static const char *const right[] = {
	    RESULTS("646", "213", "c0", "[\"o1\",\"o2\"]", "count/v1"),
	    RESULTS("646", "213", "c0", "null", "count/v1"),
	    RESULTS("645", "7", "c7", "[\"o0\"]", "none"),
	    "{}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
		struct scene scene;
		const struct report_check *check;

		audit_with(&scene, &seats, right[i]);
		assert_passed(&scene);
		check = &scene.audit.report.checks[AUDIT_OUTCOME];
		assert_int_equal(check->status, REPORT_PASS);
		assert_int_equal(strstr(check->why.sentence, "says the same") != NULL, i < 2);
		scene_close(&scene);
	}
}

static void
refuses_what_is_wrong(void **state)
{
	static const struct {
		const char *results;
		const char *words;
	} wrong[] = {
	    {RESULTS("646", "213", "c0", "[\"o1\",\"o0\"]", "count/v1"),
	     "names o0 as winner 2, and by the rule that is o2"},
	    {RESULTS("646", "213", "c0", "[\"o2\",\"o1\"]", "count/v1"),
	     "names o2 as winner 1, and by the rule that is o1"},
	    {RESULTS("646", "213", "c0", "[\"o1\"]", "count/v1"), "names 1 winners"},
	    {RESULTS("646", "213", "c0", "[]", "count/v1"), "names 0 winners"},
	    {RESULTS("646", "213", "c0", "[0,1]", "count/v1"), "names nobody as winner 1"},
	    {RESULTS("646", "213", "c0", "\"o1\"", "count/v1"), "states no winners"},
	    {RESULTS("646", "213", "c0", "[\"o1\",\"o2\"]", "none"), "its rule is not"},
	    {RESULTS("646", "214", "c0", "[\"o1\",\"o2\"]", "count/v1"),
	     "option o2 is not what the recount says: 213 votes, score 213"},
	    {RESULTS("646", "213", "c1", "[\"o1\",\"o2\"]", "count/v1"),
	     "it is not at its place"},
	    {CLASSES("646", "641") "\"contests\":[]}", "its ballots are not the 640 of"},
	    {"{\"index\":646}", "its ballots are not the 640 of"},
	    {CLASSES("646", "640") "\"contests\":[]}", "its contests are not the manifest's"},
	    {CLASSES("646", "640") "\"contests\":[7]}", "it is not at its place"},
	    {"{\"index\":646", "it is no JSON"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct scene scene;

		audit_with(&scene, &seats, wrong[i].results);
		assert_found(&scene, AUDIT_OUTCOME, NO_INDEX, wrong[i].words);
		scene_close(&scene);
	}
}

/* Where no rule is, nobody may be said to have won. */
static void
refuses_winners_without_a_rule(void **state)
{
	struct scene scene;

	(void)state;
	audit_with(&scene, NULL, RESULTS("646", "213", "c0", "[\"o1\"]", "none"));
	assert_found(&scene, AUDIT_OUTCOME, NO_INDEX, "names 1 winners");
	scene_close(&scene);
	audit_with(&scene, NULL, RESULTS("646", "213", "c0", "[]", "none"));
	assert_passed(&scene);
	assert_int_equal(scene.audit.report.checks[AUDIT_OUTCOME].status, REPORT_SKIPPED);
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(derives_who_won),
	    cmocka_unit_test(passes_what_is_right),
	    cmocka_unit_test(refuses_what_is_wrong),
	    cmocka_unit_test(refuses_winners_without_a_rule),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
