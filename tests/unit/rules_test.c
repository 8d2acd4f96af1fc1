#include "campaign/rules.h"

#include "tests/lib/campaign.h"

enum {
	marks_max = 8
};

/* What the rules say of a vote. */
static enum tally_verdict
judge(const struct campaign *campaign, const struct campaign_vote *vote)
{
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct bytes bytes = campaign_ballot(campaign, vote, memory);
	struct ballot ballot;

	assert_int_equal(ballot_parse(bytes, &ballot), TALLY_ACCEPTED);
	return rules_check(campaign->manifest, &ballot);
}

struct rule_case {
	uint16_t revision;
	uint16_t district;
	size_t count;
	struct campaign_choice choices[marks_max];
	enum tally_verdict verdict;
};

static void
judge_all(const struct campaign_wish *wish, const struct rule_case *cases, size_t count)
{
	struct campaign campaign;

	campaign_make(&campaign, wish);
	for (size_t i = 0; i < count; i++) {
		struct campaign_vote vote = {.revision = cases[i].revision,
					     .district = cases[i].district,
					     .choices = cases[i].choices,
					     .choices_count = cases[i].count};
		enum tally_verdict verdict = judge(&campaign, &vote);

		if (verdict != cases[i].verdict)
			fail_msg("case %zu: %s", i, tally_verdict_text(verdict)->name);
	}
	campaign_free(&campaign);
}

#define JUDGE_ALL(wish, cases) judge_all(wish, cases, sizeof(cases) / sizeof *(cases))

static void
one_contest(void **state)
{
	/* Options o0 to o3 cost 100 to 400. */
	static const struct campaign_wish wish = {
	    .options = 4, .min = 2, .max = 3, .budget_cap = 700};
	static const struct rule_case cases[] = {
	    {1, 0, 0, {{0}}, TALLY_ACCEPTED},
	    {1, 0, 2, {{0, 0, 1}, {0, 3, 1}}, TALLY_ACCEPTED},
	    {1, 0, 2, {{0, 2, 1}, {0, 3, 1}}, TALLY_ACCEPTED},
	    {1, 0, 1, {{0, 0, 1}}, TALLY_TOO_FEW_CHOICES},
	    {1, 0, 4, {{0, 0, 1}, {0, 1, 1}, {0, 2, 1}, {0, 3, 1}}, TALLY_TOO_MANY_CHOICES},
	    {1, 0, 3, {{0, 0, 1}, {0, 2, 1}, {0, 3, 1}}, TALLY_OVER_BUDGET},
	    {1, 0, 2, {{0, 0, 1}, {0, 4, 1}}, TALLY_UNKNOWN_OPTION},
	    {1, 0, 1, {{0, 0xfffe, 1}}, TALLY_UNKNOWN_OPTION},
	    {1, 0, 2, {{0, 1, 1}, {0, 0, 1}}, TALLY_NOT_CANONICAL},
	    {1, 0, 2, {{0, 1, 1}, {0, 1, 1}}, TALLY_NOT_CANONICAL},
	    {1, 0, 2, {{0, 0, 1}, {0, 1, 0}}, TALLY_NOT_CANONICAL},
	    {1, 0, 2, {{0, 0, 1}, {0, 1, -1}}, TALLY_NOT_CANONICAL},
	    {1, 0, 1, {{0, TALLY_CHOICES_BLANK, 0}}, TALLY_BLANK_NOT_ALLOWED},
	    {1, 1, 0, {{0}}, TALLY_UNKNOWN_DISTRICT},
	    {1000, 0, 0, {{0}}, TALLY_ACCEPTED},
	    {1001, 0, 0, {{0}}, TALLY_BAD_REVISION},
	};

	(void)state;
	JUDGE_ALL(&wish, cases);
}

/* Contest 1 is for districts 1 and 3 of five; the first broken contest speaks. */
static void
several_contests_and_districts(void **state)
{
	static const struct campaign_wish wish = {
	    .districts = 5, .contests = 2, .max = 1, .blank = true, .revisions_max = 3};
	static const struct rule_case cases[] = {
	    {3, 4, 1, {{0, 2, 1}}, TALLY_ACCEPTED},
	    {4, 4, 1, {{0, 2, 1}}, TALLY_BAD_REVISION},
	    {1, 5, 0, {{0}}, TALLY_UNKNOWN_DISTRICT},
	    {1, 0xffff, 0, {{0}}, TALLY_UNKNOWN_DISTRICT},
	    {1, 3, 2, {{0, 2, 1}, {1, 0, 1}}, TALLY_ACCEPTED},
	    {1,
	     3,
	     2,
	     {{0, TALLY_CHOICES_BLANK, 0}, {1, TALLY_CHOICES_BLANK, 0}},
	     TALLY_ACCEPTED},
	    {1, 3, 3, {{0, 0, 1}, {0, 1, 1}, {1, 3, 1}}, TALLY_TOO_MANY_CHOICES},
	    {1, 3, 3, {{0, 3, 1}, {1, 0, 1}, {1, 1, 1}}, TALLY_UNKNOWN_OPTION},
	    {1, 3, 3, {{0, 2, 1}, {1, 0, 1}, {1, 1, 1}}, TALLY_TOO_MANY_CHOICES},
	};

	(void)state;
	JUDGE_ALL(&wish, cases);
}

static void
single_choice(void **state)
{
	static const struct campaign_wish wish = {.single = true};
	static const struct rule_case cases[] = {
	    {1, 0, 0, {{0}}, TALLY_ACCEPTED},
	    {1, 0, 1, {{0, 2, 1}}, TALLY_ACCEPTED},
	    {1, 0, 1, {{0, 2, 2}}, TALLY_NOT_CANONICAL},
	    {1, 0, 2, {{0, 1, 1}, {0, 2, 1}}, TALLY_TOO_MANY_CHOICES},
	};

	(void)state;
	JUDGE_ALL(&wish, cases);
}

/* What method_test asks of values comes before the number of choices and their cost. */
static void
values_and_then_sizes(void **state)
{
	static const struct campaign_wish points = {.options = 4,
						    .method = "cumulative",
						    .min = 2,
						    .max = 3,
						    .limits = "\"sum_points\":5"};
	static const struct rule_case points_cases[] = {
	    {1, 0, 2, {{0, 0, 3}, {0, 3, 2}}, TALLY_ACCEPTED},
	    {1, 0, 1, {{0, 0, 6}}, TALLY_VALUE_OUT_OF_RANGE},
	    {1, 0, 2, {{0, 0, 3}, {0, 3, 3}}, TALLY_OVER_POINTS},
	    {1, 0, 1, {{0, 0, 5}}, TALLY_TOO_FEW_CHOICES},
	    {1, 0, 4, {{0, 0, 1}, {0, 1, 1}, {0, 2, 1}, {0, 3, 1}}, TALLY_TOO_MANY_CHOICES},
	    {1, 0, 2, {{0, 3, 3}, {0, 0, 3}}, TALLY_NOT_CANONICAL},
	};
	static const struct campaign_wish ranks = {
	    .options = 4, .method = "ranked", .min = 2, .max = 3};
	static const struct rule_case ranks_cases[] = {
	    {1, 0, 3, {{0, 0, 2}, {0, 2, 3}, {0, 3, 1}}, TALLY_ACCEPTED},
	    {1, 0, 3, {{0, 0, 2}, {0, 2, 4}, {0, 3, 1}}, TALLY_BAD_RANKING},
	    {1, 0, 1, {{0, 0, 1}}, TALLY_TOO_FEW_CHOICES},
	    {1, 0, 4, {{0, 0, 4}, {0, 1, 3}, {0, 2, 1}, {0, 3, 2}}, TALLY_TOO_MANY_CHOICES},
	};
	static const struct campaign_wish scores = {
	    .method = "score", .limits = "\"value_min\":-1,\"value_max\":1"};
	static const struct rule_case scores_cases[] = {
	    {1, 0, 3, {{0, 0, -1}, {0, 1, 0}, {0, 2, 1}}, TALLY_ACCEPTED},
	    {1, 0, 3, {{0, 0, -1}, {0, 1, 0}, {0, 2, 2}}, TALLY_VALUE_OUT_OF_RANGE},
	};
	static const struct campaign_wish knapsack = {
	    .options = 4, .method = "knapsack", .budget_cap = 500};
	static const struct rule_case knapsack_cases[] = {
	    {1, 0, 2, {{0, 0, 1}, {0, 3, 1}}, TALLY_ACCEPTED},
	    {1, 0, 2, {{0, 1, 1}, {0, 3, 1}}, TALLY_OVER_BUDGET},
	};

	(void)state;
	JUDGE_ALL(&points, points_cases);
	JUDGE_ALL(&ranks, ranks_cases);
	JUDGE_ALL(&scores, scores_cases);
	JUDGE_ALL(&knapsack, knapsack_cases);
}

/* Options 0 and 3 are of category k0, 1 and 4 of k1, 2 and 5 of k2; they cost 100 to 600. */
static void
categories(void **state)
{
	static const struct campaign_wish wish = {
	    .options = 6,
	    .grouped = true,
	    .limits = "\"categories\":[{\"category\":\"k0\",\"max\":1},{\"category\":\"k1\","
		      "\"min\":1},{\"category\":\"k2\",\"budget_cap\":600}]"};
	static const struct rule_case cases[] = {
	    {1, 0, 0, {{0}}, TALLY_ACCEPTED},
	    {1, 0, 1, {{0, 1, 1}}, TALLY_ACCEPTED},
	    {1, 0, 3, {{0, 1, 1}, {0, 4, 1}, {0, 5, 1}}, TALLY_ACCEPTED},
	    {1, 0, 3, {{0, 0, 1}, {0, 1, 1}, {0, 3, 1}}, TALLY_CATEGORY_LIMIT},
	    {1, 0, 1, {{0, 0, 1}}, TALLY_CATEGORY_LIMIT},
	    {1, 0, 3, {{0, 1, 1}, {0, 2, 1}, {0, 5, 1}}, TALLY_CATEGORY_LIMIT},
	};

	(void)state;
	JUDGE_ALL(&wish, cases);
}

/* With two districts, options 0 and 3 lie in d0, 1 and 4 in d1, 2 and 5 in no zone. */
static void
zones(void **state)
{
	static const struct campaign_wish wish = {
	    .districts = 2,
	    .options = 6,
	    .grouped = true,
	    .limits = "\"zones\":[{\"zone\":\"d0\",\"max\":1},{\"zone\":\"d1\",\"budget_cap\":"
		      "600}]"};
	static const struct rule_case cases[] = {
	    {1, 0, 4, {{0, 0, 1}, {0, 1, 1}, {0, 2, 1}, {0, 5, 1}}, TALLY_ACCEPTED},
	    {1, 1, 1, {{0, 4, 1}}, TALLY_ACCEPTED},
	    {1, 0, 2, {{0, 0, 1}, {0, 3, 1}}, TALLY_ZONE_LIMIT},
	    {1, 0, 2, {{0, 1, 1}, {0, 4, 1}}, TALLY_ZONE_LIMIT},
	};
	static const struct campaign_wish own = {
	    .districts = 2,
	    .options = 6,
	    .grouped = true,
	    .limits = "\"own_zone_max\":1,\"other_zones_max\":0"};
	static const struct rule_case own_cases[] = {
	    {1, 0, 3, {{0, 0, 1}, {0, 2, 1}, {0, 5, 1}}, TALLY_ACCEPTED},
	    {1, 1, 2, {{0, 4, 1}, {0, 5, 1}}, TALLY_ACCEPTED},
	    {1, 0, 2, {{0, 0, 1}, {0, 3, 1}}, TALLY_ZONE_LIMIT},
	    {1, 1, 2, {{0, 1, 1}, {0, 4, 1}}, TALLY_ZONE_LIMIT},
	    {1, 1, 2, {{0, 0, 1}, {0, 1, 1}}, TALLY_ZONE_LIMIT},
	    {1, 0, 2, {{0, 1, 1}, {0, 2, 1}}, TALLY_ZONE_LIMIT},
	};
	static const struct campaign_wish few = {
	    .districts = 3, .options = 8, .grouped = true, .limits = "\"zones_max\":2"};
	static const struct rule_case few_cases[] = {
	    {1, 0, 4, {{0, 0, 1}, {0, 2, 1}, {0, 3, 1}, {0, 4, 1}}, TALLY_ACCEPTED},
	    {1, 2, 2, {{0, 3, 1}, {0, 7, 1}}, TALLY_ACCEPTED},
	    {1, 0, 3, {{0, 0, 1}, {0, 1, 1}, {0, 2, 1}}, TALLY_TOO_MANY_ZONES},
	};

	(void)state;
	JUDGE_ALL(&wish, cases);
	JUDGE_ALL(&own, own_cases);
	JUDGE_ALL(&few, few_cases);
}

static void
exclusive_options(void **state)
{
	static const struct campaign_wish wish = {
	    .options = 6, .limits = "\"exclusive\":[[\"o0\",\"o1\",\"o5\"],[\"o1\",\"o2\"]]"};
	static const struct rule_case cases[] = {
	    {1, 0, 4, {{0, 0, 1}, {0, 2, 1}, {0, 3, 1}, {0, 4, 1}}, TALLY_ACCEPTED},
	    {1, 0, 2, {{0, 1, 1}, {0, 3, 1}}, TALLY_ACCEPTED},
	    {1, 0, 2, {{0, 0, 1}, {0, 5, 1}}, TALLY_EXCLUSIVE_OPTIONS},
	    {1, 0, 2, {{0, 1, 1}, {0, 2, 1}}, TALLY_EXCLUSIVE_OPTIONS},
	};

	(void)state;
	JUDGE_ALL(&wish, cases);
}

/* Contests 0 and 2 are for district 0, contests 0 and 1 for district 1. */
static void
across_contests(void **state)
{
	static const struct campaign_wish wish = {
	    .districts = 2,
	    .contests = 3,
	    .blank = true,
	    .more = "\"across\":[{\"contests\":[\"c0\",\"c2\"],\"max\":3},"
		    "{\"contests\":[\"c0\",\"c1\"],\"contests_max\":1},"
		    "{\"contests\":[\"c2\",\"c1\",\"c0\"],\"budget_cap\":500}]"};
	static const struct rule_case cases[] = {
	    {1, 0, 3, {{0, 0, 1}, {0, 1, 1}, {2, 0, 1}}, TALLY_ACCEPTED},
	    {1, 0, 4, {{0, 0, 1}, {0, 1, 1}, {2, 0, 1}, {2, 1, 1}}, TALLY_TOO_MANY_ACROSS},
	    {1, 0, 2, {{0, 2, 1}, {2, 2, 1}}, TALLY_OVER_BUDGET},
	    {1, 0, 2, {{0, 1, 1}, {2, 2, 1}}, TALLY_ACCEPTED},
	    {1, 1, 2, {{0, 0, 1}, {1, 0, 1}}, TALLY_TOO_MANY_CONTESTS},
	    {1, 1, 2, {{0, TALLY_CHOICES_BLANK, 0}, {1, 0, 1}}, TALLY_ACCEPTED},
	    {1, 1, 1, {{1, 2, 1}}, TALLY_ACCEPTED},
	};

	(void)state;
	JUDGE_ALL(&wish, cases);
}

/* Where one vote breaks several limits, the first in the specification's order speaks. */
static void
order_of_verdicts(void **state)
{
	static const struct campaign_wish wish = {
	    .districts = 3,
	    .contests = 2,
	    .options = 8,
	    .max = 4,
	    .budget_cap = 2000,
	    .grouped = true,
	    .limits = "\"categories\":[{\"category\":\"k0\",\"max\":1}],\"other_zones_max\":2,"
		      "\"zones_max\":2,\"exclusive\":[[\"o1\",\"o2\"]]",
	    .more = "\"across\":[{\"contests\":[\"c0\",\"c1\"],\"max\":4,\"contests_max\":1}]"};
	static const struct rule_case cases[] = {
	    {1,
	     0,
	     5,
	     {{0, 3, 1}, {0, 4, 1}, {0, 5, 1}, {0, 6, 1}, {0, 7, 1}},
	     TALLY_TOO_MANY_CHOICES},
	    {1, 0, 4, {{0, 3, 1}, {0, 5, 1}, {0, 6, 1}, {0, 7, 1}}, TALLY_OVER_BUDGET},
	    {1, 0, 4, {{0, 1, 1}, {0, 2, 1}, {0, 3, 1}, {0, 6, 1}}, TALLY_CATEGORY_LIMIT},
	    {1, 0, 4, {{0, 0, 1}, {0, 1, 1}, {0, 2, 1}, {0, 5, 1}}, TALLY_ZONE_LIMIT},
	    {1, 0, 3, {{0, 0, 1}, {0, 1, 1}, {0, 2, 1}}, TALLY_TOO_MANY_ZONES},
	    {1, 0, 2, {{0, 1, 1}, {0, 2, 1}}, TALLY_EXCLUSIVE_OPTIONS},
	    {1,
	     1,
	     6,
	     {{0, 1, 1}, {0, 5, 1}, {0, 7, 1}, {1, 0, 1}, {1, 1, 1}, {1, 5, 1}},
	     TALLY_TOO_MANY_ACROSS},
	    {1, 1, 2, {{0, 0, 1}, {1, 0, 1}}, TALLY_TOO_MANY_CONTESTS},
	};

	(void)state;
	JUDGE_ALL(&wish, cases);
}

/* A ballot that is right in one campaign, judged by another. */
static void
another_campaign(void **state)
{
	static const struct campaign_wish other_wish = {.options = 4};
	static const struct campaign_wish voter_wish = {.signing = TALLY_SIGNING_VOTER};
	static const struct campaign_vote vote = {.voter = 1};
	struct campaign campaign, other, voter;
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct ballot ballot;

	(void)state;
	campaign_make(&campaign, NULL);
	campaign_make(&other, &other_wish);
	campaign_make(&voter, &voter_wish);
	assert_int_equal(ballot_parse(campaign_ballot(&campaign, &vote, memory), &ballot),
			 TALLY_ACCEPTED);
	assert_int_equal(rules_check(campaign.manifest, &ballot), TALLY_ACCEPTED);
	assert_int_equal(rules_check(other.manifest, &ballot), TALLY_WRONG_CAMPAIGN);
	assert_int_equal(ballot_parse(campaign_ballot(&voter, &vote, memory), &ballot),
			 TALLY_ACCEPTED);
	assert_int_equal(rules_check(voter.manifest, &ballot), TALLY_ACCEPTED);
	voter.manifest->signing = TALLY_SIGNING_FRONTEND;
	assert_int_equal(rules_check(voter.manifest, &ballot), TALLY_MALFORMED);
	campaign_free(&campaign);
	campaign_free(&other);
	campaign_free(&voter);
}

/* As many contests as the district has, no fewer and no more. */
static void
contests_missing_or_left_over(void **state)
{
	static const struct campaign_wish wish = {.contests = 2};
	static const uint8_t abstains[6] = {0};
	static const uint8_t cut[] = {0, 0, 0, 1, 0, 0};
	static const struct campaign_vote vote = {.voter = 1};
	struct campaign campaign;
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct ballot ballot;

	(void)state;
	campaign_make(&campaign, &wish);
	assert_int_equal(ballot_parse(campaign_ballot(&campaign, &vote, memory), &ballot),
			 TALLY_ACCEPTED);
	for (size_t contests = 0; contests <= 3; contests++) {
		ballot.choices = bytes_make(abstains, 2 * contests);
		assert_int_equal(rules_check(campaign.manifest, &ballot),
				 contests == 2 ? TALLY_ACCEPTED : TALLY_MALFORMED);
	}
	ballot.choices = bytes_make(cut, sizeof cut);
	assert_int_equal(rules_check(campaign.manifest, &ballot), TALLY_MALFORMED);
	campaign_free(&campaign);
}

static void
random_votes_are_legal(void **state)
{
	static const struct campaign_wish wish = {.districts = 4,
						  .contests = 5,
						  .options = 12,
						  .min = 2,
						  .max = 6,
						  .budget_cap = 2500,
						  .blank = true,
						  .signing = TALLY_SIGNING_VOTER};
	struct test_random random = test_random_make(20266);
	struct campaign campaign;
	struct campaign_choice choices[64];
	size_t chosen = 0;

	(void)state;
	campaign_make(&campaign, &wish);
	for (uint64_t i = 0; i < 300; i++) {
		struct campaign_vote vote = {.voter = i, .serial = 1};

		campaign_vote_random(&campaign, &random, &vote, choices, 64);
		chosen += vote.choices_count;
		assert_int_equal(judge(&campaign, &vote), TALLY_ACCEPTED);
	}
	assert_true(chosen > 300);
	campaign_free(&campaign);
}

static void
ranks(void **state)
{
	struct campaign campaign;
	struct campaign_wish wish = {.frontends = 3};
	const struct note_private_key *keys = campaign.frontends;

	(void)state;
	campaign_make(&campaign, &wish);
	assert_int_equal(rules_rank(campaign.manifest, keys[2].key.id), 0);
	assert_int_equal(rules_ballots_max(campaign.manifest), 1);
	campaign_free(&campaign);
	wish.precedence = "booth";
	campaign_make(&campaign, &wish);
	assert_int_equal(rules_rank(campaign.manifest, keys[0].key.id), 0);
	assert_int_equal(rules_rank(campaign.manifest, keys[2].key.id), 1);
	assert_int_equal(rules_rank(campaign.manifest, 0), 0);
	assert_int_equal(rules_ballots_max(campaign.manifest), 2);
	campaign_free(&campaign);
	wish.precedence = "online";
	wish.revisions_max = 7;
	campaign_make(&campaign, &wish);
	assert_int_equal(rules_rank(campaign.manifest, keys[0].key.id), 1);
	assert_int_equal(rules_rank(campaign.manifest, keys[2].key.id), 0);
	assert_int_equal(rules_ballots_max(campaign.manifest), 14);
	campaign_free(&campaign);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_contest),
	    cmocka_unit_test(several_contests_and_districts),
	    cmocka_unit_test(single_choice),
	    cmocka_unit_test(values_and_then_sizes),
	    cmocka_unit_test(categories),
	    cmocka_unit_test(zones),
	    cmocka_unit_test(exclusive_options),
	    cmocka_unit_test(across_contests),
	    cmocka_unit_test(order_of_verdicts),
	    cmocka_unit_test(another_campaign),
	    cmocka_unit_test(contests_missing_or_left_over),
	    cmocka_unit_test(random_votes_are_legal),
	    cmocka_unit_test(ranks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
