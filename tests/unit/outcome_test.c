#include "tests/lib/ring.h"

static const int64_t costs[] = {60, 50};
static const uint64_t votes[] = {3, 4};

static struct ring ring;

static enum outcome_status
decide(const struct law *law, const struct profile *profile)
{
	struct outcome_given given = {
	    .manifest = &ring.manifest, .counts = &ring.counts, .law = law};

	outcome_free(&ring.outcome);
	return outcome_decide(&given, 0, profile, &ring.outcome);
}

static void
each_status_has_its_cause(void **state)
{
	(void)state;
	ring_make(&ring, MANIFEST_RULE_NONE, 2, costs, votes, -1);
	assert_int_equal(decide(&ring.law, NULL), OUTCOME_NO_RULE);
	ring.contest.outcome.rule = MANIFEST_RULE_RUNOFF;
	assert_int_equal(decide(&ring.law, NULL), OUTCOME_NEEDS_PROFILE);
	assert_int_equal(decide(&ring.law, &ring.profile), OUTCOME_DECIDED);
	ring.contest.outcome.ties = MANIFEST_TIES_DRAWN;
	ring.law.draw_missing = true;
	assert_int_equal(decide(&ring.law, &ring.profile), OUTCOME_NEEDS_DRAW);
	assert_int_equal(decide(NULL, &ring.profile), OUTCOME_NEEDS_DRAW);
	assert_int_equal(ring.outcome.result.winners_count, 0);
	ring.law.draw_missing = false;
	assert_int_equal(decide(&ring.law, &ring.profile), OUTCOME_DECIDED);
	ring_free(&ring);
}

static void
rules_over_ballots_need_them(void **state)
{
	static const enum manifest_rule rules[] = {
	    MANIFEST_RULE_NONE,    MANIFEST_RULE_COUNT,    MANIFEST_RULE_GREEDY_SKIP,
	    MANIFEST_RULE_SCHULZE, MANIFEST_RULE_BORDA,    MANIFEST_RULE_GREEDY_STOP,
	    MANIFEST_RULE_RUNOFF,  MANIFEST_RULE_PHRAGMEN, MANIFEST_RULE_SHARES};

	(void)state;
	ring_make(&ring, MANIFEST_RULE_NONE, 2, costs, votes, -1);
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		ring.contest.outcome.rule = rules[i];
		assert_int_equal(outcome_needs_profile(&ring.contest), i >= 6);
	}
	ring_free(&ring);
}

/* Without a law nothing has happened; the draw orders what is equal. */
static void
the_law_withdraws_and_draws(void **state)
{
	(void)state;
	ring_make(&ring, MANIFEST_RULE_GREEDY_SKIP, 2, costs, votes, 60);
	ring_withdraw(&ring, 'b');
	assert_int_equal(decide(NULL, NULL), OUTCOME_DECIDED);
	assert_int_equal(ring.outcome.result.winners[0], 1);
	assert_string_equal(ring_winners(&ring), "a");
	ring_free(&ring);
	ring_make(&ring, MANIFEST_RULE_GREEDY_SKIP, 2, costs, NULL, 60);
	ring.contest.outcome.ties = MANIFEST_TIES_DRAWN;
	for (uint8_t i = 0, seen = 0; seen != 3; i++) {
		ring.law.draw[0] = i;
		seen |= ring_winners(&ring)[0] == 'a' ? 1 : 2;
		assert_true(i < 64);
	}
	ring_free(&ring);
}

/* tie_mattered, by its own words: every option of random lines, with many equals, is put before and
 * behind all others, and the winners are compared. */
static void
what_matters_is_what_changes(void **state)
{
	struct test_random random = test_random_make(21);
	unsigned mattered = 0;
	unsigned ties = 0;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		int64_t prices[6];
		uint64_t numbers[6];
		char first[8];

		for (size_t i = 0; i < 6; i++) {
			prices[i] = (int64_t)test_random_below(&random, 6) * 10;
			numbers[i] = test_random_below(&random, 3);
		}
		ring_make(&ring,
			  round % 2 ? MANIFEST_RULE_GREEDY_SKIP : MANIFEST_RULE_GREEDY_STOP, 6,
			  prices, numbers, 70);
		ring_ties(&ring, "abcdef");
		strcpy(first, ring_winners(&ring));
		for (size_t i = 0; i < ring.outcome.result.steps_count; i++) {
			const struct election_step step = ring.outcome.result.steps[i];
			struct ring other = {.contest = {.id = NULL}};
			bool differs = false;

			ties += step.tie;
			mattered += step.tie_mattered;
			for (int front = 0; front < 2; front++) {
				char order[8] = "";
				size_t length = 0;

				for (char c = 'a'; c <= 'f'; c++) {
					if (c - 'a' != step.option)
						order[length++] = c;
				}
				memmove(order + front, order, 5);
				order[front ? 0 : 5] = (char)('a' + step.option);
				ring_make(&other, ring.contest.outcome.rule, 6, prices, numbers,
					  70);
				ring_ties(&other, order);
				ring_winners(&other);
				differs |= strlen(other.text) != strlen(first) ||
					   strspn(other.text, first) != strlen(first);
				ring_free(&other);
			}
			assert_int_equal(step.tie_mattered, differs);
			assert_true(step.tie || !differs);
		}
		ring_free(&ring);
	}
	assert_in_range(ties, 500, 1800);
	assert_in_range(mattered, 100, ties - 100);
}

/* Paper totals count where the rule says so: votes, score, and ballots of a percentage. */
static void
sheets_count_where_the_rule_says_so(void **state)
{
	struct counts_contest paper = {.ballots = 5};
	struct counts_option options[2] = {{.votes = 2, .score = 9}, {.votes = 0, .score = 1}};

	(void)state;
	ring_make(&ring, MANIFEST_RULE_COUNT, 2, costs, votes, -1);
	ring.counts.paper_contests = &paper;
	ring.counts.paper_options = options;
	assert_string_equal(ring_winners(&ring), "b");
	ring.contest.outcome.by_score = true;
	assert_string_equal(ring_winners(&ring), "b");
	ring.contest.outcome.sheets = true;
	assert_string_equal(ring_winners(&ring), "a");
	assert_int_equal(ring.outcome.result.steps[0].strength, 12);
	ring.contest.outcome.by_score = false;
	assert_string_equal(ring_winners(&ring), "a");
	assert_int_equal(ring.outcome.result.steps[0].strength, 5);
	ring.counts_contest.ballots = 5; /* and 5 on paper: 50 % of them */
	ring.contest.outcome.threshold_percent = 50;
	assert_string_equal(ring_winners(&ring), "a");
	paper.ballots = 6;
	assert_string_equal(ring_winners(&ring), "");
	ring_free(&ring);
}

/* The same winners by the same steps, but for what it says of ties. */
static void
winners_alone_are_the_same(void **state)
{
	static const enum manifest_rule rules[] = {
	    MANIFEST_RULE_COUNT,  MANIFEST_RULE_GREEDY_SKIP, MANIFEST_RULE_SCHULZE,
	    MANIFEST_RULE_RUNOFF, MANIFEST_RULE_SHARES,      MANIFEST_RULE_PHRAGMEN};
	static const int64_t same[] = {50, 50};

	(void)state;
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		struct outcome_given given = {
		    .manifest = &ring.manifest, .counts = &ring.counts, .winners_only = true};
		struct outcome outcome;

		ring_make(&ring, rules[i], 2, same, NULL, i < 1 || (i > 1 && i < 4) ? -1 : 50);
		ring_ballots(&ring, "ab", 1);
		ring_ballots(&ring, "ba", 1);
		assert_string_equal(ring_winners(&ring), "a");
		given.law = &ring.law;
		assert_int_equal(outcome_decide(&given, 0, &ring.profile, &outcome),
				 OUTCOME_DECIDED);
		assert_int_equal(outcome.result.winners_count, 1);
		assert_int_equal(outcome.result.winners[0], 0);
		assert_int_equal(outcome.result.steps_count, ring.outcome.result.steps_count);
		for (size_t j = 0, ties = 0, mattered = 0; j < outcome.result.steps_count;
		     j++) {
			ties += outcome.result.steps[j].tie;
			mattered += ring.outcome.result.steps[j].tie_mattered;
			assert_false(outcome.result.steps[j].tie_mattered);
			if (j + 1 == outcome.result.steps_count)
				assert_true(ties > 0 && mattered > 0);
		}
		outcome_free(&outcome);
		ring_free(&ring);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_status_has_its_cause),
	    cmocka_unit_test(rules_over_ballots_need_them),
	    cmocka_unit_test(the_law_withdraws_and_draws),
	    cmocka_unit_test(what_matters_is_what_changes),
	    cmocka_unit_test(sheets_count_where_the_rule_says_so),
	    cmocka_unit_test(winners_alone_are_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
