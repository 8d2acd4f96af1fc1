#include "tools/tallyctl/export.h"

#include "tests/lib/campaign.h"
#include "tools/tallyctl/pbwrite.h"

struct scene {
	struct campaign campaign;
	struct law law;
	struct counts counts;
	struct profile profile;
	struct export_given given;
	struct export_wish wish;
};

static void
scene_make(struct scene *scene, const struct campaign_wish *wish)
{
	const struct manifest *manifest;

	campaign_make(&scene->campaign, wish);
	manifest = scene->campaign.manifest;
	law_init(&scene->law, manifest);
	counts_init(&scene->counts, manifest, calloc(1, counts_memory(manifest)));
	profile_init(&scene->profile);
	scene->given = (struct export_given){.manifest = manifest,
					     .counts = &scene->counts,
					     .law = &scene->law,
					     .profile = &scene->profile};
	scene->wish = (struct export_wish){.language = "en", .units = 100};
}

static void
scene_free(struct scene *scene)
{
	profile_free(&scene->profile);
	free(scene->counts.districts);
	campaign_free(&scene->campaign);
}

/* Counts so many ballots with the same choices. */
static void
vote(struct scene *scene, const struct campaign_choice *choices, size_t count, size_t ballots)
{
	static uint64_t voter;
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];

	for (size_t i = 0; i < ballots; i++) {
		struct campaign_vote cast = {
		    .voter = voter++, .choices = choices, .choices_count = count};
		struct ballot ballot;
		struct ballot_choices first;
		struct reader reader;

		assert_int_equal(
		    ballot_parse(campaign_ballot(&scene->campaign, &cast, memory), &ballot),
		    TALLY_ACCEPTED);
		counts_add(&scene->counts, scene->campaign.manifest, &ballot);
		reader = reader_make(ballot.choices);
		first = ballot_choices_next(&reader);
		assert_true(profile_add(&scene->profile, &first));
	}
}

static char *
exported(struct scene *scene)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_null(export_obstacle(scene->campaign.manifest->contests));
	assert_true(export_write(out, &scene->given, &scene->wish));
	assert_int_equal(fclose(out), 0);
	return text;
}

/* Our own reader reads it, and what it has read is written again as the same bytes. */
static void
assert_read_back(const char *text)
{
	struct pb_fault fault;
	struct pb *pb = pb_parse(text, strlen(text), &fault);
	char *again = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&again, &size);

	if (pb == NULL)
		fail_msg("line %zu: %s", fault.line, fault.sentence);
	assert_non_null(out);
	pbwrite_all(out, pb);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(again, text);
	free(again);
	pb_free(pb);
}

/* A file read with that name must have the same winners: what is only like a rule has another. */
static void
names_of_rules(void **state)
{
#define GREEDY "{\"rule\":\"greedy-skip/v1\",\"budget\":250,\"tie_order\":\"listed\""
#define SHARES "{\"budget\":250,\"tie_order\":\"listed\",\"rule\":\"equal-shares"
	static const struct {
		const char *method;
		const char *limits;
		const char *outcome;
		const char *name;
	} cases[] = {
	    {NULL, NULL, GREEDY "}", "greedy"},
	    {NULL, NULL, GREEDY ",\"threshold\":2}", "greedy-threshold"},
	    {NULL, NULL, GREEDY ",\"threshold_percent\":2}", "greedy-custom"},
	    {NULL, NULL, GREEDY ",\"top_up\":{\"reserve\":1}}", "greedy-custom"},
	    {NULL, NULL, GREEDY ",\"sheets\":true}", "greedy-custom"},
	    {NULL, NULL, GREEDY ",\"exclusive\":[[\"o0\",\"o1\"]]}", "greedy-exclusive"},
	    {NULL, NULL,
	     "{\"rule\":\"greedy-stop/v1\",\"budget\":250,\"tie_order\":\"listed\"}",
	     "greedy-no-skip"},
	    {"ranked", NULL, GREEDY "}", "greedy-custom"},
	    {"ranked", NULL, GREEDY ",\"by\":\"score\"}", "greedy"},
	    {NULL, NULL, SHARES "/v1\",\"utility\":\"cost\"}", "equalshares"},
	    {NULL, NULL, SHARES "/v1\",\"utility\":\"cardinality\"}", "unknown"},
	    {NULL, NULL, SHARES "-comparison/v1\",\"utility\":\"cost\"}",
	     "equalshares-comparison"},
	    {NULL, NULL, SHARES "-add1-pabulib/v1\",\"add1_step\":1,\"utility\":\"cost\"}",
	     "equalshares/add1"},
	    {NULL, NULL, SHARES "-add1-pabutools/v1\",\"add1_step\":1,\"utility\":\"cost\"}",
	     "unknown"},
	    {"cumulative", "\"sum_points\":5", SHARES "/v1\",\"utility\":\"cost\"}", "unknown"},
	    {"cumulative", "\"sum_points\":5", SHARES "/v1\",\"utility\":\"score-cost\"}",
	     "equalshares"},
	    {NULL, NULL, NULL, "unknown"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct campaign_wish wish = {.method = cases[i].method,
					     .limits = cases[i].limits,
					     .outcome = cases[i].outcome};
		struct scene scene;
		char line[64];
		char *text;

		scene_make(&scene, &wish);
		assert_true(profile_settle(&scene.profile));
		text = exported(&scene);
		snprintf(line, sizeof line, "\nrule;%s\n", cases[i].name);
		if (strstr(text, line) == NULL)
			fail_msg("case %zu: %s", i, text);
		free(text);
		scene_free(&scene);
	}
}

static void
options_that_cannot_win_are_told(void **state)
{
	static const struct campaign_wish wish = {.outcome = GREEDY ",\"left_out\":[\"o2\"]}"};
	struct scene scene;
	char *text;

	(void)state;
	scene_make(&scene, &wish);
	scene.law.options_withdrawn[0] = 1;
	assert_true(profile_settle(&scene.profile));
	text = exported(&scene);
	assert_non_null(strstr(text, " #2: Project o0 was withdrawn"
				     " #3: Project o2 was left out, and cannot win\n"));
	assert_non_null(strstr(text, "\ndate_end;31.01.2026\n"));
	assert_read_back(text);
	free(text);
	scene_free(&scene);
}

/* Extended to the end of February, closed by notice on the 3rd; a PHASE that came late ends nothing
 * later. */
static void
the_day_on_which_the_vote_ended(void **state)
{
	static const struct {
		enum tally_phase phase;
		int64_t minute;
		const char *line;
	} cases[] = {
	    {TALLY_PHASE_OPEN, 1770076800 / 60, "\ndate_end;28.02.2026\n"},
	    {TALLY_PHASE_CLOSED, 1770076800 / 60, "\ndate_end;03.02.2026\n"},
	    {TALLY_PHASE_CLOSED, 1772409600 / 60, "\ndate_end;28.02.2026\n"},
	};
	static const struct campaign_wish wish = {0};
	struct scene scene;

	(void)state;
	scene_make(&scene, &wish);
	assert_true(profile_settle(&scene.profile));
	scene.law.closes = 1772236800;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text;

		scene.law.phase = cases[i].phase;
		scene.law.phase_minute = cases[i].minute;
		text = exported(&scene);
		assert_non_null(strstr(text, cases[i].line));
		free(text);
	}
	scene_free(&scene);
}

static void
an_approval_contest(void **state)
{
	static const struct campaign_wish wish = {
	    .max = 2,
	    .budget_cap = 350,
	    .outcome = "{\"rule\":\"greedy-skip/v1\",\"budget\":250,\"threshold\":1,"
		       "\"tie_order\":\"listed\"}"};
	static const struct campaign_choice marks[] = {{0, 0, 1}, {0, 1, 1}};
	static uint16_t winners[] = {1};
	const struct election_result result = {.winners_count = 1, .winners = winners};
	struct scene scene;
	char *text;

	(void)state;
	scene_make(&scene, &wish);
	vote(&scene, marks, 2, 1);
	vote(&scene, marks + 1, 1, 1);
	vote(&scene, NULL, 0, 1);
	assert_true(profile_settle(&scene.profile));
	scene.given.result = &result;
	text = exported(&scene);
	assert_non_null(strstr(
	    text, "META\nkey;value\ndescription;c0\ncountry;unknown\nunit;Timisoara\n"
		  "instance;2026\nnum_projects;3\nnum_votes;2\nbudget;2.50\n"
		  "vote_type;approval\nrule;greedy-threshold\ndate_begin;01.01.2026\n"
		  "date_end;31.01.2026\nmin_length;1\nmax_length;2\nmax_sum_cost;3.50\n"
		  "min_project_score_threshold;1\ncomment;#1: contest c0, outcome rule "
		  "greedy-skip/v1 #2: 1 ballots without a choice are not listed\n"
		  "PROJECTS\nproject_id;cost;votes;score;name;category;neighborhood;selected\n"
		  "o0;1;1;1;o0;;;0\no1;2;2;2;o1;;;1\no2;3;0;0;o2;;;0\n"
		  "VOTES\nvoter_id;vote\n1;"));
	assert_true(strstr(text, "VOTES\nvoter_id;vote\n1;o0,o1\n2;o1\n") != NULL ||
		    strstr(text, "VOTES\nvoter_id;vote\n1;o1\n2;o0,o1\n") != NULL);
	assert_read_back(text);
	free(text);
	scene_free(&scene);
}

static void
a_ranked_contest(void **state)
{
	static const struct campaign_wish wish = {.ranked = true};
	static const struct campaign_choice ranks[] = {{0, 0, 2}, {0, 1, 3}, {0, 2, 1}};
	struct scene scene;
	char *text;

	(void)state;
	scene_make(&scene, &wish);
	scene.wish.country = "Rom\xc3\xa2nia; \"RO\"";
	vote(&scene, ranks, 3, 2);
	assert_true(profile_settle(&scene.profile));
	*scene.counts.paper = (struct counts_paper){2, 77};
	text = exported(&scene);
	assert_non_null(strstr(text, " #2: 77 papers counted on sheets are not listed\n"));
	assert_non_null(strstr(text, "country;\"Rom\xc3\xa2nia; \"\"RO\"\"\"\n"));
	assert_non_null(strstr(text, "vote_type;ordinal\nrule;unknown\n"));
	assert_non_null(strstr(text, "\no0;1;2;4;o0;;;\no1;2;2;2;o1;;;\no2;3;2;6;o2;;;\n"));
	assert_non_null(strstr(text, "VOTES\nvoter_id;vote\n1;o2,o0,o1\n2;o2,o0,o1\n"));
	assert_read_back(text);
	free(text);
	scene_free(&scene);
}

/* The order says nothing of when ballots came: it is the seed's. */
static void
the_order_is_random(void **state)
{
	static const struct campaign_choice marks[] = {{0, 0, 1}, {0, 1, 1}};
	struct scene scene;
	char *one, *same, *other;

	(void)state;
	scene_make(&scene, NULL);
	vote(&scene, marks, 1, 40);
	vote(&scene, marks + 1, 1, 40);
	assert_true(profile_settle(&scene.profile));
	one = exported(&scene);
	same = exported(&scene);
	scene.wish.seed[0] = 1;
	other = exported(&scene);
	assert_string_equal(one, same);
	assert_string_not_equal(one, other);
	assert_int_equal(strlen(one), strlen(other));
	free(one);
	free(same);
	free(other);
	scene_free(&scene);
}

static void
money_is_exact(void **state)
{
	static const struct {
		unsigned units;
		const char *row;
	} cases[] = {
	    {1, "\no1;200;"}, {10, "\no1;20;"}, {100, "\no1;2;"}, {1000, "\no1;0.200;"}};
	struct scene scene;

	(void)state;
	scene_make(&scene, NULL);
	assert_true(profile_settle(&scene.profile));
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text;

		scene.wish.units = cases[i].units;
		text = exported(&scene);
		assert_non_null(strstr(text, cases[i].row));
		free(text);
	}
	scene_free(&scene);
}

static void
a_comma_cannot_be_written(void **state)
{
	struct manifest_option options[] = {{.id = "a"}, {.id = "b,c"}};
	struct manifest_contest contest = {.options = options, .options_count = 2};

	(void)state;
	assert_non_null(export_obstacle(&contest));
	contest.options_count = 1;
	assert_null(export_obstacle(&contest));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_of_rules),
	    cmocka_unit_test(options_that_cannot_win_are_told),
	    cmocka_unit_test(the_day_on_which_the_vote_ended),
	    cmocka_unit_test(an_approval_contest),
	    cmocka_unit_test(a_ranked_contest),
	    cmocka_unit_test(the_order_is_random),
	    cmocka_unit_test(money_is_exact),
	    cmocka_unit_test(a_comma_cannot_be_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
