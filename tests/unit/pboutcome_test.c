#include "tools/tallyctl/pboutcome.h"

#include "tests/lib/test.h"
#include "tools/tallyctl/oddities.h"

/* The outcome, as one line of JSON with its keys sorted, of a file with that META. Projects z, y, x
 * cost 30, 20, 20 and have 1, 1, 2 votes. */
static char *
outcome_of(const char *meta, const char *cost)
{
	struct survey_limits limits;
	struct survey survey;
	struct pb_fault fault;
	uint32_t *occurrences;
	char text[1024];
	char *line;
	json_t *outcome;
	struct pb *pb;

	snprintf(text, sizeof text,
		 "META\nkey;value\n%s\nPROJECTS\nproject_id;cost\nz;%s\ny;20\nx;20\nVOTES\n"
		 "voter_id;vote;points\nv;x,y;2,1\nw;x,z;2,1\n",
		 meta, cost);
	pb = pb_parse(text, strlen(text), &fault);
	assert_non_null(pb);
	occurrences = survey_occurrences(pb);
	assert_int_equal(survey_limits_read(pb, &limits), TALLY_EXIT_FINE);
	assert_int_equal(survey_take(pb, &limits, occurrences, &survey), TALLY_EXIT_FINE);
	outcome = pboutcome_make(pb, limits.type, &survey);
	line = json_dumps(outcome, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(outcome);
	survey_free(&survey);
	free(occurrences);
	pb_free(pb);
	return line;
}

static void
assert_outcome(const char *meta, const char *cost, const char *expected)
{
	char *line = outcome_of(meta, cost);

	assert_string_equal(line, expected);
	free(line);
}

static void
greedy(void **state)
{
	(void)state;
	assert_outcome("vote_type;approval\nrule;greedy\nbudget;50", "30",
		       "{\"budget\":50,\"by\":\"votes\",\"rule\":\"greedy-skip/v1\","
		       "\"tie_order\":\"listed\"}");
	assert_outcome("vote_type;cumulative\nrule;greedy-threshold\nbudget;50.5\n"
		       "min_project_score_threshold;7",
		       "30",
		       "{\"budget\":5050,\"by\":\"score\",\"rule\":\"greedy-skip/v1\","
		       "\"threshold\":7,\"tie_order\":\"listed\"}");
	assert_outcome("vote_type;ordinal\nrule;greedy-no-skip\nbudget;50", "999999999",
		       "{\"budget\":50,\"by\":\"score\",\"left_out\":[\"z\"],\"rule\":"
		       "\"greedy-stop/v1\",\"tie_order\":\"listed\"}");
	assert_outcome("vote_type;ordinal\nrule;greedy-no-skip\nbudget;50.5", "999999999.00",
		       "{\"budget\":5050,\"by\":\"score\",\"left_out\":[\"z\"],\"rule\":"
		       "\"greedy-stop/v1\",\"tie_order\":\"listed\"}");
}

static void
equal_shares(void **state)
{
	(void)state;
	assert_outcome("vote_type;approval\nrule;equalshares\nbudget;50", "30",
		       "{\"budget\":50,\"rule\":\"equal-shares/v1\",\"tie_order\":[\"x\",\"y\","
		       "\"z\"],\"utility\":\"cost\"}");
	assert_outcome("vote_type;approval\nrule;equalshares/add1-comparison\nbudget;50",
		       "30.5",
		       "{\"add1_step\":100,\"budget\":5000,\"rule\":"
		       "\"equal-shares-add1-pabulib-comparison/v1\",\"tie_order\":[\"x\",\"y\","
		       "\"z\"],\"utility\":\"cost\"}");
	assert_outcome(
	    "vote_type;scoring\nrule;equalshares/add1\nbudget;50", "10",
	    "{\"add1_step\":1,\"budget\":50,\"rule\":\"equal-shares-add1-pabulib/v1\","
	    "\"tie_order\":[\"z\",\"x\",\"y\"],\"utility\":\"score-cost\"}");
}

static void
no_rule(void **state)
{
	static const char *const metas[] = {
	    "vote_type;approval\nbudget;50",
	    "vote_type;approval\nrule;unknown\nbudget;50",
	    "vote_type;approval\nrule;greedy-custom\nbudget;50",
	    "vote_type;approval\nrule;greedy",
	    "vote_type;approval\nrule;greedy\nbudget;much",
	    "vote_type;approval\nrule;greedy\nbudget;50\nmin_project_score_threshold;x",
	    "vote_type;ordinal\nrule;equalshares\nbudget;50",
	};

	(void)state;
	for (size_t i = 0; i < sizeof metas / sizeof *metas; i++)
		assert_outcome(metas[i], "999999999", "{\"rule\":\"none\"}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(greedy),
	    cmocka_unit_test(equal_shares),
	    cmocka_unit_test(no_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
