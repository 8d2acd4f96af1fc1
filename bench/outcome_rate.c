/* outcome_rate: how long the rules over ballots take.
 *
 *   outcome_rate [BALLOTS [OPTIONS [SEED]]]
 *
 * Made-up ballots (300,000) name 1 to 10 of the options (100), popular ones more often; the budget
 * pays for about a third of them. Prints seconds for the profile and for each rule. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limits.h"
#include "outcome/election.h"
#include "tools/lib/dice.h"
#include "tools/lib/ticks.h"

enum {
	NAMED_MAX = 10
};

static struct dice dice = {1};
static struct manifest_option options[contest_options_max];
static uint16_t order[contest_options_max];
static uint8_t all[contest_options_max];
static int64_t strength[contest_options_max];
static uint64_t votes[contest_options_max];

static const struct run {
	const char *name;
	enum manifest_rule rule;
	enum manifest_utility utility;
	enum manifest_add1 add1;
	bool utilitarian;
	bool comparison;
} runs[] = {
    {"greedy-skip", MANIFEST_RULE_GREEDY_SKIP, 0, MANIFEST_ADD1_NONE, false, false},
    {"phragmen", MANIFEST_RULE_PHRAGMEN, 0, MANIFEST_ADD1_NONE, false, false},
    {"equal-shares, cardinality", MANIFEST_RULE_SHARES, MANIFEST_UTILITY_CARDINALITY,
     MANIFEST_ADD1_NONE, false, false},
    {"equal-shares, cost", MANIFEST_RULE_SHARES, MANIFEST_UTILITY_COST, MANIFEST_ADD1_NONE,
     false, false},
    {"equal-shares-utilitarian-comparison, cost", MANIFEST_RULE_SHARES, MANIFEST_UTILITY_COST,
     MANIFEST_ADD1_NONE, true, true},
    {"equal-shares-add1-pabutools, cost", MANIFEST_RULE_SHARES, MANIFEST_UTILITY_COST,
     MANIFEST_ADD1_PABUTOOLS, false, false},
    {"equal-shares-add1-pabulib, cost", MANIFEST_RULE_SHARES, MANIFEST_UTILITY_COST,
     MANIFEST_ADD1_PABULIB, false, false},
    {"equal-shares-add1-pabulib, cardinality", MANIFEST_RULE_SHARES,
     MANIFEST_UTILITY_CARDINALITY, MANIFEST_ADD1_PABULIB, false, false},
};

static void
add_ballot(struct profile *profile, size_t options_count)
{
	uint8_t marked[contest_options_max] = {0};
	uint8_t pairs[NAMED_MAX * BALLOT_CHOICE_SIZE];
	struct ballot_choices choices = {.pairs = pairs};

	for (uint64_t left = 1 + dice_below(&dice, NAMED_MAX); left > 0; left--)
		marked[dice_below(&dice, 1 + dice_below(&dice, options_count))] = 1;
	for (size_t k = 0; k < options_count; k++) {
		uint8_t *pair = pairs + (size_t)choices.count * BALLOT_CHOICE_SIZE;

		if (!marked[k])
			continue;
		be16_store(pair, (uint16_t)k);
		be32_store(pair + 2, 1);
		choices.count++;
		votes[k]++;
		strength[k]++;
	}
	if (!profile_add(profile, &choices))
		abort();
}

static void
measure(const struct run *run, struct election *election, struct manifest_contest *contest)
{
	struct election_result result;
	const char *rounds = "";
	char text[32];
	double begin = ticks_s(CLOCK_PROCESS_CPUTIME_ID);
	bool done;

	contest->outcome.rule = run->rule;
	contest->outcome.utility = run->utility;
	contest->outcome.add1 = run->add1;
	contest->outcome.utilitarian = run->utilitarian;
	contest->outcome.comparison = run->comparison;
	election_result_init(&result);
	done = run->rule == MANIFEST_RULE_GREEDY_SKIP ? greedy_decide(election, &result)
	       : run->rule == MANIFEST_RULE_PHRAGMEN  ? phragmen_decide(election, &result)
						      : shares_decide(election, &result);
	if (!done)
		abort();
	for (size_t k = 0; k < result.steps_count; k++) {
		if (result.steps[k].act != ELECTION_STOPPED || result.steps[k].round == 0)
			continue;
		snprintf(text, sizeof text, ", %u rounds", result.steps[k].round);
		rounds = text;
	}
	printf("%-42s %7.3f s   %zu winners%s\n", run->name,
	       ticks_s(CLOCK_PROCESS_CPUTIME_ID) - begin, result.winners_count, rounds);
	election_result_free(&result);
}

int
main(int count, char **arguments)
{
	size_t ballots = count > 1 ? strtoul(arguments[1], NULL, 10) : 300000;
	size_t options_count = count > 2 ? strtoul(arguments[2], NULL, 10) : 100;
	struct manifest_pool pool = {.id = "", .options = all};
	struct manifest_contest contest = {.options = options, .options_count = options_count};
	struct profile profile;
	struct election election = {.contest = &contest,
				    .running = all,
				    .order = order,
				    .strength = strength,
				    .votes = votes,
				    .ballots = ballots,
				    .profile = &profile};
	double begin;

	if (sodium_init() < 0 || ballots == 0 || options_count == 0 ||
	    options_count > contest_options_max)
		return 2;
	dice.state = count > 3 ? strtoul(arguments[3], NULL, 10) : 1;
	for (size_t k = 0; k < options_count; k++) {
		options[k].id = "";
		options[k].cost = 50000 + (int64_t)dice_below(&dice, 950000);
		pool.budget += options[k].cost / 3;
		order[k] = (uint16_t)(k + 1);
		all[k] = 1;
	}
	election.budget = pool.budget;
	contest.outcome.pools = &pool;
	contest.outcome.pools_count = 1;
	contest.outcome.left_out = (const uint8_t[contest_options_max]){0};
	contest.outcome.add1_step = 1;
	profile_init(&profile);
	begin = ticks_s(CLOCK_PROCESS_CPUTIME_ID);
	for (size_t k = 0; k < ballots; k++)
		add_ballot(&profile, options_count);
	if (!profile_settle(&profile))
		return 3;
	printf("%zu ballots, %zu options, budget %lld\n", ballots, options_count,
	       (long long)pool.budget);
	printf("%-42s %7.3f s   %zu different ballots\n", "profile",
	       ticks_s(CLOCK_PROCESS_CPUTIME_ID) - begin, profile.rows_count);
	for (size_t k = 0; k < sizeof runs / sizeof *runs; k++)
		measure(&runs[k], &election, &contest);
	profile_free(&profile);
	return 0;
}
