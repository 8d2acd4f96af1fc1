#include "campaign/groups.h"

#include <string.h>

#include "campaign/bounds.h"
#include "limits.h"

/* Categories and zones are read alike. */
struct kind {
	const char *list;
	const char *id;
	const char *nothing;
	const char *const *keys;
};

static const char *const category_keys[] = {"category", "min", "max", "budget_cap", NULL};
static const char *const zone_keys[] = {"zone", "min", "max", "budget_cap", NULL};

static const struct kind categories = {"categories", "category",
				       "is not the category of an option", category_keys};
static const struct kind zones = {"zones", "zone", "is not the zone of an option", zone_keys};

/* The options of the group; returns how many. */
static size_t
options_mark(const struct manifest_contest *contest, const struct kind *kind, const char *id,
	     uint8_t *marks)
{
	size_t count = 0;

	for (size_t i = 0; i < contest->options_count; i++) {
		const struct manifest_option *option = &contest->options[i];
		const char *its = kind == &zones ? option->zone : option->category;

		marks[i] = its != NULL && strcmp(its, id) == 0;
		count += marks[i];
	}
	return count;
}

static void
cap_read(const struct node *node, const struct manifest_contest *contest,
	 struct manifest_group *group)
{
	struct node cap = node_maybe(node, "budget_cap");
	uint32_t wanted = group->min > 0 ? group->min : 1;

	group->budget_cap = node_integer_or(node, "budget_cap", 0, MANIFEST_MONEY_MAX, -1);
	if (node_present(&cap) &&
	    group->budget_cap < bounds_cheapest(contest, group->options, wanted))
		node_fault(&cap, "the cheapest choice here costs more");
}

static void
group_read(const struct node *node, const struct kind *kind,
	   const struct manifest_contest *contest, json_t *seen, struct manifest_group *group)
{
	uint8_t *marks = node_take(node, contest->options_count, 1);
	struct node id;
	size_t size;

	node_object(node, kind->keys);
	id = node_key(node, kind->id);
	group->id = node_identifier_new(&id, seen);
	if (marks == NULL)
		return;
	size = options_mark(contest, kind, group->id, marks);
	if (size == 0)
		node_fault(&id, kind->nothing);
	if (!node->reading->failed && json_object_size(node->value) == 1)
		node_fault(node, "has neither min, max nor budget_cap");
	group->options = marks;
	group->max = (uint32_t)node_integer_or(node, "max", 1, (int64_t)size, (int64_t)size);
	group->min = (uint32_t)node_integer_or(
	    node, "min", 0, group->max < contest->max ? group->max : contest->max, 0);
	cap_read(node, contest, group);
}

/* What the groups of one kind leave possible, beside the contest's own limits. */
static void
groups_fit(const struct node *node, const struct manifest_contest *contest,
	   const struct manifest_group *groups, size_t count)
{
	int64_t least = 0;
	int64_t most = (int64_t)contest->options_count;
	int64_t cost = 0;

	for (size_t i = 0; i < count; i++) {
		for (size_t o = 0; o < contest->options_count; o++)
			most -= groups[i].options[o];
		most += groups[i].max;
		least += groups[i].min;
		cost += bounds_cheapest(contest, groups[i].options, groups[i].min);
	}
	if (least > contest->max)
		node_fault(node, "each `min` together is more than the contest's max");
	if (most < contest->min)
		node_fault(node, "nobody could make `min` choices in the contest");
	if (contest->budget_cap >= 0 && cost > contest->budget_cap)
		node_fault(node, "the cheapest choice costs more than the contest's cap");
}

static const struct manifest_group *
groups_of_kind(const struct node *contest_node, const struct kind *kind,
	       const struct manifest_contest *contest, size_t *count)
{
	struct node node = node_maybe(contest_node, kind->list);
	struct manifest_group *groups;
	json_t *seen = json_object();

	*count = node_array(&node, 0, groups_max);
	groups = node_take(&node, *count, sizeof *groups);
	if (seen == NULL)
		node_fault_memory(&node);
	for (size_t i = 0; i < *count && groups != NULL; i++) {
		struct node here = node_at(&node, i);

		group_read(&here, kind, contest, seen, &groups[i]);
	}
	json_decref(seen);
	if (groups != NULL && !node.reading->failed)
		groups_fit(&node, contest, groups, *count);
	return groups;
}

/* How many choices the zones leave room for, and ask for, each by itself. */
struct room {
	uint32_t most[districts_max];
	uint32_t least[districts_max];
	uint32_t outside; /* options without a zone */
	uint32_t all;     /* sum of `most` */
	uint32_t wanted;  /* sum of `least` */
	uint32_t zones;   /* with an option */
	uint32_t needed;  /* with a `min` */
};

static void
room_limit(struct room *room, const struct manifest_contest *contest,
	   const struct manifest_group *zone)
{
	size_t o = 0;

	while (zone->options[o] == 0)
		o++;
	room->most[contest->options[o].zone_at] = zone->max;
	room->least[contest->options[o].zone_at] = zone->min;
}

static void
room_measure(struct room *room, const struct manifest_contest *contest)
{
	for (size_t i = 0; i < contest->options_count; i++) {
		const struct manifest_option *option = &contest->options[i];

		if (option->zone == NULL)
			room->outside++;
		else
			room->most[option->zone_at]++;
	}
	for (size_t i = 0; i < contest->limits.zones_count; i++)
		room_limit(room, contest, &contest->limits.zones[i]);
	for (size_t d = 0; d < districts_max; d++) {
		room->all += room->most[d];
		room->wanted += room->least[d];
		room->zones += room->most[d] > 0;
		room->needed += room->least[d] > 0;
	}
}

/* Choices that fit into the `count` roomiest zones. */
static uint32_t
roomiest(const struct room *room, uint32_t count)
{
	uint32_t below = UINT32_MAX;
	uint32_t sum = 0;

	while (count > 0) {
		uint32_t next = 0;

		for (size_t d = 0; d < districts_max; d++) {
			if (room->most[d] < below && room->most[d] > next)
				next = room->most[d];
		}
		if (next == 0)
			break;
		for (size_t d = 0; d < districts_max && count > 0; d++) {
			if (room->most[d] == next) {
				sum += next;
				count--;
			}
		}
		below = next;
	}
	return sum;
}

static void
zones_max_read(const struct node *contest_node, const struct room *room,
	       struct manifest_contest *contest)
{
	struct node node = node_maybe(contest_node, "zones_max");

	contest->limits.zones_max = UINT32_MAX;
	if (!node_present(&node))
		return;
	if (room->zones == 0)
		node_fault(&node, "no option of the contest has a zone");
	contest->limits.zones_max = (uint32_t)node_integer(&node, 1, room->zones);
	if (contest->limits.zones_max < room->needed)
		node_fault(&node, "more zones than that have a `min`");
	if (room->outside + roomiest(room, contest->limits.zones_max) < contest->min)
		node_fault(&node, "nobody could make `min` choices in the contest");
}

static uint32_t
lesser(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Every district that votes in the contest can keep own_zone_max and other_zones_max. */
static void
districts_fit(const struct node *node, const struct room *room, const struct manifest *manifest,
	      const struct manifest_contest *contest)
{
	const struct manifest_limits *limits = &contest->limits;

	for (size_t d = 0; d < manifest_districts(manifest); d++) {
		uint32_t own = lesser(limits->own_max, room->most[d]);
		uint32_t others = lesser(limits->other_max, room->all - room->most[d]);

		if (!manifest_votes_in(contest, (uint16_t)d))
			continue;
		if (room->outside + own + others < contest->min)
			node_fault(node, "in a district nobody could make `min` choices");
		if (room->least[d] > limits->own_max ||
		    room->wanted - room->least[d] > limits->other_max)
			node_fault(node, "in a district nobody could keep a zone's `min`");
	}
}

static void
own_zone_read(const struct node *contest_node, const struct room *room,
	      const struct manifest *manifest, struct manifest_contest *contest)
{
	struct node own = node_maybe(contest_node, "own_zone_max");
	struct node others = node_maybe(contest_node, "other_zones_max");
	const struct node *given = node_present(&others) ? &others : &own;
	int64_t most = (int64_t)contest->options_count;

	contest->limits.own_max =
	    (uint32_t)node_integer_or(contest_node, "own_zone_max", 0, most, UINT32_MAX);
	contest->limits.other_max =
	    (uint32_t)node_integer_or(contest_node, "other_zones_max", 0, most, UINT32_MAX);
	if (!node_present(given))
		return;
	if (room->zones == 0)
		node_fault(given, "no option of the contest has a zone");
	if (!given->reading->failed)
		districts_fit(given, room, manifest, contest);
}

/* At least so many options exclude each other out of what the contest has: one of each set stays,
 * of sets that have nothing in common. */
static uint32_t
excluded_count(const struct manifest_contest *contest)
{
	uint8_t used[contest_options_max] = {0};
	uint32_t excluded = 0;

	for (size_t i = 0; i < contest->limits.exclusions_count; i++) {
		const uint8_t *options = contest->limits.exclusions[i].options;
		uint32_t size = 0;
		bool apart = true;

		for (size_t o = 0; o < contest->options_count; o++)
			apart = apart && !(options[o] != 0 && used[o] != 0);
		for (size_t o = 0; apart && o < contest->options_count; o++) {
			used[o] |= options[o];
			size += options[o];
		}
		excluded += apart ? size - 1 : 0;
	}
	return excluded;
}

static void
exclusive_read(const struct node *contest_node, const json_t *options,
	       struct manifest_contest *contest)
{
	struct node node = node_maybe(contest_node, "exclusive");
	size_t count = node_array(&node, 0, exclusions_max);
	struct manifest_exclusion *sets = node_take(&node, count, sizeof *sets);

	for (size_t i = 0; i < count && sets != NULL; i++) {
		struct node here = node_at(&node, i);

		sets[i].options =
		    node_marks(&here, 2, options, "is not the id of an option of the contest");
	}
	if (node.reading->failed)
		return;
	contest->limits.exclusions_count = count;
	contest->limits.exclusions = sets;
	if (contest->options_count - excluded_count(contest) < contest->min)
		node_fault(&node, "nobody could make `min` choices in the contest");
}

void
groups_read(const struct node *contest_node, const json_t *options,
	    const struct manifest *manifest, struct manifest_contest *contest)
{
	struct manifest_limits *limits = &contest->limits;
	struct room room = {.outside = 0};

	limits->categories =
	    groups_of_kind(contest_node, &categories, contest, &limits->categories_count);
	limits->zones = groups_of_kind(contest_node, &zones, contest, &limits->zones_count);
	if (contest_node->reading->failed)
		return;
	room_measure(&room, contest);
	zones_max_read(contest_node, &room, contest);
	own_zone_read(contest_node, &room, manifest, contest);
	exclusive_read(contest_node, options, contest);
}
