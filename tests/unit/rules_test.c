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
	    {2, 0, 0, {{0}}, TALLY_BAD_REVISION},
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_contest),
	    cmocka_unit_test(several_contests_and_districts),
	    cmocka_unit_test(single_choice),
	    cmocka_unit_test(another_campaign),
	    cmocka_unit_test(contests_missing_or_left_over),
	    cmocka_unit_test(random_votes_are_legal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
