#include "tools/tallyctl/pboutcome.h"

#include <stdlib.h>
#include <string.h>

#include "tools/lib/complain.h"
#include "tools/tallyctl/decimal.h"
#include "tools/tallyctl/oddities.h"

struct rule {
	const char *name;
	const char *id;
	bool shares;
	bool add1;
};

static const struct rule rules[] = {
    {"greedy", "greedy-skip/v1", false, false},
    {"greedy-threshold", "greedy-skip/v1", false, false},
    {"greedy-no-skip", "greedy-stop/v1", false, false},
    {"equalshares", "equal-shares/v1", true, false},
    {"equalshares-comparison", "equal-shares-comparison/v1", true, false},
    {"equalshares/add1", "equal-shares-add1-pabulib/v1", true, true},
    {"equalshares/add1-comparison", "equal-shares-add1-pabulib-comparison/v1", true, true},
};

static const struct rule *
rule_find(const char *name)
{
	for (size_t i = 0; name && i < sizeof rules / sizeof *rules; i++)
		if (strcmp(rules[i].name, name) == 0)
			return &rules[i];
	return NULL;
}

static json_t *
none(const char *key, const char *why)
{
	complain("%s: %s: the outcome rule is none", key, why);
	return json_pack("{s:s}", "rule", "none");
}

static void
set(json_t *object, const char *key, json_t *value)
{
	CHECK(json_object_set_new(object, key, value) == 0);
}

/* A project as equal shares' ties are ordered. */
struct place {
	size_t at;
	int64_t cost;
	int64_t votes;
};

static int
by_tie(const void *a, const void *b)
{
	const struct place *left = a, *right = b;

	if (left->cost != right->cost)
		return left->cost < right->cost ? -1 : 1;
	if (left->votes != right->votes)
		return left->votes > right->votes ? -1 : 1;
	return (left->at > right->at) - (left->at < right->at);
}

static json_t *
ties_of(const struct pb *pb, const struct survey *survey)
{
	struct place *places = calloc(pb->projects_count, sizeof *places);
	json_t *ties = json_array();

	CHECK(places);
	for (size_t i = 0; i < pb->projects_count; i++)
		places[i] = (struct place){i, pb->projects[i].cost, survey->projects[i].votes};
	qsort(places, pb->projects_count, sizeof *places, by_tie);
	for (size_t i = 0; i < pb->projects_count; i++)
		CHECK(json_array_append_new(ties, json_string(pb->projects[places[i].at].id)) ==
		      0);
	free(places);
	return ties;
}

static json_t *
left_out_of(const struct pb *pb)
{
	json_t *list = json_array();

	for (size_t i = 0; i < pb->projects_count; i++)
		if (pb_withdrawn(pb, &pb->projects[i]))
			CHECK(json_array_append_new(list, json_string(pb->projects[i].id)) ==
			      0);
	return list;
}

static int64_t
unit(const struct pb *pb)
{
	int64_t unit = 1;

	for (unsigned i = 0; i < pb->places; i++)
		unit *= 10;
	return unit;
}

static json_t *
shares_make(const struct pb *pb, const struct rule *rule, enum pbvote_type type, int64_t budget,
	    const struct survey *survey)
{
	json_t *outcome;

	if (type == PBVOTE_ORDINAL)
		return none("rule", "equal shares of ranks");
	outcome = json_pack(
	    "{s:s, s:I, s:s, s:o}", "rule", rule->id, "budget", (json_int_t)budget, "utility",
	    pbvote_has_points(type) ? "score-cost" : "cost", "tie_order", ties_of(pb, survey));
	CHECK(outcome);
	if (rule->add1)
		set(outcome, "add1_step", json_integer((json_int_t)unit(pb)));
	return outcome;
}

static json_t *
greedy_make(const struct pb *pb, const struct rule *rule, enum pbvote_type type, int64_t budget)
{
	const char *text = pb_meta(pb, "min_project_score_threshold");
	bool marks = type == PBVOTE_APPROVAL || type == PBVOTE_CHOOSE_1;
	int64_t threshold = 0;
	json_t *outcome;

	if (text && *text && !decimal_scaled(text, 0, &threshold))
		return none("min_project_score_threshold", "it is not a whole number");
	outcome =
	    json_pack("{s:s, s:I, s:s, s:s}", "rule", rule->id, "budget", (json_int_t)budget,
		      "by", marks ? "votes" : "score", "tie_order", "listed");
	CHECK(outcome);
	if (threshold)
		set(outcome, "threshold", json_integer((json_int_t)threshold));
	return outcome;
}

json_t *
pboutcome_make(const struct pb *pb, enum pbvote_type type, const struct survey *survey)
{
	const char *name = pb_meta(pb, "rule");
	const char *sum = pb_meta(pb, "budget");
	const struct rule *rule = rule_find(name);
	int64_t budget;
	json_t *outcome;

	if (!rule)
		return none("rule", name && *name ? name : "META does not say it");
	if (!sum || !pb_money(pb, sum, &budget))
		return none("budget", "META has no sum of money");
	outcome = rule->shares ? shares_make(pb, rule, type, budget, survey)
			       : greedy_make(pb, rule, type, budget);
	if (oddities_withdrawn(pb) && json_object_get(outcome, "budget"))
		set(outcome, "left_out", left_out_of(pb));
	return outcome;
}
