/* outcomes: the winners of a real election by every rule that somebody else has worked out:
 *
 *   outcomes FILE.pb ORACLE.json [slow]
 *
 * A line for each rule, `agree RULE (winners)` or `DIFFERENT what: RULE (winners)`. The oracle
 * (another program, exact fractions) breaks ties by ids as strings; Phragmen's winners it gives
 * sorted, without their order. What the file states as its rule is compared with its `selected`
 * column. With `slow` it is the second implementation that decides, not the engine. */
#include "tests/lib/ballotbox.h"
#include "tests/lib/pbfile.h"
#include "tests/lib/test.h"

#include <jansson.h>

struct trial {
	const struct pbfile *file;
	bool slow;
	struct manifest_contest contest;
	struct manifest_option options[PBFILE_PROJECTS_MAX];
	struct manifest_pool pool;
	uint16_t ties[PBFILE_PROJECTS_MAX];
	uint8_t ones[PBFILE_PROJECTS_MAX];
	uint8_t left_out[PBFILE_PROJECTS_MAX];
	uint8_t zeros[PBFILE_PROJECTS_MAX];
	struct profile votes; /* the file's, values as the rule wants them */
	struct slow_list won;
};

/* What an oracle's key means here. */
struct meaning {
	const char *key;
	enum manifest_rule rule;
	enum manifest_utility utility;
	enum manifest_add1 add1;
	bool utilitarian;
	bool set; /* the oracle tells no order: sorted by id */
	int zero; /* what the last one named of a ranking gets */
};

static const struct meaning meanings[] = {
    {.key = "greedy/cost", .rule = MANIFEST_RULE_GREEDY_SKIP},
    {.key = "greedy/points*cost", .rule = MANIFEST_RULE_GREEDY_SKIP},
    {.key = "greedy/positional*cost", .rule = MANIFEST_RULE_GREEDY_SKIP, .zero = 1},
    {.key = "phragmen", .rule = MANIFEST_RULE_PHRAGMEN, .set = true},
#define SHARES(name, what, last) \
	{.key = "mes/" name, .rule = MANIFEST_RULE_SHARES, .utility = what, .zero = last}, \
	    {.key = "mes-add1/" name, \
	     .rule = MANIFEST_RULE_SHARES, \
	     .utility = what, \
	     .add1 = MANIFEST_ADD1_PABUTOOLS, \
	     .zero = last}, \
	{ \
		.key = "mes-add1-greedy/" name, .rule = MANIFEST_RULE_SHARES, .utility = what, \
		.add1 = MANIFEST_ADD1_PABUTOOLS, .zero = last, .utilitarian = true \
	}
    SHARES("cardinality", MANIFEST_UTILITY_CARDINALITY, 1),
    SHARES("cost", MANIFEST_UTILITY_COST, 1),
    SHARES("points", MANIFEST_UTILITY_SCORE, 1),
    SHARES("points*cost", MANIFEST_UTILITY_SCORE_COST, 1),
    SHARES("positional", MANIFEST_UTILITY_SCORE, 1),
    SHARES("positional*cost", MANIFEST_UTILITY_SCORE_COST, 1),
    SHARES("borda0", MANIFEST_UTILITY_SCORE, 0),
};

static const struct pbfile *sorting;

static int
by_id(const void *a, const void *b)
{
	return strcmp(sorting->projects[*(const uint16_t *)a].id,
		      sorting->projects[*(const uint16_t *)b].id);
}

static bool
ordinal(const struct pbfile *file)
{
	return strcmp(file->vote_type, "ordinal") == 0;
}

static bool
by_points(const struct pbfile *file)
{
	return ordinal(file) || strcmp(file->vote_type, "cumulative") == 0 ||
	       strcmp(file->vote_type, "scoring") == 0;
}

/* Rankings become points, the last one named `last`. */
static void
set_points(struct trial *trial, int last)
{
	const struct profile *votes = &trial->file->votes;

	for (size_t row = 0; row < votes->rows_count; row++) {
		const struct profile_row *vote = &votes->rows[row];

		for (size_t i = vote->first; i < vote->first + vote->count; i++) {
			trial->votes.choices[i] = votes->choices[i];
			if (ordinal(trial->file))
				trial->votes.choices[i].value =
				    (int32_t)vote->count - votes->choices[i].value + last;
		}
	}
}

static struct trial *
trial_make(const struct pbfile *file, bool slow)
{
	struct trial *trial = calloc(1, sizeof(*trial));

	assert_non_null(trial);
	trial->file = file;
	trial->slow = slow;
	trial->votes = file->votes;
	trial->votes.choices =
	    malloc(file->votes.choices_count * sizeof(*trial->votes.choices));
	assert_non_null(trial->votes.choices);
	for (size_t i = 0; i < file->projects_count; i++) {
		trial->options[i].id = file->projects[i].id;
		trial->options[i].cost = file->projects[i].cost;
		trial->ones[i] = 1;
		trial->ties[i] = (uint16_t)i;
		trial->left_out[i] = file->projects[i].withdrawn;
	}
	trial->pool =
	    (struct manifest_pool){.id = "", .options = trial->ones, .budget = file->budget};
	trial->contest = (struct manifest_contest){
	    .id = "votes",
	    .method = by_points(file) ? MANIFEST_METHOD_CUMULATIVE : MANIFEST_METHOD_APPROVAL,
	    .options = trial->options,
	    .options_count = file->projects_count,
	};
	return trial;
}

static void
trial_free(struct trial *trial)
{
	free(trial->votes.choices);
	free(trial);
}

/* A rule's outcome with what all of them share. */
static struct manifest_outcome
outcome_make(struct trial *trial)
{
	return (struct manifest_outcome){
	    .id = "",
	    .seats = 1,
	    .pools_count = 1,
	    .pools = &trial->pool,
	    .by_score = by_points(trial->file),
	    .add1_step = trial->file->unit,
	    .left_out = trial->zeros,
	    .ties = MANIFEST_TIES_GIVEN,
	    .ties_given = trial->ties,
	};
}

static void
decide(struct trial *trial)
{
	const struct slow_case given = {
	    .contest = &trial->contest, .withdrawn = trial->zeros, .votes = &trial->votes};
	struct ballotbox *box;

	if (trial->slow) {
		slow_decide(&given, &trial->won);
		return;
	}
	box = malloc(sizeof(*box));
	assert_non_null(box);
	ballotbox_init(box, &trial->contest);
	ballotbox_drop(box, &trial->votes);
	ballotbox_decide(box, &trial->won);
	ballotbox_free(box);
	free(box);
}

/* Winners in order against ids in order; what differs first is told. */
static bool
same_order(const struct trial *trial, const json_t *wanted)
{
	const struct slow_list *won = &trial->won;

	for (size_t i = 0; i < won->count || i < json_array_size(wanted); i++) {
		const char *ours =
		    i < won->count ? trial->options[won->options[i]].id : "nobody";
		const char *theirs = i < json_array_size(wanted)
					 ? json_string_value(json_array_get(wanted, i))
					 : "nobody";

		if (strcmp(ours, theirs) != 0) {
			printf("DIFFERENT place %zu: %s, oracle %s: ", i + 1, ours, theirs);
			return false;
		}
	}
	printf("agree ");
	return true;
}

static bool
try_oracle(struct trial *trial, const struct meaning *meaning, const json_t *wanted)
{
	bool same;

	sorting = trial->file;
	for (size_t i = 0; i < trial->file->projects_count; i++)
		trial->ties[i] = (uint16_t)i;
	qsort(trial->ties, trial->file->projects_count, sizeof(*trial->ties), by_id);
	trial->contest.outcome = outcome_make(trial);
	trial->contest.outcome.rule = meaning->rule;
	trial->contest.outcome.utility = meaning->utility;
	trial->contest.outcome.add1 = meaning->add1;
	trial->contest.outcome.utilitarian = meaning->utilitarian;
	set_points(trial, meaning->zero);
	decide(trial);
	if (meaning->set)
		qsort(trial->won.options, trial->won.count, sizeof(*trial->won.options), by_id);
	same = same_order(trial, wanted);
	printf("%s (%zu)\n", meaning->key, trial->won.count);
	return same;
}

static bool
try_oracles(struct trial *trial, const json_t *winners)
{
	bool same = true;

	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++) {
		const json_t *wanted = json_object_get(winners, meanings[i].key);

		if (wanted)
			same &= try_oracle(trial, &meanings[i], wanted);
	}
	return same;
}

static const int64_t *tie_votes;

/* Equal shares in the cities' way: cheaper first, then more votes. */
static int
by_cost(const void *a, const void *b)
{
	uint16_t left = *(const uint16_t *)a;
	uint16_t right = *(const uint16_t *)b;
	int64_t costs = sorting->projects[left].cost - sorting->projects[right].cost;
	int64_t votes = tie_votes[right] - tie_votes[left];

	if (costs != 0)
		return costs < 0 ? -1 : 1;
	return votes != 0 ? (votes < 0 ? -1 : 1) : left - right;
}

static void
shares_ties(struct trial *trial)
{
	int64_t votes[PBFILE_PROJECTS_MAX] = {0};

	for (size_t i = 0; i < trial->file->votes.choices_count; i++)
		votes[trial->file->votes.choices[i].option]++;
	sorting = trial->file;
	tie_votes = votes;
	qsort(trial->ties, trial->file->projects_count, sizeof(*trial->ties), by_cost);
}

/* The rule that the file names; false if there is none here. */
static bool
stated_rule(struct trial *trial)
{
	const char *rule = trial->file->rule;
	struct manifest_outcome *outcome = &trial->contest.outcome;

	*outcome = outcome_make(trial);
	outcome->left_out = trial->left_out;
	outcome->threshold = trial->file->threshold;
	for (size_t i = 0; i < trial->file->projects_count; i++)
		trial->ties[i] = (uint16_t)i;
	if (strcmp(rule, "greedy") == 0 || strcmp(rule, "greedy-threshold") == 0) {
		outcome->rule = MANIFEST_RULE_GREEDY_SKIP;
	} else if (strcmp(rule, "greedy-no-skip") == 0) {
		outcome->rule = MANIFEST_RULE_GREEDY_STOP;
	} else if (strncmp(rule, "equalshares/add1", strlen("equalshares/add1")) == 0) {
		outcome->rule = MANIFEST_RULE_SHARES;
		outcome->utility = MANIFEST_UTILITY_COST;
		outcome->add1 = MANIFEST_ADD1_PABULIB;
		outcome->comparison = strcmp(rule, "equalshares/add1-comparison") == 0;
		outcome->threshold = 0;
		shares_ties(trial);
	} else {
		return false;
	}
	return true;
}

static bool
try_stated(struct trial *trial)
{
	bool same = true;

	if (trial->file->projects[0].selected < 0 || !stated_rule(trial))
		return true;
	set_points(trial, 1);
	decide(trial);
	for (size_t i = 0; i < trial->file->projects_count; i++)
		if (slow_has(&trial->won, i) != (trial->file->projects[i].selected == 1)) {
			printf("DIFFERENT project %s: ", trial->options[i].id);
			same = false;
		}
	printf("%sselected (%s, %zu)\n", same ? "agree " : "", trial->file->rule,
	       trial->won.count);
	return same;
}

int
main(int argc, char **argv)
{
	struct pbfile *file;
	struct trial *trial;
	json_t *oracle;
	bool same;

	if (argc < 3)
		return 2;
	file = pbfile_read(argv[1]);
	oracle = json_load_file(argv[2], 0, NULL);
	if (!oracle)
		return 2;
	trial = trial_make(file, argc > 3);
	same = try_oracles(trial, json_object_get(oracle, "winners"));
	same &= try_stated(trial);
	trial_free(trial);
	json_decref(oracle);
	pbfile_free(file);
	return same ? 0 : 1;
}
