#include "campaign/ruling.h"

#include "tests/lib/refusal.h"

static const char find[] = "{\"rule\":\"none\"}";

#define AT "$.contests[0].outcome"
#define TIES ",\"tie_order\":\"listed\"}"
#define GREEDY "{\"rule\":\"greedy-skip/v1\",\"budget\":500"
#define SHARES "{\"rule\":\"equal-shares/v1\",\"budget\":500"

static void
rules_are_known(void **state)
{
	static const struct refusal refusals[] = {
	    {find, "{}", AT ".rule", "is missing"},
	    {find, "\"none\"", AT, "is not an object"},
	    {find, "{\"rule\":\"greedy/v1\"}", AT ".rule", "is not an outcome rule"},
	    {find, "{\"rule\":\"greedy-skip/v2\"}", AT ".rule", "is not an outcome rule"},
	    {find, "{\"rule\":\"count/v1\",\"colour\":5" TIES, AT ".colour",
	     "is not a key that is known here"},
	    {find, "{\"rule\":\"irv/v1\"" TIES, AT ".rule", "needs the method ranked"},
	    {find, "{\"rule\":\"borda-zero/v1\"" TIES, AT ".rule", "needs the method ranked"},
	};

	(void)state;
	ASSERT_REFUSED(NULL, refusals);
}

static void
parameters_belong_to_rules(void **state)
{
	static const struct refusal refusals[] = {
	    {find, "{\"rule\":\"none\",\"budget\":5}", AT ".budget",
	     "does not apply to the contest's rule"},
	    {find, "{\"rule\":\"none\",\"tie_order\":\"listed\"}", AT ".tie_order", NULL},
	    {find, "{\"rule\":\"count/v1\",\"budget\":5" TIES, AT ".budget", NULL},
	    {find, "{\"rule\":\"count/v1\",\"top_up\":{\"reserve\":1}" TIES, AT ".top_up",
	     NULL},
	    {find, "{\"rule\":\"count/v1\"}", AT ".tie_order", "is missing"},
	    {find, GREEDY ",\"seats\":1" TIES, AT ".seats", NULL},
	    {find, GREEDY ",\"utility\":\"cost\"" TIES, AT ".utility", NULL},
	    {find, "{\"rule\":\"greedy-stop/v1\"" TIES, AT ".budget",
	     "is missing: the rule needs budget or pools"},
	    {find, SHARES TIES, AT ".utility", "is missing"},
	    {find, SHARES ",\"utility\":\"cost\",\"threshold\":1" TIES, AT ".threshold", NULL},
	    {find, SHARES ",\"utility\":\"cost\",\"add1_step\":1" TIES, AT ".add1_step",
	     "does not apply to the contest's rule"},
	    {find,
	     "{\"rule\":\"equal-shares-add1-pabulib/"
	     "v1\",\"budget\":1,\"utility\":\"cost\"" TIES,
	     AT ".add1_step", "is missing"},
	};

	(void)state;
	ASSERT_REFUSED(NULL, refusals);
}

static void
values_are_refused(void **state)
{
	static const struct refusal refusals[] = {
	    {find, "{\"rule\":\"count/v1\",\"seats\":0" TIES, AT ".seats", NULL},
	    {find, "{\"rule\":\"count/v1\",\"seats\":4" TIES, AT ".seats",
	     "is not an integer from 1 to 3"},
	    {find, "{\"rule\":\"greedy-skip/v1\",\"budget\":-1" TIES, AT ".budget", NULL},
	    {find, GREEDY ",\"by\":\"points\"" TIES, AT ".by", NULL},
	    {find, GREEDY ",\"threshold\":-1" TIES, AT ".threshold", NULL},
	    {find, GREEDY ",\"threshold_percent\":101" TIES, AT ".threshold_percent", NULL},
	    {find, GREEDY ",\"top_up\":{}" TIES, AT ".top_up.reserve", "is missing"},
	    {find, GREEDY ",\"top_up\":{\"reserve\":1,\"percent\":101}" TIES,
	     AT ".top_up.percent", NULL},
	    {find, GREEDY ",\"top_up\":{\"reserve\":1,\"gap\":1}" TIES, AT ".top_up.gap", NULL},
	    {find, GREEDY ",\"exclusive\":[[\"o0\"]]" TIES, AT ".exclusive[0]", NULL},
	    {find, GREEDY ",\"exclusive\":[[\"o0\",\"o9\"]]" TIES, AT ".exclusive[0][1]",
	     "is not the id of an option of the contest"},
	    {find, GREEDY ",\"left_out\":[\"o1\",\"o1\"]" TIES, AT ".left_out[1]",
	     "is there twice"},
	    {find, GREEDY ",\"sheets\":1" TIES, AT ".sheets", NULL},
	    {find, GREEDY ",\"tie_order\":\"random\"}", AT ".tie_order",
	     "is not one of listed, cheaper-first, dearer-first, drawn"},
	    {find, GREEDY ",\"tie_order\":1}", AT ".tie_order", NULL},
	    {find, GREEDY ",\"tie_order\":[\"o2\",\"o1\"]}", AT ".tie_order", NULL},
	    {find, GREEDY ",\"tie_order\":[\"o2\",\"o1\",\"o2\"]}", AT ".tie_order[2]", NULL},
	    {find, SHARES ",\"utility\":\"score\"" TIES, AT ".utility",
	     "needs the method cumulative or score"},
	    {find,
	     "{\"rule\":\"equal-shares-add1-pabutools-utilitarian-comparison/v1\",\"budget\":1,"
	     "\"utility\":\"cost\",\"add1_step\":0" TIES,
	     AT ".add1_step", NULL},
	};

	static const struct campaign_wish below_zero = {
	    .method = "score", .limits = "\"value_min\":-1,\"value_max\":3"};
	static const struct refusal scores[] = {
	    {find, SHARES ",\"utility\":\"score\"" TIES, AT ".utility",
	     "needs values of 0 or more"},
	    {find, SHARES ",\"utility\":\"score-cost\"" TIES, AT ".utility",
	     "needs values of 0 or more"},
	};

	(void)state;
	ASSERT_REFUSED(NULL, refusals);
	ASSERT_REFUSED(&below_zero, scores);
}

/* Two options: the first of category a in zone d0, the second of category b in zone d1. */
#define TWO "\"cost\":100},\n{\"id\":\"o1\",\"titles\":{\"ro\":\"o1\"},\"cost\":200}"
#define TWO_PUT \
	"\"cost\":100,\"category\":\"a\",\"zone\":\"d0\"}," \
	"{\"id\":\"o1\",\"titles\":{\"ro\":\"o1\"},\"cost\":200," \
	"\"category\":\"b\",\"zone\":\"d1\"}"
#define POOLED(pools) \
	{ \
		.districts = 3, .options = 2, \
		.outcome = "{\"rule\":\"greedy-skip/v1\",\"pools\":" pools TIES \
	}

static void
pools_are_refused(void **state)
{
	static const struct {
		struct campaign_wish wish;
		const char *path;
		const char *sentence;
	} cases[] = {
	    {POOLED("[]"), AT ".pools", NULL},
	    {POOLED("[{\"id\":\"x\",\"budget\":1}]"), AT ".pools[0].zones", "is missing"},
	    {POOLED("[{\"id\":\"x\",\"budget\":1,\"zones\":[\"d9\"]}]"),
	     AT ".pools[0].zones[0]", "is not the id of a district"},
	    {POOLED("[{\"id\":\"x\",\"budget\":1,\"zones\":[\"d0\"]}]"), AT ".pools",
	     "an option has no pool"},
	    {POOLED("[{\"id\":\"x\",\"budget\":1,\"zones\":[\"d0\",\"d0\"]}]"),
	     AT ".pools[0].zones[1]", "pays for an option that another pool pays for"},
	    {POOLED("[{\"id\":\"x\",\"budget\":1,\"categories\":[\"a\"]},"
		    "{\"id\":\"y\",\"budget\":1,\"zones\":[\"d0\",\"d1\"]}]"),
	     AT ".pools[1].zones[0]", "pays for an option that another pool pays for"},
	    {POOLED("[{\"id\":\"x\",\"budget\":1,\"categories\":[\"c\"]}]"),
	     AT ".pools[0].categories[0]", "is not the category of an option"},
	    {POOLED("[{\"id\":\"x\",\"budget\":1,\"categories\":[\"a\"],\"zones\":[\"d0\"]}]"),
	     AT ".pools[0].zones", "a pool has zones or categories"},
	    {POOLED("[{\"id\":\"x\",\"budget\":1,\"categories\":[\"a\"]},"
		    "{\"id\":\"x\",\"budget\":1,\"categories\":[\"b\"]}]"),
	     AT ".pools[1].id", "is there twice"},
	    {POOLED("[{\"id\":\"x\",\"budget\":1,\"categories\":[\"a\",\"b\"]}],\"budget\":1"),
	     AT ".pools", "a rule has budget or pools"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct refusal refusal = {TWO, TWO_PUT, cases[i].path, cases[i].sentence};

		assert_refused(&cases[i].wish, &refusal, 1);
	}
}

static void
pools_are_read(void **state)
{
	static const struct campaign_wish wish =
	    POOLED("[{\"id\":\"x\",\"budget\":7,\"categories\":[\"a\"]},"
		   "{\"id\":\"y\",\"budget\":8,\"zones\":[\"d1\",\"d2\"]}]");
	struct manifest *manifest = assert_accepted(&wish, TWO, TWO_PUT);
	const struct manifest_outcome *outcome = &manifest->contests[0].outcome;

	(void)state;
	assert_int_equal(outcome->pools_count, 2);
	assert_string_equal(outcome->pools[1].id, "y");
	assert_int_equal(outcome->pools[0].budget, 7);
	assert_int_equal(outcome->pools[1].budget, 8);
	assert_memory_equal(outcome->pools[0].options, "\1\0", 2);
	assert_memory_equal(outcome->pools[1].options, "\0\1", 2);
	manifest_free(manifest);
}

static void
greedy_is_read(void **state)
{
	struct manifest *manifest = assert_accepted(
	    NULL, find,
	    GREEDY ",\"by\":\"score\",\"threshold\":50,\"threshold_percent\":10,"
		   "\"top_up\":{\"percent\":80,\"reserve\":9,\"leftovers\":true},"
		   "\"exclusive\":[[\"o0\",\"o2\"]],\"left_out\":[\"o1\"],\"sheets\":true,"
		   "\"tie_order\":[\"o2\",\"o0\",\"o1\"]}");
	const struct manifest_outcome *outcome = &manifest->contests[0].outcome;

	(void)state;
	assert_string_equal(outcome->id, "greedy-skip/v1");
	assert_int_equal(outcome->rule, MANIFEST_RULE_GREEDY_SKIP);
	assert_int_equal(outcome->pools_count, 1);
	assert_string_equal(outcome->pools[0].id, "");
	assert_int_equal(outcome->pools[0].budget, 500);
	assert_memory_equal(outcome->pools[0].options, "\1\1\1", 3);
	assert_true(outcome->by_score && outcome->sheets && outcome->top_up.given);
	assert_int_equal(outcome->threshold, 50);
	assert_int_equal(outcome->threshold_percent, 10);
	assert_int_equal(outcome->top_up.gap_max, -1);
	assert_int_equal(outcome->top_up.percent, 80);
	assert_int_equal(outcome->top_up.reserve, 9);
	assert_true(outcome->top_up.leftovers);
	assert_int_equal(outcome->exclusions_count, 1);
	assert_memory_equal(outcome->exclusions[0].options, "\1\0\1", 3);
	assert_memory_equal(outcome->left_out, "\0\1\0", 3);
	assert_int_equal(outcome->ties, MANIFEST_TIES_GIVEN);
	assert_int_equal(outcome->ties_given[0], 2);
	assert_int_equal(outcome->ties_given[2], 1);
	manifest_free(manifest);
}

/* The twelve ids of equal shares are the twelve combinations. */
static void
shares_are_read(void **state)
{
	static const char *const add1[] = {"", "-add1-pabutools", "-add1-pabulib"};

	(void)state;
	for (unsigned i = 0; i < 12; i++) {
		struct manifest *manifest;
		char *put;

		assert_true(asprintf(&put,
				     "{\"rule\":\"equal-shares%s%s%s/v1\",\"budget\":1,%s"
				     "\"utility\":\"cardinality\"" TIES,
				     add1[i % 3], i % 6 > 2 ? "-utilitarian" : "",
				     i >= 6 ? "-comparison" : "",
				     i % 3 > 0 ? "\"add1_step\":100," : "") > 0);
		manifest = assert_accepted(NULL, find, put);
		assert_int_equal(manifest->contests[0].outcome.rule, MANIFEST_RULE_SHARES);
		assert_int_equal(manifest->contests[0].outcome.add1, i % 3);
		assert_int_equal(manifest->contests[0].outcome.utilitarian, i % 6 > 2);
		assert_int_equal(manifest->contests[0].outcome.comparison, i >= 6);
		assert_int_equal(manifest->contests[0].outcome.add1_step, i % 3 > 0 ? 100 : 0);
		manifest_free(manifest);
		free(put);
	}
}

static void
seats_of_rankings(void **state)
{
	static const struct campaign_wish wish = {.outcome =
						      "{\"rule\":\"irv/v1\",\"seats\":2" TIES};
	static const struct campaign_wish borda = {
	    .outcome = "{\"rule\":\"borda-zero/v1\",\"seats\":2" TIES};
	static const struct campaign_wish phragmen = {
	    .outcome = "{\"rule\":\"phragmen/v1\",\"budget\":2" TIES};
	static const char approval[] = "\"method\":\"approval\"";
	static const char ranked[] = "\"method\":\"ranked\"";
	static const struct refusal seats = {approval, ranked, AT ".seats",
					     "is not an integer from 1 to 1"};
	static const struct refusal taken = {approval, ranked, AT ".rule",
					     "does not take the method ranked"};
	struct manifest *manifest = assert_accepted(&borda, approval, ranked);

	(void)state;
	assert_refused(&wish, &seats, 1);
	assert_refused(&phragmen, &taken, 1);
	assert_int_equal(manifest->contests[0].outcome.seats, 2);
	assert_true(manifest->contests[0].outcome.last_is_zero);
	manifest_free(manifest);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rules_are_known),    cmocka_unit_test(parameters_belong_to_rules),
	    cmocka_unit_test(values_are_refused), cmocka_unit_test(pools_are_refused),
	    cmocka_unit_test(pools_are_read),     cmocka_unit_test(greedy_is_read),
	    cmocka_unit_test(shares_are_read),    cmocka_unit_test(seats_of_rankings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
