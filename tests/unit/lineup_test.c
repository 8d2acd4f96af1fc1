#include "outcome/lineup.h"

#include "tests/lib/ring.h"

static const int64_t costs[] = {100, 200, 300, 400};

/* Votes 5, 7, 5, 0: the line is b, a, c, d; d does not run. */
struct bench {
	struct ring ring;
	int64_t strength[4];
	uint16_t order[4];
	uint8_t running[4];
	struct election election;
	struct election_result result;
	struct lineup lineup;
};

static void
bench_make(struct bench *bench)
{
	static const uint64_t votes[] = {5, 7, 5, 0};

	ring_make(&bench->ring, MANIFEST_RULE_GREEDY_SKIP, 4, costs, votes, 1000);
	for (uint16_t i = 0; i < 4; i++) {
		bench->strength[i] = (int64_t)votes[i];
		bench->order[i] = (uint16_t)(i + 1);
		bench->running[i] = i != 3;
	}
	bench->election = (struct election){.contest = &bench->ring.contest,
					    .running = bench->running,
					    .budget = 1000,
					    .order = bench->order,
					    .strength = bench->strength,
					    .ballots = 10};
	election_result_init(&bench->result);
	assert_true(lineup_make(&bench->election, &bench->lineup));
}

static void
bench_free(struct bench *bench)
{
	lineup_free(&bench->lineup);
	election_result_free(&bench->result);
	ring_free(&bench->ring);
}

static struct election_step
step_at(struct bench *bench, size_t at)
{
	return lineup_step(&bench->election, &bench->lineup, at, ELECTION_TAKEN);
}

static void
the_strongest_stand_first(void **state)
{
	static const uint16_t expected[] = {1, 0, 2, 3};
	struct bench bench;

	(void)state;
	bench_make(&bench);
	assert_int_equal(bench.lineup.count, 4);
	assert_memory_equal(bench.lineup.options, expected, sizeof expected);
	bench_free(&bench);
}

static void
steps_say_who_is_next_and_who_is_equal(void **state)
{
	struct election_step step;
	struct bench bench;

	(void)state;
	bench_make(&bench);
	step = step_at(&bench, 0);
	assert_int_equal(step.option, 1);
	assert_int_equal(step.strength, 7);
	assert_int_equal(step.cost, 200);
	assert_int_equal(step.other, 0);
	assert_int_equal(step.other_strength, 5);
	assert_false(step.tie);
	assert_true(step_at(&bench, 1).tie);
	step = step_at(&bench, 2);
	assert_true(step.tie); /* with the one before */
	assert_int_equal(step.other, ELECTION_NOBODY);
	assert_int_equal(step.other_strength, -1);
	bench.strength[3] = 5;
	assert_false(step_at(&bench, 3).tie); /* it does not run */
	bench_free(&bench);
}

static void
who_may_not_win_is_told_why(void **state)
{
	struct election_step step;
	struct bench bench;

	(void)state;
	bench_make(&bench);
	step = step_at(&bench, 3);
	assert_false(lineup_admits(&bench.election, &bench.result, &step));
	assert_int_equal(step.act, ELECTION_WITHDRAWN);
	bench.ring.contest.outcome.threshold = 5;
	step = step_at(&bench, 1);
	assert_true(lineup_admits(&bench.election, &bench.result, &step));
	bench.ring.contest.outcome.threshold = 6;
	assert_false(lineup_admits(&bench.election, &bench.result, &step));
	assert_int_equal(step.act, ELECTION_BELOW_THRESHOLD);
	bench.ring.contest.outcome.threshold = 0;
	ring_exclusive(&bench.ring, "bc");
	election_win(&bench.result, 1);
	step = step_at(&bench, 1);
	assert_true(lineup_admits(&bench.election, &bench.result, &step));
	step = step_at(&bench, 2);
	assert_false(lineup_admits(&bench.election, &bench.result, &step));
	assert_int_equal(step.act, ELECTION_EXCLUDED);
	assert_int_equal(step.other, 1);
	assert_int_equal(step.other_strength, 7);
	bench_free(&bench);
}

/* 5 of 10 ballots are 50 %, not 51; of 11 they are 45, not 46. */
static void
a_threshold_in_percent_is_exact(void **state)
{
	static const struct {
		uint64_t ballots;
		uint32_t percent;
		bool admitted;
	} cases[] = {{10, 50, true}, {10, 51, false}, {11, 45, true},  {11, 46, false},
		     {0, 100, true}, {5, 100, true},  {6, 100, false}, {1000000, 0, true}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct election_step step;
		struct bench bench;

		bench_make(&bench);
		bench.election.ballots = cases[i].ballots;
		bench.ring.contest.outcome.threshold_percent = cases[i].percent;
		step = step_at(&bench, 1);
		assert_int_equal(lineup_admits(&bench.election, &bench.result, &step),
				 cases[i].admitted);
		bench_free(&bench);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_strongest_stand_first),
	    cmocka_unit_test(steps_say_who_is_next_and_who_is_equal),
	    cmocka_unit_test(who_may_not_win_is_told_why),
	    cmocka_unit_test(a_threshold_in_percent_is_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
