#include "campaign/bounds.h"

#include "campaign/groups.h"
#include "campaign/method.h"
#include "limits.h"

/* True if the limit is there to be read. */
static bool
limit_given(const struct node *contest_node, const char *key, enum method_limit use)
{
	struct node node = node_maybe(contest_node, key);

	if (use == METHOD_LIMIT_NONE)
		node_forbid(contest_node, key, "does not apply to the contest's method");
	if (use == METHOD_LIMIT_MUST)
		node = node_key(contest_node, key);
	return use != METHOD_LIMIT_NONE && node_present(&node);
}

int64_t
bounds_cheapest(const struct manifest_contest *contest, const uint8_t *options, uint32_t wanted)
{
	int64_t paid = -1;
	int64_t sum = 0;

	while (wanted > 0) {
		int64_t next = MANIFEST_MONEY_MAX + 1;
		uint32_t count = 0;

		for (size_t i = 0; i < contest->options_count; i++) {
			int64_t cost = contest->options[i].cost;

			if (options != NULL && options[i] == 0)
				continue;
			if (cost > paid && cost < next) {
				next = cost;
				count = 0;
			}
			count += cost == next;
		}
		if (count == 0)
			break;
		count = count < wanted ? count : wanted;
		sum += next * count;
		wanted -= count;
		paid = next;
	}
	return sum;
}

static void
budget_read(const struct node *node, enum method_limit use, struct manifest_contest *contest)
{
	struct node cap = node_maybe(node, "budget_cap");

	contest->budget_cap = -1;
	if (!limit_given(node, "budget_cap", use))
		return;
	contest->budget_cap = node_integer(&cap, 0, MANIFEST_MONEY_MAX);
	if (contest->budget_cap < bounds_cheapest(contest, NULL, contest->min))
		node_fault(&cap, "the cheapest choice of `min` options costs more");
}

static void
values_read(const struct node *node, const struct method *method,
	    struct manifest_contest *contest)
{
	struct node low = node_maybe(node, "value_min");
	struct node high = node_maybe(node, "value_max");

	if (limit_given(node, "value_min", method->values))
		contest->value_min = (int32_t)node_integer(
		    &low, contest->sum_points >= 0 ? 0 : INT32_MIN, INT32_MAX);
	if (limit_given(node, "value_max", method->values))
		contest->value_max =
		    (int32_t)node_integer(&high, contest->value_min, INT32_MAX);
	else if (contest->value_min > contest->value_max)
		node_fault(&low, "is more than value_max");
}

static void
points_read(const struct node *node, const struct method *method,
	    struct manifest_contest *contest)
{
	struct node sum = node_maybe(node, "sum_points");

	contest->sum_points = -1;
	contest->value_min = 1;
	contest->value_max = 1;
	if (limit_given(node, "sum_points", method->sum_points)) {
		contest->sum_points = node_integer(&sum, 1, INT32_MAX);
		contest->value_max = (int32_t)contest->sum_points;
	}
	values_read(node, method, contest);
	if (contest->sum_points >= 0 &&
	    (int64_t)contest->min * contest->value_min > contest->sum_points)
		node_fault(&sum, "`min` options with value_min points each have more");
}

void
bounds_read(const struct node *contest_node, const json_t *options,
	    const struct manifest *manifest, struct manifest_contest *contest)
{
	const struct method *method = method_of(contest->method);
	size_t most = method->one_choice ? 1 : contest->options_count;

	contest->max =
	    (uint32_t)node_integer_or(contest_node, "max", 1, (int64_t)most, (int64_t)most);
	contest->min = (uint32_t)node_integer_or(contest_node, "min", 1, contest->max, 1);
	budget_read(contest_node, method->budget_cap, contest);
	points_read(contest_node, method, contest);
	contest->blank = node_boolean_or_false(contest_node, "blank");
	if (!contest_node->reading->failed)
		groups_read(contest_node, options, manifest, contest);
}

/* What the contests of one limit allow by themselves. */
struct span {
	int64_t count;
	int64_t most;     /* choices in all of them */
	int64_t least;    /* the largest `min` */
	int64_t cheapest; /* to vote in the dearest of them */
};

static struct span
span_of(const struct manifest *manifest, const uint8_t *contests)
{
	struct span span = {0};

	for (size_t i = 0; i < manifest->contests_count; i++) {
		const struct manifest_contest *contest = &manifest->contests[i];
		int64_t cheapest;

		if (contests[i] == 0)
			continue;
		cheapest = bounds_cheapest(contest, NULL, contest->min);
		span.count++;
		span.most += contest->max;
		span.least = contest->min > span.least ? contest->min : span.least;
		span.cheapest = cheapest > span.cheapest ? cheapest : span.cheapest;
	}
	return span;
}

static void
across_read(const struct node *node, const json_t *contests, const struct manifest *manifest,
	    struct manifest_across *across)
{
	static const char *const keys[] = {"contests", "max", "contests_max", "budget_cap",
					   NULL};
	struct node list;
	struct node max = node_maybe(node, "max");
	struct node contests_max = node_maybe(node, "contests_max");
	struct node cap = node_maybe(node, "budget_cap");
	struct span span;

	node_object(node, keys);
	list = node_key(node, "contests");
	across->contests = node_marks(&list, 2, contests, "is not the id of a contest");
	if (across->contests == NULL)
		return;
	span = span_of(manifest, across->contests);
	if (!node_present(&max) && !node_present(&contests_max) && !node_present(&cap))
		node_fault(node, "has neither max, contests_max nor budget_cap");
	across->max = (uint32_t)node_integer_or(node, "max", span.least, span.most, UINT32_MAX);
	across->contests_max =
	    (uint32_t)node_integer_or(node, "contests_max", 1, span.count, UINT32_MAX);
	across->budget_cap = node_integer_or(node, "budget_cap", 0, MANIFEST_MONEY_MAX, -1);
	if (node_present(&cap) && across->budget_cap < span.cheapest)
		node_fault(&cap, "in one of the contests the cheapest vote costs more");
}

void
bounds_across_read(const struct node *root, const json_t *contests, struct manifest *manifest)
{
	struct node node = node_maybe(root, "across");
	size_t count = node_array(&node, 0, across_max);
	struct manifest_across *list = node_take(&node, count, sizeof *list);

	for (size_t i = 0; i < count && list != NULL; i++) {
		struct node here = node_at(&node, i);

		across_read(&here, contests, manifest, &list[i]);
	}
	manifest->across_count = count;
	manifest->across = list;
}
