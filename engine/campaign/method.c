#include "campaign/method.h"

#include <string.h>

static enum tally_verdict
values_check(const struct ballot_choices *choices, int32_t value)
{
	for (size_t i = 0; i < choices->count; i++) {
		if (ballot_choice_at(choices, i).value != value)
			return TALLY_NOT_CANONICAL;
	}
	return TALLY_ACCEPTED;
}

/* MANIFEST_MONEY_MAX keeps the sum from overflowing. */
static int64_t
cost_of(const struct manifest_contest *contest, const struct ballot_choices *choices)
{
	int64_t cost = 0;

	for (size_t i = 0; i < choices->count; i++)
		cost += contest->options[ballot_choice_at(choices, i).option].cost;
	return cost;
}

/* Options are marked or not: every value is 1. */
static enum tally_verdict
marks_check(const struct manifest_contest *contest, const struct ballot_choices *choices)
{
	enum tally_verdict verdict = values_check(choices, 1);

	if (verdict != TALLY_ACCEPTED)
		return verdict;
	if (choices->count < contest->min)
		return TALLY_TOO_FEW_CHOICES;
	if (choices->count > contest->max)
		return TALLY_TOO_MANY_CHOICES;
	if (contest->budget_cap >= 0 && cost_of(contest, choices) > contest->budget_cap)
		return TALLY_OVER_BUDGET;
	return TALLY_ACCEPTED;
}

static const struct method methods[] = {
    [MANIFEST_METHOD_SINGLE] = {.name = "single", .one_choice = true, .check = marks_check},
    [MANIFEST_METHOD_APPROVAL] = {.name = "approval",
				  .budget_cap = METHOD_LIMIT_MAY,
				  .check = marks_check},
    [MANIFEST_METHOD_KNAPSACK] = {.name = "knapsack", .budget_cap = METHOD_LIMIT_MUST},
    [MANIFEST_METHOD_CUMULATIVE] = {.name = "cumulative",
				    .sum_points = METHOD_LIMIT_MUST,
				    .values = METHOD_LIMIT_MAY},
    [MANIFEST_METHOD_SCORE] = {.name = "score", .values = METHOD_LIMIT_MUST},
    [MANIFEST_METHOD_RANKED] = {.name = "ranked"},
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
