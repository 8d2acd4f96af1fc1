#include "campaign/method.h"

#include <string.h>

#include "limits.h"

/* Options are marked or not: every value is 1. */
static enum tally_verdict
marks_check(const struct manifest_contest *contest, const struct ballot_choices *choices)
{
	(void)contest;
	for (size_t i = 0; i < choices->count; i++) {
		if (ballot_choice_at(choices, i).value != 1)
			return TALLY_NOT_CANONICAL;
	}
	return TALLY_ACCEPTED;
}

static enum tally_verdict
score_check(const struct manifest_contest *contest, const struct ballot_choices *choices)
{
	for (size_t i = 0; i < choices->count; i++) {
		int32_t value = ballot_choice_at(choices, i).value;

		if (value < contest->value_min || value > contest->value_max)
			return TALLY_VALUE_OUT_OF_RANGE;
	}
	return TALLY_ACCEPTED;
}

static enum tally_verdict
cumulative_check(const struct manifest_contest *contest, const struct ballot_choices *choices)
{
	enum tally_verdict verdict = score_check(contest, choices);
	int64_t sum = 0;

	for (size_t i = 0; i < choices->count; i++)
		sum += ballot_choice_at(choices, i).value;
	if (verdict == TALLY_ACCEPTED && sum > contest->sum_points)
		return TALLY_OVER_POINTS;
	return verdict;
}

/* A value is a rank: each of 1 to the number of choices once. */
static enum tally_verdict
ranked_check(const struct manifest_contest *contest, const struct ballot_choices *choices)
{
	uint8_t given[contest_options_max] = {0};

	CHECK(choices->count <= contest->options_count);
	for (size_t i = 0; i < choices->count; i++) {
		int32_t rank = ballot_choice_at(choices, i).value;

		if (rank < 1 || rank > choices->count || given[rank - 1] != 0)
			return TALLY_BAD_RANKING;
		given[rank - 1] = 1;
	}
	return TALLY_ACCEPTED;
}

static const struct method methods[] = {
    [MANIFEST_METHOD_SINGLE] = {.name = "single", .one_choice = true, .check = marks_check},
    [MANIFEST_METHOD_APPROVAL] = {.name = "approval",
				  .budget_cap = METHOD_LIMIT_MAY,
				  .check = marks_check},
    [MANIFEST_METHOD_KNAPSACK] = {.name = "knapsack",
				  .budget_cap = METHOD_LIMIT_MUST,
				  .check = marks_check},
    [MANIFEST_METHOD_CUMULATIVE] = {.name = "cumulative",
				    .sum_points = METHOD_LIMIT_MUST,
				    .values = METHOD_LIMIT_MAY,
				    .check = cumulative_check},
    [MANIFEST_METHOD_SCORE] = {.name = "score",
			       .values = METHOD_LIMIT_MUST,
			       .check = score_check},
    [MANIFEST_METHOD_RANKED] = {.name = "ranked", .check = ranked_check},
};

enum {
	methods_count = sizeof methods / sizeof *methods
};

const struct method *
method_of(enum manifest_method method)
{
	CHECK((unsigned)method < methods_count);
	return &methods[method];
}

bool
method_find(const char *name, enum manifest_method *out)
{
	for (unsigned i = 0; i < methods_count; i++) {
		if (strcmp(methods[i].name, name) == 0) {
			*out = (enum manifest_method)i;
			return true;
		}
	}
	return false;
}
