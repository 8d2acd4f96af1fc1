#include "tools/lib/trace.h"

#include "tests/lib/ring.h"

static const int64_t costs[] = {60, 50, 40};
static const uint64_t votes[] = {9, 7, 7};

static struct ring ring;

/* The contest's object after a decision, as compact JSON; malloc'ed. */
static char *
json_of(enum outcome_status status)
{
	struct winners_contest contest = {.status = status};
	json_t *object = json_object();
	char *text;

	if (status == OUTCOME_DECIDED) {
		(void)ring_winners(&ring);
		contest.outcome = ring.outcome;
	}
	trace_set(object, &ring.contest, &contest);
	text = json_dumps(object, JSON_COMPACT | JSON_PRESERVE_ORDER);
	json_decref(object);
	assert_non_null(text);
	return text;
}

static void
a_greedy_rule_in_json(void **state)
{
	char *text;

	(void)state;
	ring_make(&ring, MANIFEST_RULE_GREEDY_SKIP, 3, costs, votes, 100);
	ring.contest.outcome.id = "greedy-skip/v1";
	text = json_of(OUTCOME_DECIDED);
	assert_string_equal(
	    text, "{\"winners\":[\"a\",\"c\"],\"outcome\":\"greedy-skip/v1\",\"trace\":["
		  "{\"act\":\"taken\",\"option\":\"a\",\"other\":\"b\",\"strength\":9,"
		  "\"other_strength\":7,\"cost\":60,\"left\":40},"
		  "{\"act\":\"too-dear\",\"option\":\"b\",\"other\":\"c\",\"strength\":7,"
		  "\"other_strength\":7,\"cost\":50,\"left\":40,\"tie\":true},"
		  "{\"act\":\"taken\",\"option\":\"c\",\"strength\":7,\"cost\":40,\"left\":0,"
		  "\"tie\":true}]}");
	free(text);
	ring_free(&ring);
}

static void
pools_and_gaps_in_json(void **state)
{
	char *text;

	(void)state;
	ring_make(&ring, MANIFEST_RULE_GREEDY_STOP, 3, costs, votes, 0);
	ring_pool(&ring, "abc", 100);
	ring.contest.outcome.id = "greedy-stop/v1";
	ring.contest.outcome.top_up.given = true;
	ring.contest.outcome.top_up.reserve = 10;
	text = json_of(OUTCOME_DECIDED);
	assert_non_null(strstr(text,
			       "{\"act\":\"topped-up\",\"pool\":\"pool\",\"option\":\"b\","
			       "\"strength\":7,\"cost\":50,\"left\":0,\"money\":10}"));
	assert_non_null(strstr(text, "\"act\":\"stopped\",\"pool\":\"pool\""));
	free(text);
	ring_free(&ring);
}

/* A score may be below 0; the last one of a ranking has no path to show. */
static void
strengths_in_json(void **state)
{
	char *text;

	(void)state;
	ring_make(&ring, MANIFEST_RULE_COUNT, 3, costs, votes, -1);
	ring.contest.outcome.id = "count/v1";
	ring.contest.outcome.by_score = true;
	ring.counts_options[0].score = ring.counts_options[1].score =
	    ring.counts_options[2].score = -1;
	text = json_of(OUTCOME_DECIDED);
	assert_non_null(strstr(text, "\"option\":\"c\",\"strength\":-1"));
	assert_non_null(strstr(text, "\"strength\":-1,\"other_strength\":-1"));
	free(text);
	ring_free(&ring);
	ring_make(&ring, MANIFEST_RULE_SCHULZE, 3, costs, NULL, -1);
	ring.contest.outcome.id = "schulze/v1";
	ring_ballots(&ring, "abc", 2);
	text = json_of(OUTCOME_DECIDED);
	assert_non_null(strstr(text, "\"option\":\"a\",\"other\":\"b\",\"strength\":2,"
				     "\"other_strength\":0}"));
	assert_null(strstr(text, "-1"));
	free(text);
	ring_free(&ring);
}

static void
no_rule_and_no_draw_in_json(void **state)
{
	char *text;

	(void)state;
	ring_make(&ring, MANIFEST_RULE_NONE, 3, costs, votes, -1);
	ring.contest.outcome.id = "none";
	text = json_of(OUTCOME_NO_RULE);
	assert_string_equal(text, "{\"winners\":[],\"outcome\":\"none\",\"trace\":[]}");
	free(text);
	ring.contest.outcome.id = "count/v1";
	text = json_of(OUTCOME_NEEDS_DRAW);
	assert_string_equal(text, "{\"winners\":null,\"outcome\":\"count/v1\",\"trace\":[]}");
	free(text);
	ring_free(&ring);
}

static void
every_act_has_a_name(void **state)
{
	(void)state;
	for (unsigned act = ELECTION_TAKEN; act < ELECTION_ACTS; act++) {
		for (unsigned other = ELECTION_TAKEN; other < act; other++)
			assert_string_not_equal(trace_act_name((enum election_act)act),
						trace_act_name((enum election_act)other));
	}
}

static void
phases_have_the_names_of_results(void **state)
{
	(void)state;
	assert_string_equal(trace_phase_name(TALLY_PHASE_BEFORE), "before");
	assert_string_equal(trace_phase_name(TALLY_PHASE_OPEN), "open");
	assert_string_equal(trace_phase_name(TALLY_PHASE_CLOSED), "closed");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_greedy_rule_in_json),
	    cmocka_unit_test(pools_and_gaps_in_json),
	    cmocka_unit_test(strengths_in_json),
	    cmocka_unit_test(no_rule_and_no_draw_in_json),
	    cmocka_unit_test(every_act_has_a_name),
	    cmocka_unit_test(phases_have_the_names_of_results),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
