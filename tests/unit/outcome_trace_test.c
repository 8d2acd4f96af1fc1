#include "tools/tallyctl/outcome_trace.h"

#include "tests/lib/ring.h"

static const struct manifest_title titles[] = {{"ro", "Parc"}, {"en", "Park"}};

static const struct outcome_style style = {"en", 100};

static struct ring ring;

static void
make(enum manifest_rule rule, const uint64_t *votes, int64_t budget)
{
	static const int64_t costs[] = {12000000, 5000000, 4000000};

	ring_make(&ring, rule, 3, costs, votes, budget);
	for (size_t i = 0; i < 3; i++)
		ring.options[i].titles = (struct manifest_titles){2, titles};
}

/* Step number `at` of a decision is told so. */
static void
assert_line(size_t at, const char *expected)
{
	char line[OUTCOME_TRACE_LINE_MAX];

	assert_in_range(at, 0, ring.outcome.result.steps_count - 1);
	assert_string_equal(
	    outcome_trace_line(&ring.contest, &ring.outcome.result.steps[at], &style, line),
	    expected);
}

static void
money_and_margins(void **state)
{
	static const uint64_t votes[] = {4711, 4699, 1};

	(void)state;
	make(MANIFEST_RULE_GREEDY_SKIP, votes, 16000000);
	assert_string_equal(ring_winners(&ring), "ac");
	assert_line(0, "a Park: 4,711 votes, costs 120,000.00, left 40,000.00; 12 before b");
	assert_line(1,
		    "b Park: 4,699 votes, costs 50,000.00, but 40,000.00 is left: passed over");
	assert_line(2, "c Park: 1 vote, costs 40,000.00, left 0.00");
	ring.contest.outcome.threshold = 2;
	ring_withdraw(&ring, 'b');
	assert_string_equal(ring_winners(&ring), "a");
	assert_line(1, "b Park: 4,699 votes, costs 50,000.00: withdrawn or left out");
	assert_line(2, "c Park: 1 vote, costs 40,000.00: below the threshold");
	ring_free(&ring);
}

static void
ties_and_exclusions(void **state)
{
	static const uint64_t votes[] = {7, 7, 5};

	(void)state;
	make(MANIFEST_RULE_GREEDY_STOP, votes, 12000000);
	assert_string_equal(ring_winners(&ring), "a");
	assert_line(0,
		    "a Park: 7 votes, costs 120,000.00, left 0.00; a tie, and with another tie "
		    "order others would have won");
	assert_line(1,
		    "b Park: 7 votes, costs 50,000.00, but 0.00 is left; the rule ends here; a "
		    "tie, and with another tie order others would have won");
	assert_line(2, "c Park: 5 votes, costs 40,000.00: not reached");
	ring.pools[0].budget = 20000000;
	ring_exclusive(&ring, "bc");
	assert_string_equal(ring_winners(&ring), "ab");
	assert_line(0,
		    "a Park: 7 votes, costs 120,000.00, left 80,000.00; a tie that changes no "
		    "winner");
	assert_line(2,
		    "c Park: 5 votes, costs 40,000.00: b has won, and at most one of them can");
	ring_free(&ring);
}

static void
seats_rounds_and_paths(void **state)
{
	(void)state;
	make(MANIFEST_RULE_RUNOFF, NULL, -1);
	ring_ballots(&ring, "ab", 3);
	ring_ballots(&ring, "b", 2);
	ring_ballots(&ring, "cb", 1);
	assert_string_equal(ring_winners(&ring), "a");
	assert_line(2, "c Park: 1 vote");
	assert_line(3, "c Park: 1 vote: eliminated; 1 behind b");
	ring.contest.outcome.rule = MANIFEST_RULE_SCHULZE;
	assert_string_equal(ring_winners(&ring), "a");
	assert_line(0,
		    "a Park: 0 against 0 on the strongest paths to and from b; a tie, and with "
		    "another tie order others would have won");
	assert_line(
	    1, "b Park: 5 against 0 on the strongest paths to and from c: no seat is left");
	ring.contest.outcome.rule = MANIFEST_RULE_BORDA;
	assert_string_equal(ring_winners(&ring), "a");
	assert_line(
	    1, "b Park: 6 points: no seat is left; a tie, and with another tie order others "
	       "would have won");
	ring_free(&ring);
}

/* Two of three support b and pay 1/2 of it each: half the cost per supporter. */
static void
exact_numbers(void **state)
{
	(void)state;
	make(MANIFEST_RULE_SHARES, NULL, 9000000);
	ring.contest.outcome.utility = MANIFEST_UTILITY_CARDINALITY;
	ring_ballots(&ring, "b", 2);
	ring_ballots(&ring, "c", 1);
	assert_string_equal(ring_winners(&ring), "b");
	assert_line(0, "b Park: payment per utility 2500000, costs 50,000.00, left 40,000.00");
	assert_line(1,
		    "c Park: its supporters have 3000000, costs 40,000.00: less than it costs");
	assert_line(2, "a Park: costs 120,000.00: nobody supports it");
	ring.contest.outcome.utilitarian = true;
	assert_string_equal(ring_winners(&ring), "bc");
	assert_line(3, "c Park: 1 vote, costs 40,000.00, left 0.00; 1 before a");
	ring.contest.outcome.rule = MANIFEST_RULE_PHRAGMEN;
	assert_string_equal(ring_winners(&ring), "bc");
	assert_line(0, "b Park: load 2500000, costs 50,000.00, left 40,000.00");
	ring_free(&ring);
}

static void
steps_about_no_option(void **state)
{
	static const struct election_step preferred = {.act = ELECTION_PREFERRED,
						       .option = ELECTION_NOBODY,
						       .strength = 5,
						       .other_strength = 1000};
	char figure[] = "7/3";
	struct election_step endowment = {
	    .act = ELECTION_ENDOWMENT, .option = ELECTION_NOBODY, .figure = figure};
	char line[OUTCOME_TRACE_LINE_MAX];

	(void)state;
	make(MANIFEST_RULE_SHARES, NULL, 9000000);
	assert_string_equal(
	    outcome_trace_line(&ring.contest, &preferred, &style, line),
	    "5 ballots prefer equal shares, 1,000 the greedy outcome, which takes "
	    "its place");
	assert_string_equal(outcome_trace_line(&ring.contest, &endowment, &style, line),
			    "each ballot has 7/3");
	endowment.act = ELECTION_STOPPED;
	assert_string_equal(outcome_trace_line(&ring.contest, &endowment, &style, line),
			    "each ballot has 7/3: nothing more fits");
	ring_free(&ring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(money_and_margins),      cmocka_unit_test(ties_and_exclusions),
	    cmocka_unit_test(seats_rounds_and_paths), cmocka_unit_test(exact_numbers),
	    cmocka_unit_test(steps_about_no_option),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
