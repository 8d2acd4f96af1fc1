#include "campaign/contests.h"

#include <string.h>

#include "campaign/bounds.h"
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
		option->zone_at = (uint16_t)node_identifier_place(
		    &zone, ids->districts, "is not the id of a district");
		option->zone = node_identifier(&zone);
	}
}

static void
options_read(const struct node *contest_node, const struct ids *ids, json_t *seen,
	     struct manifest *manifest, struct manifest_contest *contest)
{
	struct node node = node_key(contest_node, "options");
	size_t count = node_array(&node, 1, contest_options_max);
	struct manifest_option *options = node_take(&node, count, sizeof *options);

	if (count > options_max - manifest->options_count)
		node_fault(&node, "the campaign's options are more than 4096");
	for (size_t i = 0; i < count && options != NULL; i++) {
		struct node here = node_at(&node, i);

		option_read(&here, ids, seen, &options[i]);
	}
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
	uint8_t *districts;

	contest->all_districts = !node_present(&node) || !json_is_array(node.value);
	if (!contest->all_districts) {
		contest->districts =
		    node_marks(&node, 1, ids->districts, "is not the id of a district");
		return;
	}
	(void)node_choice(&node, all);
	districts = node_take(contest_node, manifest_districts(manifest), 1);
	if (districts != NULL)
		memset(districts, 1, manifest_districts(manifest));
	contest->districts = districts;
}

static void
contest_read(const struct node *node, const struct ids *ids, struct manifest *manifest,
	     struct manifest_contest *contest)
{
	static const char *const keys[] = {
	    "id",        "titles",     "voters",  "method",       "min",
	    "max",       "budget_cap", "blank",   "sum_points",   "value_min",
	    "value_max", "categories", "zones",   "own_zone_max", "other_zones_max",
	    "zones_max", "exclusive",  "options", "outcome",      NULL};
	json_t *options = json_object();
	struct node id;
	struct node method;

	if (options == NULL)
		node_fault_memory(node);
	node_object(node, keys);
	id = node_key(node, "id");
	contest->id = node_identifier_new(&id, ids->contests);
	contest->titles = titles_read(node);
	method = node_key(node, "method");
	if (!method_find(node_identifier(&method), &contest->method))
		node_fault(&method, "is not a voting method");
	voters_read(node, ids, manifest, contest);
	options_read(node, ids, options, manifest, contest);
	if (!node->reading->failed)
		bounds_read(node, options, manifest, contest);
	extent_read(node, manifest, contest);
	if (!node->reading->failed)
		ruling_read(node, ids->districts, contest);
	json_decref(options);
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
	if (!node.reading->failed)
		bounds_across_read(root, ids->contests, manifest);
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
