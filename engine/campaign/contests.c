#include "campaign/contests.h"

#include <string.h>

#include "campaign/extent.h"
#include "campaign/method.h"
#include "campaign/ruling.h"
#include "campaign/titles.h"
#include "limits.h"

_Static_assert(MANIFEST_MONEY_MAX <= INT64_MAX / options_max, "no sum of costs overflows");
_Static_assert(options_max == 4096 && choices_max == 1024, "the sentences below name them");

/* Ids of districts, for zones and voters; of contests, for each other. */
struct ids {
	json_t *districts;
	json_t *contests;
};

static void
district_read(const struct node *node, const struct ids *ids,
	      struct manifest_district *district)
{
	static const char *const keys[] = {"id", "titles", NULL};
	struct node id;

	node_object(node, keys);
	id = node_key(node, "id");
	district->id = node_identifier_new(&id, ids->districts);
	district->titles = titles_read(node);
}

static void
districts_read(const struct node *root, const struct ids *ids, struct manifest *manifest)
{
	struct node node = node_maybe(root, "districts");
	size_t count = node_array(&node, 0, districts_max);
	struct manifest_district *districts = node_take(&node, count, sizeof *districts);

	if (districts == NULL)
		return;
	for (size_t i = 0; i < count; i++) {
		struct node here = node_at(&node, i);

		district_read(&here, ids, &districts[i]);
	}
	manifest->districts_count = count;
	manifest->districts = districts;
}

static void
option_read(const struct node *node, const struct ids *ids, json_t *seen,
	    struct manifest_option *option)
{
	static const char *const keys[] = {"id", "titles", "cost", "category", "zone", NULL};
	struct node id;
	struct node category;
	struct node zone;

	node_object(node, keys);
	id = node_key(node, "id");
	option->id = node_identifier_new(&id, seen);
	option->titles = titles_read(node);
	option->cost = node_integer_or(node, "cost", 0, MANIFEST_MONEY_MAX, 0);
	category = node_maybe(node, "category");
	if (node_present(&category))
		option->category = node_identifier(&category);
	zone = node_maybe(node, "zone");
	if (node_present(&zone)) {
		(void)node_identifier_place(&zone, ids->districts,
					    "is not the id of a district");
		option->zone = node_identifier(&zone);
	}
}

static void
options_read(const struct node *contest_node, const struct ids *ids, struct manifest *manifest,
	     struct manifest_contest *contest)
{
	struct node node = node_key(contest_node, "options");
	size_t count = node_array(&node, 1, contest_options_max);
	struct manifest_option *options = node_take(&node, count, sizeof *options);
	json_t *seen = json_object();

	if (seen == NULL)
		node_fault_memory(&node);
	if (count > options_max - manifest->options_count)
		node_fault(&node, "the campaign's options are more than 4096");
	for (size_t i = 0; i < count && options != NULL; i++) {
		struct node here = node_at(&node, i);

		option_read(&here, ids, seen, &options[i]);
	}
	json_decref(seen);
	contest->options = options;
	contest->options_count = count;
	contest->options_first = manifest->options_count;
	manifest->options_count += count;
}

static void
voters_read(const struct node *contest_node, const struct ids *ids,
	    const struct manifest *manifest, struct manifest_contest *contest)
{
	static const char *const all[] = {"all", NULL};
	struct node node = node_maybe(contest_node, "voters");
	uint8_t *districts = node_take(contest_node, manifest_districts(manifest), 1);
	size_t count;

	contest->districts = districts;
	contest->all_districts = !node_present(&node) || !json_is_array(node.value);
	if (contest->all_districts) {
		(void)node_choice(&node, all);
		if (districts != NULL)
			memset(districts, 1, manifest_districts(manifest));
		return;
	}
	count = node_array(&node, 1, districts_max);
	for (size_t i = 0; i < count && districts != NULL; i++) {
		struct node here = node_at(&node, i);
		size_t place =
		    node_identifier_place(&here, ids->districts, "is not the id of a district");

		if (districts[place] != 0)
			node_fault(&here, "is there twice");
		districts[place] = 1;
	}
}

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

/* The least that `min` options cost together. */
static int64_t
cheapest_choice(const struct manifest_contest *contest)
{
	uint32_t wanted = contest->min;
	int64_t paid = -1;
	int64_t sum = 0;

	while (wanted > 0) {
		int64_t next = MANIFEST_MONEY_MAX + 1;
		uint32_t count = 0;

		for (size_t i = 0; i < contest->options_count; i++) {
			int64_t cost = contest->options[i].cost;

			if (cost > paid && cost < next) {
				next = cost;
				count = 0;
			}
			count += cost == next;
		}
		if (count == 0)
			break; /* fewer options than `min`: a fault already */
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
	if (contest->budget_cap < cheapest_choice(contest))
		node_fault(&cap, "the cheapest choice of `min` options costs more");
}

static void
points_read(const struct node *node, const struct method *method,
	    struct manifest_contest *contest)
{
	struct node low = node_maybe(node, "value_min");
	struct node high = node_maybe(node, "value_max");

	contest->sum_points = -1;
	contest->value_min = 1;
	contest->value_max = 1;
	if (limit_given(node, "sum_points", method->sum_points)) {
		contest->sum_points = node_integer_or(node, "sum_points", 1, INT32_MAX, -1);
		contest->value_max = (int32_t)contest->sum_points;
	}
	if (limit_given(node, "value_min", method->values))
		contest->value_min = (int32_t)node_integer(&low, INT32_MIN, INT32_MAX);
	if (limit_given(node, "value_max", method->values))
		contest->value_max =
		    (int32_t)node_integer(&high, contest->value_min, INT32_MAX);
	else if (contest->value_min > contest->value_max)
		node_fault(&low, "is more than value_max");
}

static void
limits_read(const struct node *node, struct manifest_contest *contest)
{
	const struct method *method = method_of(contest->method);
	size_t most = method->one_choice ? 1 : contest->options_count;

	contest->max = (uint32_t)node_integer_or(node, "max", 1, (int64_t)most, (int64_t)most);
	contest->min = (uint32_t)node_integer_or(node, "min", 1, contest->max, 1);
	budget_read(node, method->budget_cap, contest);
	points_read(node, method, contest);
	contest->blank = node_boolean_or_false(node, "blank");
}

static void
contest_read(const struct node *node, const struct ids *ids, struct manifest *manifest,
	     struct manifest_contest *contest)
{
	static const char *const keys[] = {"id",        "titles",    "voters",     "method",
					   "min",       "max",       "budget_cap", "sum_points",
					   "value_min", "value_max", "blank",      "options",
					   "outcome",   NULL};
	struct node id;
	struct node method;

	node_object(node, keys);
	id = node_key(node, "id");
	contest->id = node_identifier_new(&id, ids->contests);
	contest->titles = titles_read(node);
	method = node_key(node, "method");
	if (!method_find(node_identifier(&method), &contest->method))
		node_fault(&method, "is not a voting method");
	voters_read(node, ids, manifest, contest);
	options_read(node, ids, manifest, contest);
	limits_read(node, contest);
	extent_read(node, manifest, contest);
	if (!node->reading->failed)
		ruling_read(node, ids->districts, contest);
}

/* limits.h: the largest ballot that the contests allow fits choices_max. */
static void
ballots_fit(const struct node *contests_node, const struct manifest *manifest)
{
	uint32_t sums[districts_max] = {0};

	for (size_t c = 0; c < manifest->contests_count; c++) {
		const struct manifest_contest *contest = &manifest->contests[c];
		struct node here = node_at(contests_node, c);
		struct node max = node_maybe(&here, "max");

		for (size_t d = 0; d < manifest_districts(manifest); d++) {
			if (manifest_votes_in(contest, (uint16_t)d))
				sums[d] += contest->max;
			if (sums[d] > choices_max)
				node_fault(&max, "a ballot could have more than 1024 choices");
		}
	}
}

static void
list_read(const struct node *root, const struct ids *ids, struct manifest *manifest)
{
	struct node node = node_key(root, "contests");
	size_t count = node_array(&node, 1, contests_max);
	struct manifest_contest *contests = node_take(&node, count, sizeof *contests);

	if (contests == NULL)
		return;
	for (size_t i = 0; i < count; i++) {
		struct node here = node_at(&node, i);

		contest_read(&here, ids, manifest, &contests[i]);
	}
	manifest->contests_count = count;
	manifest->contests = contests;
	if (!node.reading->failed)
		ballots_fit(&node, manifest);
}

void
contests_read(const struct node *root, struct manifest *manifest)
{
	struct ids ids = {json_object(), json_object()};

	if (ids.districts == NULL || ids.contests == NULL)
		node_fault_memory(root);
	districts_read(root, &ids, manifest);
	list_read(root, &ids, manifest);
	json_decref(ids.districts);
	json_decref(ids.contests);
}
