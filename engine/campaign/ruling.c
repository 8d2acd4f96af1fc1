#include "campaign/ruling.h"

#include <string.h>

#include "limits.h"

/* Every rule id there is. */
struct ruling {
	const char *id;
	enum manifest_rule rule;
	enum manifest_add1 add1;
	bool utilitarian;
	bool comparison;
	bool last_is_zero;
};

#define SHARES(suffix, add1, utilitarian, comparison) \
	{ \
		"equal-shares" suffix "/v1", MANIFEST_RULE_SHARES, add1, utilitarian, \
		    comparison, false \
	}

static const struct ruling rulings[] = {
    {.id = "none", .rule = MANIFEST_RULE_NONE},
    {.id = "count/v1", .rule = MANIFEST_RULE_COUNT},
    {.id = "greedy-skip/v1", .rule = MANIFEST_RULE_GREEDY_SKIP},
    {.id = "greedy-stop/v1", .rule = MANIFEST_RULE_GREEDY_STOP},
    {.id = "phragmen/v1", .rule = MANIFEST_RULE_PHRAGMEN},
    {.id = "irv/v1", .rule = MANIFEST_RULE_RUNOFF},
    {.id = "schulze/v1", .rule = MANIFEST_RULE_SCHULZE},
    {.id = "borda/v1", .rule = MANIFEST_RULE_BORDA},
    {.id = "borda-zero/v1", .rule = MANIFEST_RULE_BORDA, .last_is_zero = true},
    SHARES("", MANIFEST_ADD1_NONE, false, false),
    SHARES("-utilitarian", MANIFEST_ADD1_NONE, true, false),
    SHARES("-comparison", MANIFEST_ADD1_NONE, false, true),
    SHARES("-utilitarian-comparison", MANIFEST_ADD1_NONE, true, true),
    SHARES("-add1-pabutools", MANIFEST_ADD1_PABUTOOLS, false, false),
    SHARES("-add1-pabutools-utilitarian", MANIFEST_ADD1_PABUTOOLS, true, false),
    SHARES("-add1-pabutools-comparison", MANIFEST_ADD1_PABUTOOLS, false, true),
    SHARES("-add1-pabutools-utilitarian-comparison", MANIFEST_ADD1_PABUTOOLS, true, true),
    SHARES("-add1-pabulib", MANIFEST_ADD1_PABULIB, false, false),
    SHARES("-add1-pabulib-utilitarian", MANIFEST_ADD1_PABULIB, true, false),
    SHARES("-add1-pabulib-comparison", MANIFEST_ADD1_PABULIB, false, true),
    SHARES("-add1-pabulib-utilitarian-comparison", MANIFEST_ADD1_PABULIB, true, true),
};

/* What the readers of parameters write to and look into. */
struct reading {
	const struct ruling *ruling;
	const struct node *node; /* the member `outcome` */
	const json_t *districts; /* id to place */
	const json_t *options;   /* id to place */
	const struct manifest_contest *contest;
	struct manifest_outcome *outcome;
};

static uint8_t *
options_take(const struct reading *reading)
{
	return node_take(reading->node, reading->contest->options_count, 1);
}

/* The place of an option by its id; a fault if no option has it. */
static size_t
option_at(const struct reading *reading, const struct node *node)
{
	return node_identifier_place(node, reading->options,
				     "is not the id of an option of the contest");
}

/* Marks the options that a list names, none twice; NULL after a fault. */
static const uint8_t *
options_marked(const struct reading *reading, const struct node *node, size_t least)
{
	size_t count = node_array(node, least, reading->contest->options_count);
	uint8_t *marks = options_take(reading);

	for (size_t i = 0; i < count && marks != NULL; i++) {
		struct node here = node_at(node, i);
		size_t place = option_at(reading, &here);

		if (marks[place] != 0)
			node_fault(&here, "is there twice");
		marks[place] = 1;
	}
	return marks;
}

static void
seats_read(const struct reading *reading, const struct node *node)
{
	size_t most =
	    reading->ruling->rule == MANIFEST_RULE_RUNOFF ? 1 : reading->contest->options_count;

	reading->outcome->seats = 1;
	if (node_present(node))
		reading->outcome->seats = (uint32_t)node_integer(node, 1, (int64_t)most);
}

static struct manifest_pool *
pools_take(const struct reading *reading, size_t count)
{
	struct manifest_pool *pools = node_take(reading->node, count, sizeof *pools);

	reading->outcome->pools_count = pools == NULL ? 0 : count;
	reading->outcome->pools = pools;
	return pools;
}

/* One pool for everything. */
static void
budget_read(const struct reading *reading, const struct node *node)
{
	struct manifest_pool *pool;
	uint8_t *options;

	if (!node_present(node))
		return;
	pool = pools_take(reading, 1);
	options = options_take(reading);
	if (pool == NULL || options == NULL)
		return;
	memset(options, 1, reading->contest->options_count);
	*pool = (struct manifest_pool){
	    .id = "", .options = options, .budget = node_integer(node, 0, MANIFEST_MONEY_MAX)};
}

/* Gives the pool every option whose zone, or category, the element names. `paid` marks options
 * that have a pool. */
static size_t
group_read(const struct reading *reading, const struct node *element, bool zones,
	   uint8_t *options, uint8_t *paid)
{
	const char *group = node_identifier(element);
	size_t count = 0;

	if (zones)
		(void)node_identifier_place(element, reading->districts,
					    "is not the id of a district");
	for (size_t i = 0; i < reading->contest->options_count; i++) {
		const struct manifest_option *option = &reading->contest->options[i];
		const char *its = zones ? option->zone : option->category;

		if (its == NULL || strcmp(its, group) != 0)
			continue;
		if (paid[i] != 0)
			node_fault(element, "pays for an option that another pool pays for");
		paid[i] = options[i] = 1;
		count++;
	}
	return count;
}

static void
pool_read(const struct reading *reading, const struct node *node, json_t *seen, uint8_t *paid,
	  struct manifest_pool *pool)
{
	static const char *const keys[] = {"id", "budget", "zones", "categories", NULL};
	struct node id;
	struct node budget;
	struct node categories = node_maybe(node, "categories");
	bool zones = !node_present(&categories);
	struct node groups = zones ? node_key(node, "zones") : categories;
	uint8_t *options = options_take(reading);
	size_t count;

	node_object(node, keys);
	if (!zones)
		node_forbid(node, "zones", "a pool has zones or categories");
	id = node_key(node, "id");
	pool->id = node_identifier_new(&id, seen);
	budget = node_key(node, "budget");
	pool->budget = node_integer(&budget, 0, MANIFEST_MONEY_MAX);
	count = node_array(&groups, 1, districts_max);
	for (size_t i = 0; i < count && options != NULL && paid != NULL; i++) {
		struct node here = node_at(&groups, i);

		if (group_read(reading, &here, zones, options, paid) == 0 && !zones)
			node_fault(&here, "is not the category of an option");
	}
	pool->options = options;
}

static void
pools_read(const struct reading *reading, const struct node *node)
{
	struct node budget = node_maybe(reading->node, "budget");
	struct manifest_pool *pools;
	uint8_t *paid;
	json_t *seen;
	size_t count;

	if (!node_present(node)) {
		if (!node_present(&budget))
			node_fault(&budget, "is missing: the rule needs budget or pools");
		return;
	}
	if (node_present(&budget))
		node_fault(node, "a rule has budget or pools");
	count = node_array(node, 1, pools_max);
	pools = pools_take(reading, count);
	paid = options_take(reading);
	seen = json_object();
	if (seen == NULL)
		node_fault_memory(node);
	for (size_t i = 0; i < count && pools != NULL; i++) {
		struct node here = node_at(node, i);

		pool_read(reading, &here, seen, paid, &pools[i]);
	}
	json_decref(seen);
	for (size_t i = 0; paid != NULL && i < reading->contest->options_count; i++) {
		if (paid[i] == 0)
			node_fault(node, "an option has no pool");
	}
}

static void
by_read(const struct reading *reading, const struct node *node)
{
	static const char *const words[] = {"votes", "score", NULL};

	reading->outcome->by_score = node_choice(node, words) == 1;
}

static void
threshold_read(const struct reading *reading, const struct node *node)
{
	if (node_present(node))
		reading->outcome->threshold = node_integer(node, 0, MANIFEST_MONEY_MAX);
}

static void
threshold_percent_read(const struct reading *reading, const struct node *node)
{
	if (node_present(node))
		reading->outcome->threshold_percent = (uint32_t)node_integer(node, 0, 100);
}

static void
utility_read(const struct reading *reading, const struct node *node)
{
	static const char *const words[] = {"cardinality", "cost", "score", "score-cost", NULL};
	enum manifest_utility utility = (enum manifest_utility)node_choice(node, words);
	enum manifest_method method = reading->contest->method;

	reading->outcome->utility = utility;
	if (utility != MANIFEST_UTILITY_SCORE && utility != MANIFEST_UTILITY_SCORE_COST)
		return;
	if (method != MANIFEST_METHOD_CUMULATIVE && method != MANIFEST_METHOD_SCORE)
		node_fault(node, "needs the method cumulative or score");
	if (reading->contest->value_min < 0)
		node_fault(node, "needs values of 0 or more");
}

static void
add1_step_read(const struct reading *reading, const struct node *node)
{
	if (reading->ruling->add1 != MANIFEST_ADD1_NONE)
		reading->outcome->add1_step = node_integer(node, 1, MANIFEST_MONEY_MAX);
}

static void
top_up_read(const struct reading *reading, const struct node *node)
{
	static const char *const keys[] = {"gap_max", "percent", "reserve", "leftovers", NULL};
	struct node reserve;

	if (!node_present(node))
		return;
	node_object(node, keys);
	reserve = node_key(node, "reserve");
	reading->outcome->top_up = (struct manifest_top_up){
	    .given = true,
	    .gap_max = node_integer_or(node, "gap_max", 0, MANIFEST_MONEY_MAX, -1),
	    .percent = (uint32_t)node_integer_or(node, "percent", 0, 100, 0),
	    .reserve = node_integer(&reserve, 0, MANIFEST_MONEY_MAX),
	    .leftovers = node_boolean_or_false(node, "leftovers"),
	};
}

static void
exclusive_read(const struct reading *reading, const struct node *node)
{
	size_t count = node_present(node) ? node_array(node, 1, exclusions_max) : 0;
	struct manifest_exclusion *exclusions =
	    node_take(reading->node, count, sizeof *exclusions);

	for (size_t i = 0; i < count && exclusions != NULL; i++) {
		struct node here = node_at(node, i);

		exclusions[i].options = options_marked(reading, &here, 2);
	}
	reading->outcome->exclusions_count = count;
	reading->outcome->exclusions = exclusions;
}

static void
left_out_read(const struct reading *reading, const struct node *node)
{
	reading->outcome->left_out =
	    node_present(node) ? options_marked(reading, node, 1) : options_take(reading);
}

static void
sheets_read(const struct reading *reading, const struct node *node)
{
	(void)node;
	reading->outcome->sheets = node_boolean_or_false(reading->node, "sheets");
}

static void
ties_given_read(const struct reading *reading, const struct node *node)
{
	size_t options_count = reading->contest->options_count;
	uint16_t *given = node_take(node, options_count, sizeof *given);
	size_t count = node_array(node, options_count, options_count);

	(void)options_marked(reading, node, options_count);
	for (size_t i = 0; i < count && given != NULL; i++) {
		struct node here = node_at(node, i);

		given[i] = (uint16_t)option_at(reading, &here);
	}
	reading->outcome->ties = MANIFEST_TIES_GIVEN;
	reading->outcome->ties_given = given;
}

static void
tie_order_read(const struct reading *reading, const struct node *node)
{
	static const char *const words[] = {"listed", "cheaper-first", "dearer-first", "drawn",
					    NULL};
	static const enum manifest_ties ties[] = {MANIFEST_TIES_LISTED, MANIFEST_TIES_CHEAPER,
						  MANIFEST_TIES_DEARER, MANIFEST_TIES_DRAWN};

	if (node_present(node) && json_is_array(node->value))
		ties_given_read(reading, node);
	else
		reading->outcome->ties = ties[node_choice(node, words)];
}

enum {
	COUNT = 1 << MANIFEST_RULE_COUNT,
	GREEDY = 1 << MANIFEST_RULE_GREEDY_SKIP | 1 << MANIFEST_RULE_GREEDY_STOP,
	EQUAL_SHARES = 1 << MANIFEST_RULE_SHARES,
	PHRAGMEN = 1 << MANIFEST_RULE_PHRAGMEN,
	MONEY = GREEDY | EQUAL_SHARES | PHRAGMEN,
	RANKED =
	    1 << MANIFEST_RULE_RUNOFF | 1 << MANIFEST_RULE_SCHULZE | 1 << MANIFEST_RULE_BORDA,
	ALL = COUNT | MONEY | RANKED
};

/* Every parameter there is: the rules that may and those that must have it. Its reader is called
 * for every rule that may, present or not. */
static const struct parameter {
	const char *key;
	unsigned may;
	unsigned must;
	void (*read)(const struct reading *reading, const struct node *node);
} parameters[] = {
    {"seats", COUNT | RANKED, 0, seats_read},
    {"budget", MONEY, 0, budget_read},
    {"pools", MONEY, 0, pools_read},
    {"by", COUNT | GREEDY, 0, by_read},
    {"threshold", COUNT | GREEDY, 0, threshold_read},
    {"threshold_percent", COUNT | GREEDY, 0, threshold_percent_read},
    {"utility", EQUAL_SHARES, EQUAL_SHARES, utility_read},
    {"add1_step", EQUAL_SHARES, EQUAL_SHARES, add1_step_read},
    {"top_up", GREEDY, 0, top_up_read},
    {"exclusive", COUNT | GREEDY, 0, exclusive_read},
    {"left_out", ALL, 0, left_out_read},
    {"sheets", COUNT | GREEDY, 0, sheets_read},
    {"tie_order", ALL, ALL, tie_order_read},
};

enum {
	rulings_count = sizeof rulings / sizeof *rulings,
	parameters_count = sizeof parameters / sizeof *parameters
};

static const struct ruling *
find(const struct node *node)
{
	const char *id = node_identifier(node);

	for (size_t i = 0; i < rulings_count; i++) {
		if (strcmp(rulings[i].id, id) == 0)
			return &rulings[i];
	}
	node_fault(node, "is not an outcome rule");
	return &rulings[0];
}

/* Unknown keys are faults; known ones that the rule does not have are faults with their reason. */
static void
keys_check(const struct node *node)
{
	const char *keys[parameters_count + 2] = {"rule"};

	for (size_t i = 0; i < parameters_count; i++)
		keys[i + 1] = parameters[i].key;
	node_object(node, keys);
}

/* The add-one variants alone have a step. */
static bool
has(const struct ruling *ruling, const struct parameter *parameter, unsigned rules)
{
	bool without = parameter->read == add1_step_read && ruling->add1 == MANIFEST_ADD1_NONE;

	return (rules & 1U << ruling->rule) != 0 && !without;
}

static void
parameters_read(const struct reading *reading)
{
	for (size_t i = 0; i < parameters_count; i++) {
		const struct parameter *parameter = &parameters[i];
		struct node node = node_maybe(reading->node, parameter->key);

		if (!has(reading->ruling, parameter, parameter->may)) {
			node_forbid(reading->node, parameter->key,
				    "does not apply to the contest's rule");
			continue;
		}
		if (has(reading->ruling, parameter, parameter->must))
			node = node_key(reading->node, parameter->key);
		parameter->read(reading, &node);
	}
}

/* Rules over rankings need them; those over marks and points do not take them. */
static void
method_check(const struct ruling *ruling, const struct manifest_contest *contest,
	     const struct node *rule)
{
	bool ranked = contest->method == MANIFEST_METHOD_RANKED;

	if (!ranked && (RANKED & 1 << ruling->rule) != 0)
		node_fault(rule, "needs the method ranked");
	if (ranked && ((EQUAL_SHARES | PHRAGMEN) & 1 << ruling->rule) != 0)
		node_fault(rule, "does not take the method ranked");
}

/* The ids of the contest's options, each to its place. */
static json_t *
options_index(const struct manifest_contest *contest)
{
	json_t *ids = json_object();

	for (size_t i = 0; ids != NULL && i < contest->options_count; i++) {
		if (json_object_set_new(ids, contest->options[i].id,
					json_integer((json_int_t)i)) != 0) {
			json_decref(ids);
			return NULL;
		}
	}
	return ids;
}

void
ruling_read(const struct node *contest_node, const json_t *districts,
	    struct manifest_contest *contest)
{
	struct node node = node_key(contest_node, "outcome");
	struct node rule;
	struct reading reading = {.node = &node,
				  .districts = districts,
				  .contest = contest,
				  .outcome = &contest->outcome};
	json_t *options = NULL;

	keys_check(&node);
	rule = node_key(&node, "rule");
	reading.ruling = find(&rule);
	contest->outcome = (struct manifest_outcome){
	    .id = reading.ruling->id,
	    .rule = reading.ruling->rule,
	    .add1 = reading.ruling->add1,
	    .utilitarian = reading.ruling->utilitarian,
	    .comparison = reading.ruling->comparison,
	    .last_is_zero = reading.ruling->last_is_zero,
	};
	method_check(reading.ruling, contest, &rule);
	if (node.reading->failed)
		return;
	options = options_index(contest);
	if (options == NULL)
		node_fault_memory(&node);
	reading.options = options;
	parameters_read(&reading);
	json_decref(options);
}
