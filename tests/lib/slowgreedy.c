#include "tests/lib/slowrules.h"

bool
slow_excluded(const struct slow *slow, const struct slow_list *won, size_t option)
{
	const struct manifest_outcome *rule = &slow->contest->outcome;

	for (size_t i = 0; i < rule->exclusions_count; i++)
		for (size_t j = 0; j < won->count; j++)
			if (rule->exclusions[i].options[option] &&
			    rule->exclusions[i].options[won->options[j]])
				return true;
	return false;
}

static bool
strong_enough(const struct slow *slow, int64_t strength)
{
	const struct manifest_outcome *rule = &slow->contest->outcome;
	int64_t part = strength * 100;

	if (rule->threshold > 0 && strength < rule->threshold)
		return false;
	return rule->threshold_percent == 0 || part >= slow->ballots * rule->threshold_percent;
}

/* The strongest option that was not looked at, or -1. */
static int
next_in_order(const struct slow *slow, const struct slow_pool *pool, const int64_t *strength,
	      const bool *seen)
{
	int best = -1;

	for (int a = 0; a < (int)slow->options; a++) {
		if (!pool->has[a] || seen[a])
			continue;
		if (best < 0 || strength[a] > strength[best] ||
		    (strength[a] == strength[best] && slow->place[a] < slow->place[best]))
			best = a;
	}
	return best;
}

/* A contest without money: everything costs nothing. */
static int64_t
price(const struct slow *slow, int option)
{
	switch (slow->contest->outcome.rule) {
	case MANIFEST_RULE_COUNT:
	case MANIFEST_RULE_BORDA:
		return 0;
	default:
		return slow->contest->options[option].cost;
	}
}

void
slow_greedy(const struct slow *slow, const struct slow_pool *pool, struct slow_greedy *greedy,
	    struct slow_list *won)
{
	bool seen[SLOW_OPTIONS_MAX] = {false};
	bool plain = greedy->plain || slow->contest->outcome.rule == MANIFEST_RULE_BORDA;
	int option;

	greedy->left = pool->budget;
	greedy->missed = -1;
	while ((option = next_in_order(slow, pool, greedy->strength, seen)) >= 0) {
		seen[option] = true;
		if (!slow->runs[option] || slow_has(won, (size_t)option))
			continue;
		if (!plain && (!strong_enough(slow, greedy->strength[option]) ||
			       slow_excluded(slow, won, (size_t)option)))
			continue;
		if (price(slow, option) <= greedy->left) {
			slow_take(won, (size_t)option);
			greedy->left -= price(slow, option);
			continue;
		}
		if (greedy->missed < 0)
			greedy->missed = option;
		if (greedy->stop)
			return;
	}
}
