#include "tests/lib/tinyelection.h"

#include <inttypes.h>

/* Everything that an election in the engine's shape points to. */
struct stand {
	struct manifest_contest contest;
	struct manifest_option options[TINY_OPTIONS_MAX];
	struct manifest_pool pools[TINY_POOLS_MAX];
	uint8_t pool_options[TINY_POOLS_MAX][TINY_OPTIONS_MAX];
	struct manifest_exclusion exclusions[TINY_SETS_MAX];
	struct profile votes;
	struct profile_row rows[TINY_BALLOTS_MAX];
	struct profile_choice choices[TINY_BALLOTS_MAX * TINY_OPTIONS_MAX];
	struct slow_list fast;
	struct slow_list slow;
	const char *complaint; /* about what the engine says beside the winners; NULL: none */
};

static bool
has_money(enum manifest_rule rule)
{
	return rule == MANIFEST_RULE_GREEDY_SKIP || rule == MANIFEST_RULE_GREEDY_STOP ||
	       rule == MANIFEST_RULE_SHARES || rule == MANIFEST_RULE_PHRAGMEN;
}

static void
stand_votes(struct stand *stand, const struct tiny_election *election)
{
	struct profile *votes = &stand->votes;

	votes->rows = stand->rows;
	votes->choices = stand->choices;
	for (size_t i = 0; i < election->ballots_count; i++) {
		struct profile_row *row = &votes->rows[votes->rows_count++];

		*row = (struct profile_row){.weight = 1, .first = votes->choices_count};
		for (size_t j = 0; j < election->options_count; j++)
			if (election->value[i][j] != TINY_UNNAMED)
				votes->choices[votes->choices_count++] =
				    (struct profile_choice){(uint16_t)j, election->value[i][j]};
		row->count = votes->choices_count - row->first;
	}
}

static void
stand_make(struct stand *stand, const struct tiny_election *election)
{
	struct manifest_outcome *outcome = &stand->contest.outcome;

	*stand = (struct stand){.contest = {.id = "contest",
					    .method = election->method,
					    .options_count = election->options_count,
					    .options = stand->options,
					    .outcome = election->outcome}};
	for (size_t i = 0; i < election->options_count; i++) {
		stand->options[i] =
		    (struct manifest_option){.id = "option", .cost = election->cost[i]};
		stand->pool_options[election->pool[i]][i] = 1;
	}
	for (size_t i = 0; i < TINY_POOLS_MAX; i++)
		stand->pools[i] = (struct manifest_pool){.id = "pool",
							 .options = stand->pool_options[i],
							 .budget = election->budget[i]};
	for (size_t i = 0; i < TINY_SETS_MAX; i++)
		stand->exclusions[i].options = election->sets[i];
	outcome->pools = stand->pools;
	outcome->pools_count = has_money(outcome->rule) ? election->outcome.pools_count : 0;
	outcome->exclusions = stand->exclusions;
	outcome->left_out = election->left_out;
	outcome->ties_given = election->ties;
	stand_votes(stand, election);
}

/* What is left of each pool, from the winners alone: a pool with a gap that was filled is empty. */
static bool
money_adds_up(const struct stand *stand, const struct ballotbox *box)
{
	const struct manifest_outcome *outcome = &stand->contest.outcome;

	if (outcome->add1 == MANIFEST_ADD1_PABULIB)
		return true;
	if (box->outcome.pools_count != outcome->pools_count)
		return false;
	for (size_t i = 0; i < outcome->pools_count; i++) {
		int64_t left = outcome->pools[i].budget;

		for (size_t j = 0; j < stand->fast.count; j++)
			if (outcome->pools[i].options[stand->fast.options[j]])
				left -= stand->options[stand->fast.options[j]].cost;
		if (left < 0 && outcome->top_up.given)
			left = 0;
		if (left != box->outcome.left[i])
			return false;
	}
	return true;
}

static bool
same(const struct slow_list *a, const struct slow_list *b)
{
	return a->count == b->count &&
	       memcmp(a->options, b->options, a->count * sizeof(*a->options)) == 0;
}

/* The winners by the steps alone; a pool begins anew where greedy is preferred. */
static void
follow_steps(const struct election_result *result, struct slow_list *won)
{
	size_t pool_first = 0;

	won->count = 0;
	for (size_t i = 0; i < result->steps_count; i++) {
		const struct election_step *step = &result->steps[i];

		if (i > 0 && step->pool != step[-1].pool)
			pool_first = won->count;
		if (step->act == ELECTION_PREFERRED && step->other_strength > step->strength)
			won->count = pool_first;
		if (step->act == ELECTION_TAKEN || step->act == ELECTION_TOPPED_UP ||
		    step->act == ELECTION_COMPLETED)
			won->options[won->count++] = step->option;
	}
}

static bool
same_set(const struct slow_list *a, const struct slow_list *b)
{
	for (size_t i = 0; i < a->count; i++)
		if (!slow_has(b, a->options[i]))
			return false;
	return a->count == b->count;
}

/* Would others have won, the option put to that end of the tie order? */
static bool
others_win(const struct stand *stand, const struct slow_case *given, uint16_t option,
	   bool first)
{
	struct manifest_contest contest = *given->contest;
	struct slow_case other = *given;
	uint16_t place[SLOW_OPTIONS_MAX];
	uint16_t ties[TINY_OPTIONS_MAX];
	struct slow_list won;
	size_t count = first ? 1 : 0;

	slow_tie_order(given, place);
	for (size_t at = 0; at < contest.options_count; at++)
		for (size_t i = 0; i < contest.options_count; i++)
			if (place[i] == at && i != option)
				ties[count++] = (uint16_t)i;
	ties[first ? 0 : count] = option;
	contest.outcome.ties = MANIFEST_TIES_GIVEN;
	contest.outcome.ties_given = ties;
	other.contest = &contest;
	slow_decide(&other, &won);
	return !same_set(&won, &stand->slow);
}

static bool
ties_mattered(const struct stand *stand, const struct slow_case *given,
	      const struct election_result *result)
{
	for (size_t i = 0; i < result->steps_count; i++) {
		const struct election_step *step = &result->steps[i];
		bool mattered = step->tie && (others_win(stand, given, step->option, true) ||
					      others_win(stand, given, step->option, false));

		if (step->tie_mattered != mattered)
			return false;
	}
	return true;
}

static void
stand_decide(struct stand *stand, const struct tiny_election *election)
{
	const struct slow_case given = {.contest = &stand->contest,
					.contest_place = BALLOTBOX_CONTEST,
					.withdrawn = election->withdrawn,
					.seed = election->seed,
					.votes = &stand->votes};
	struct ballotbox box;
	struct slow_list steps;

	slow_decide(&given, &stand->slow);
	ballotbox_init(&box, &stand->contest);
	memcpy(box.law.draw, election->seed, sizeof(election->seed));
	for (size_t i = 0; i < election->options_count; i++) {
		size_t place = BALLOTBOX_OPTIONS_FIRST + i;

		if (election->withdrawn[i])
			box.law.options_withdrawn[place / 8] |= (uint8_t)(1U << place % 8);
	}
	ballotbox_drop(&box, &stand->votes);
	ballotbox_decide(&box, &stand->fast);
	follow_steps(&box.outcome.result, &steps);
	if (!money_adds_up(stand, &box))
		stand->complaint = "its money does not add up";
	else if (!same(&steps, &stand->fast))
		stand->complaint = "its steps lead to other winners";
	else if (same(&stand->fast, &stand->slow) &&
		 !ties_mattered(stand, &given, &box.outcome.result))
		stand->complaint = "ties mattered elsewhere";
	ballotbox_free(&box);
}

bool
tiny_agree(const struct tiny_election *election)
{
	struct stand stand;

	stand_make(&stand, election);
	stand_decide(&stand, election);
	return same(&stand.slow, &stand.fast) && stand.complaint == NULL;
}

static void
print_list(const char *who, const struct slow_list *won)
{
	fprintf(stderr, "%s:", who);
	for (size_t i = 0; i < won->count; i++)
		fprintf(stderr, " %u", won->options[i]);
	fprintf(stderr, "\n");
}

static void
print_rule(const struct tiny_election *election)
{
	const struct manifest_outcome *rule = &election->outcome;

	fprintf(stderr,
		"rule %d add1 %d step %" PRId64 " utilitarian %d comparison %d utility %d "
		"last_is_zero %d seats %u by_score %d threshold %" PRId64 " percent %u\n",
		(int)rule->rule, (int)rule->add1, rule->add1_step, rule->utilitarian,
		rule->comparison, (int)rule->utility, rule->last_is_zero, rule->seats,
		rule->by_score, rule->threshold, rule->threshold_percent);
	fprintf(stderr,
		"method %d ties %d top_up %d gap_max %" PRId64 " percent %u reserve %" PRId64
		" leftovers %d exclusions %zu\n",
		(int)election->method, (int)rule->ties, rule->top_up.given,
		rule->top_up.gap_max, rule->top_up.percent, rule->top_up.reserve,
		rule->top_up.leftovers, rule->exclusions_count);
	for (size_t i = 0; i < rule->pools_count; i++)
		fprintf(stderr, "pool %zu: %" PRId64 "\n", i, election->budget[i]);
}

void
tiny_print(const struct tiny_election *election)
{
	struct stand stand;
	struct slow_case given = {.contest = &stand.contest,
				  .contest_place = BALLOTBOX_CONTEST,
				  .seed = election->seed};
	uint16_t place[SLOW_OPTIONS_MAX];

	stand_make(&stand, election);
	stand_decide(&stand, election);
	slow_tie_order(&given, place);
	print_rule(election);
	for (size_t i = 0; i < election->options_count; i++)
		fprintf(stderr,
			"option %zu: cost %" PRId64 " pool %zu tie place %u%s%s sets %d%d\n", i,
			election->cost[i], election->pool[i], place[i],
			election->withdrawn[i] ? " withdrawn" : "",
			election->left_out[i] ? " left out" : "", election->sets[0][i],
			election->sets[1][i]);
	for (size_t i = 0; i < election->ballots_count; i++) {
		fprintf(stderr, "ballot:");
		for (size_t j = 0; j < election->options_count; j++)
			if (election->value[i][j] != TINY_UNNAMED)
				fprintf(stderr, " %zu=%d", j, election->value[i][j]);
		fprintf(stderr, "\n");
	}
	print_list("engine", &stand.fast);
	print_list("slow", &stand.slow);
	if (stand.complaint)
		fprintf(stderr, "the engine: %s\n", stand.complaint);
}

void
tiny_try(enum manifest_rule rule, uint64_t count)
{
	const char *wanted = getenv("COUNT");
	uint64_t seed = test_random_make(1).state;
	struct tiny_election election;

	if (wanted)
		count = strtoull(wanted, NULL, 10);
	for (uint64_t i = 0; i < count; i++) {
		struct test_random random = {seed + i};

		tiny_make(&election, rule, &random);
		if (tiny_agree(&election))
			continue;
		tiny_shrink(&election);
		fprintf(stderr, "disagreement: TEST_SEED=%" PRIu64 " COUNT=1\n", seed + i);
		tiny_print(&election);
		fail();
	}
}
