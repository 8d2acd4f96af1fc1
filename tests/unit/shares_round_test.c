#include "outcome/shares_round.h"

#include "tests/lib/assembly.h"

static struct assembly poll;
static struct shares_round shares;

static bool
look(const struct election *election, struct election_result *result)
{
	(void)election;
	(void)result;
	return true;
}

static void
run_with(unsigned long total)
{
	mpz_t number;

	mpz_init_set_ui(number, total);
	shares_round_run(&shares, number);
	mpz_clear(number);
}

static void
assert_picks(const char *wanted)
{
	char picks[assembly_options_max + 1] = {0};

	for (size_t k = 0; k < shares.picks_count; k++)
		picks[k] = (char)('a' + shares.picks[k].option);
	assert_string_equal(picks, wanted);
}

/* The same voters, richer and richer: 3, 4 and 1,000 each. */
static void
rounds_of_one_election(void **state)
{
	const int64_t costs[] = {8, 3, 5, 0};
	char *figure;

	(void)state;
	assembly_make(&poll, 4, costs, 9);
	assembly_vote(&poll, 2, "abd");
	assembly_vote(&poll, 1, "c");
	assembly_decide(&poll, look);
	assert_true(shares_round_make(&shares, &poll.election, 1));
	run_with(9);
	assert_picks("db");
	assert_int_equal(shares.left, 6);
	assert_int_equal(shares.broke, ELECTION_NOBODY);
	assert_int_equal(shares_round_money(&shares, 0, &figure), 3);
	assert_string_equal(figure, "3");
	free(figure);
	figure = shares_round_figure(&shares, 1);
	assert_string_equal(figure, "3/2");
	free(figure);
	figure = shares_round_figure(&shares, 3);
	assert_string_equal(figure, "0");
	free(figure);

	run_with(15);
	assert_picks("dbc");
	assert_int_equal(shares.left, 1);
	run_with(3000);
	assert_picks("db");
	assert_int_equal(shares.broke, 0);
	assert_int_equal(shares.left, 6);
	run_with(0);
	assert_picks("d");
	shares_round_free(&shares);
	assembly_free(&poll);
}

/* Ties among three: the first by the tie order, and who is next. */
static void
equals(void **state)
{
	const int64_t costs[] = {2, 2, 2, 5};

	(void)state;
	assembly_make(&poll, 4, costs, 6);
	assembly_vote(&poll, 1, "abcd");
	assembly_ties(&poll, "dcab");
	assembly_decide(&poll, look);
	assert_true(shares_round_make(&shares, &poll.election, 1));
	run_with(6);
	assert_picks("cab");
	assert_int_equal(shares.picks[0].tied, 0);
	assert_int_equal(shares.picks[1].tied, 1);
	assert_int_equal(shares.picks[2].tied, ELECTION_NOBODY);
	assert_int_equal(shares.met[2], 1);
	assert_int_equal(shares.met[3], 0);
	shares_round_free(&shares);
	assembly_free(&poll);
}

/* Prices that differ by less than the money of voters is kept to: 2^62 for 10^15, of 10^8
 * voters. */
static void
nearly_equal(void **state)
{
	const int64_t most = MANIFEST_MONEY_MAX;
	const int64_t costs[] = {most / 2, most / 2 - 1, most / 2};
	struct profile_row *rows;

	(void)state;
	assembly_make(&poll, 3, costs, most);
	assembly_vote(&poll, 1, "a2147483647b2147483647c2147483647");
	assembly_vote(&poll, 1, "a2147483646b2147483646c2147483646");
	assembly_decide(&poll, look);
	rows = poll.profile.rows;
	rows[0].weight = 50000000;
	rows[1].weight = 49999999;
	poll.election.ballots = 99999999;
	poll.contest.outcome.utility = MANIFEST_UTILITY_SCORE;
	assert_true(shares_round_make(&shares, &poll.election, 1));
	run_with((unsigned long)most);
	assert_picks("ba");
	assert_int_equal(shares.met[1], 0);
	assert_int_equal(shares.picks[1].tied, 2);
	shares_round_free(&shares);
	assembly_free(&poll);
}

/* Each time the cheapest is taken, and what is left becomes dearer. */
static void
prices_never_fall(void **state)
{
	struct test_random random = test_random_make(11);
	int64_t costs[20];

	(void)state;
	for (size_t k = 0; k < 20; k++)
		costs[k] = 1000 + (int64_t)test_random_below(&random, 100000);
	assembly_make(&poll, 20, costs, 400000);
	for (size_t k = 0; k < 400; k++) {
		char ballot[21] = {0};
		size_t size = 0;

		for (size_t i = 0; i < 20; i++) {
			if (test_random_below(&random, 20) < 20 - i)
				ballot[size++] = (char)('a' + i);
		}
		assembly_vote(&poll, 1 + (unsigned)test_random_below(&random, 3), ballot);
	}
	assembly_decide(&poll, look);
	poll.contest.outcome.utility = MANIFEST_UTILITY_COST;
	assert_true(shares_round_make(&shares, &poll.election, 1));
	run_with(400000);
	assert_true(shares.picks_count > 5);
	for (size_t k = 0; k < shares.picks_count; k++) {
		char *figure = shares_round_figure(&shares, shares.picks[k].option);
		static mpq_t last, now;

		if (k == 0)
			mpq_inits(last, now, NULL);
		mpq_set_str(now, figure, 10);
		assert_true(mpq_cmp(now, last) >= 0);
		mpq_set(last, now);
		if (k + 1 == shares.picks_count)
			mpq_clears(last, now, NULL);
		free(figure);
	}
	assert_true(shares.left >= 0);
	shares_round_free(&shares);
	assembly_free(&poll);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rounds_of_one_election),
	    cmocka_unit_test(equals),
	    cmocka_unit_test(nearly_equal),
	    cmocka_unit_test(prices_never_fall),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
