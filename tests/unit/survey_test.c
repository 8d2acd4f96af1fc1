#include "tests/lib/test.h"

#include "tools/tallyctl/survey.h"

#define PROJECTS "PROJECTS\nproject_id;cost\na;10\nb;20\nc;30.5\n"

static struct pb *
read_text(const char *text)
{
	struct pb_fault fault;
	struct pb *pb = pb_parse(text, strlen(text), &fault);

	assert_non_null(pb);
	return pb;
}

static enum tally_exit
limits_of(const char *meta, struct survey_limits *limits)
{
	char text[512];
	struct pb *pb;
	enum tally_exit code;

	snprintf(text, sizeof text, "META\nkey;value\n%s" PROJECTS "VOTES\nvoter_id;vote\n",
		 meta);
	pb = read_text(text);
	code = survey_limits_read(pb, limits);
	pb_free(pb);
	return code;
}

static void
limits_as_meta_states_them(void **state)
{
	struct survey_limits limits;

	(void)state;
	assert_int_equal(limits_of("vote_type;approval\n", &limits), TALLY_EXIT_FINE);
	assert_int_equal(limits.type, PBVOTE_APPROVAL);
	assert_int_equal(limits.min, 0);
	assert_int_equal(limits.max, 0);
	assert_int_equal(limits.budget, -1);
	assert_int_equal(limits.sum, -1);
	assert_int_equal(limits_of("vote_type;choose-1\nmin_length;1\nMAX_LENGTH;3\n"
				   "max_sum_cost;12.5\n",
				   &limits),
			 TALLY_EXIT_FINE);
	assert_int_equal(limits.type, PBVOTE_CHOOSE_1);
	assert_int_equal(limits.min, 1);
	assert_int_equal(limits.max, 3);
	assert_int_equal(limits.budget, 1250);
	assert_int_equal(
	    limits_of("vote_type;cumulative\nmax_sum_points;10\nmax_points;4\n", &limits),
	    TALLY_EXIT_FINE);
	assert_int_equal(limits.type, PBVOTE_CUMULATIVE);
	assert_int_equal(limits.sum, 10);
	assert_int_equal(limits.value_min, 0);
	assert_int_equal(limits.value_max, 4);
}

static void
what_is_not_run_is_refused(void **state)
{
	struct survey_limits limits;

	(void)state;
	assert_int_equal(limits_of("", &limits), TALLY_EXIT_USAGE);
	assert_int_equal(limits_of("vote_type;dice\n", &limits), TALLY_EXIT_USAGE);
	assert_int_equal(limits_of("vote_type;scoring\ndefault_score;1\n", &limits),
			 TALLY_EXIT_USAGE);
	assert_int_equal(limits_of("vote_type;approval\nmax_length;many\n", &limits),
			 TALLY_EXIT_USAGE);
	assert_int_equal(limits_of("vote_type;approval\nmin_length;99999999999\n", &limits),
			 TALLY_EXIT_USAGE);
	assert_int_equal(limits_of("vote_type;approval\nmax_sum_cost;1e9\n", &limits),
			 TALLY_EXIT_USAGE);
}

static void
oddities_are_counted_in_ballots(void **state)
{
	const struct survey_limits limits = {.type = PBVOTE_APPROVAL,
					     .min = 2,
					     .max = 2,
					     .budget = 3050,
					     .sum = -1,
					     .value_min = SURVEY_NONE,
					     .value_max = SURVEY_NONE};
	struct pb *pb = read_text("META\nkey;value\n" PROJECTS "VOTES\nvoter_id;vote\n"
				  "v1;a,b\n"     /* 30.00: fine */
				  "v2;a,a,a,b\n" /* a project twice: two of them, fine */
				  "v3;a\n"       /* too few */
				  "v1;a,b,c\n"   /* again; too many, over the budget */
				  "v4;b,c\n"     /* 50.50: over the budget */
				  "v5;\n"        /* empty: breaks no limit */
				  "v1;x,y,a,b\n" /* again; unknown twice */
				  "v6;x\n");     /* unknown, so nothing is left */
	uint32_t *occurrences = survey_occurrences(pb);
	struct survey survey;

	(void)state;
	assert_int_equal(survey_take(pb, &limits, occurrences, &survey), TALLY_EXIT_FINE);
	assert_int_equal(survey.repeated_project, 1);
	assert_int_equal(survey.unknown_project, 2);
	assert_int_equal(survey.repeated_voter, 2);
	assert_int_equal(survey.empty, 2);
	assert_int_equal(survey.over_one, 0);
	assert_int_equal(survey.under_min, 1);
	assert_int_equal(survey.over_max, 1);
	assert_int_equal(survey.over_budget, 2);
	assert_int_equal(occurrences[0], 1);
	assert_int_equal(occurrences[3], 2);
	assert_int_equal(occurrences[4], 1);
	assert_int_equal(occurrences[6], 3);
	assert_int_equal(survey.projects[0].votes, 5);
	survey_free(&survey);
	free(occurrences);
	pb_free(pb);
}

static void
points_are_surveyed(void **state)
{
	const struct survey_limits limits = {
	    .type = PBVOTE_CUMULATIVE, .budget = -1, .sum = 5, .value_min = 0, .value_max = 3};
	struct pb *pb = read_text("META\nkey;value\n" PROJECTS "VOTES\nvoter_id;vote;points\n"
				  "v1;a,b;3,2\n"
				  "v2;a,b;3,3\n" /* six */
				  "v3;c;4\n"     /* above three */
				  "v4;a,c;0,1\n");
	uint32_t *occurrences = survey_occurrences(pb);
	struct survey survey;

	(void)state;
	assert_int_equal(survey_take(pb, &limits, occurrences, &survey), TALLY_EXIT_FINE);
	assert_int_equal(survey.over_sum, 1);
	assert_int_equal(survey.over_value, 1);
	assert_int_equal(survey.under_value, 0);
	assert_int_equal(survey.zero_points, 1);
	assert_int_equal(survey.sum_greatest, 6);
	assert_int_equal(survey.value_least, 0);
	assert_int_equal(survey.value_greatest, 4);
	assert_int_equal(survey.projects[0].votes, 3);
	assert_int_equal(survey.projects[0].score, 6);
	survey_free(&survey);
	free(occurrences);
	pb_free(pb);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(limits_as_meta_states_them),
	    cmocka_unit_test(what_is_not_run_is_refused),
	    cmocka_unit_test(oddities_are_counted_in_ballots),
	    cmocka_unit_test(points_are_surveyed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
