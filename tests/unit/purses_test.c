#include "outcome/purses.h"

#include "tests/lib/assembly.h"

static struct assembly poll;
static struct purses purses;
static struct purses_price price;

static bool
look(const struct election *election, struct election_result *result)
{
	(void)election;
	(void)result;
	return true;
}

static void
open_purses(unsigned long total, bool by_value)
{
	mpz_t number;

	assembly_decide(&poll, look);
	assert_true(purses_make(&purses, &poll.election, by_value));
	mpz_init_set_ui(number, total);
	purses_begin(&purses, number);
	mpz_clear(number);
	mpz_init(price.number);
}

static void
close_purses(void)
{
	mpz_clear(price.number);
	purses_free(&purses);
	assembly_free(&poll);
}

static void
assert_price(uint16_t option, int64_t cost, const char *wanted)
{
	char *text;

	purses_price(&purses, option, cost, 0, PURSES_MONEY_MAX, &price);
	text = prices_text(&purses.prices, price.number, price.parts);
	assert_string_equal(text, wanted);
	free(text);
}

static void
assert_money(uint16_t option, const char *wanted)
{
	mpz_t money;
	char *text;

	mpz_init(money);
	purses_money(&purses, option, money);
	text = prices_text(&purses.prices, money, 1);
	assert_string_equal(text, wanted);
	free(text);
	mpz_clear(money);
}

/* Three have 10/3 each. */
static void
shares_are_paid(void **state)
{
	const int64_t costs[] = {1, 1, 1};

	(void)state;
	assembly_make(&poll, 3, costs, 10);
	assembly_vote(&poll, 1, "ac");
	assembly_vote(&poll, 1, "abc");
	assembly_vote(&poll, 1, "bc");
	open_purses(10, false);
	assert_money(0, "20/3");
	assert_price(0, 5, "5/2");
	purses_pay(&purses, 0, 5, &price);
	assert_money(0, "5/3");
	assert_money(1, "25/6");
	assert_price(1, 4, "19/6"); /* who paid for a gives the 5/6 left */
	purses_pay(&purses, 1, 4, &price);
	assert_money(1, "1/6");
	assert_money(2, "1");
	assert_price(2, 1, "5/6"); /* all that is left, to the last */
	purses_pay(&purses, 2, 1, &price);
	assert_money(2, "0");
	assert_int_equal(purses_split(&purses, 2, 0).weight, 0);
	close_purses();
}

/* Whoever has exactly what is asked is poor, and pays the same. */
static void
exactly_enough(void **state)
{
	const int64_t costs[] = {1, 1};

	(void)state;
	assembly_make(&poll, 2, costs, 10);
	assembly_vote(&poll, 3, "ab3");
	open_purses(9, true);
	assert_price(0, 9, "3");
	assert_price(1, 9, "1");
	purses_pay(&purses, 1, 9, &price);
	assert_money(0, "0");
	close_purses();
}

/* By the rule's own words, with fractions of every single voter. */
static void
price_slowly(mpq_t out, const mpq_t *money, const int32_t *values, size_t count, int64_t cost)
{
	mpq_t sum, due;

	mpq_inits(sum, due, NULL);
	for (size_t k = 0; k < count; k++) {
		mpq_t left;
		unsigned long value = 0;

		/* k is the last one who pays all it has */
		if (values[k] == 0)
			continue;
		mpq_init(left);
		mpq_set_si(left, cost, 1);
		for (size_t i = 0; i < count; i++) {
			mpq_t a, b;

			if (values[i] == 0)
				continue;
			mpq_inits(a, b, NULL);
			mpq_set_si(a, values[k], 1);
			mpq_mul(a, a, money[i]);
			mpq_set_si(b, values[i], 1);
			mpq_mul(b, b, money[k]);
			if (mpq_cmp(a, b) < 0)
				mpq_sub(left, left, money[i]);
			else
				value += (unsigned long)values[i];
			mpq_clears(a, b, NULL);
		}
		mpq_set_ui(due, 1, value);
		mpq_mul(left, left, due);
		mpq_set_si(due, values[k], 1);
		mpq_mul(due, due, left);
		/* a price at which k and all who have more pay in full */
		if (mpq_cmp(due, money[k]) <= 0 &&
		    (mpq_sgn(sum) == 0 || mpq_cmp(left, sum) > 0))
			mpq_set(sum, left);
		mpq_clear(left);
	}
	mpq_set(out, sum);
	mpq_clears(sum, due, NULL);
}

enum {
	people = 6,
	things = 4
};

/* One of a few people, each with a ballot of its own. */
static void
random_ballot(struct test_random *random, size_t person, int32_t (*values)[people])
{
	char text[64];
	size_t size = 0;

	for (size_t k = 0; k < things; k++) {
		values[k][person] =
		    k == 0 ? (int32_t)person + 1 : (int32_t)test_random_below(random, 5);
		if (values[k][person] > 0)
			size += (size_t)snprintf(text + size, sizeof text - size, "%c%d",
						 (char)('a' + k), values[k][person]);
	}
	assembly_vote(&poll, 1, text);
}

/* Rows stand in the order of their ballots: who is who is told by option 0's value. */
static void
money_slowly(mpq_t *money, const int32_t *values, const mpq_t paid, uint64_t *poor)
{
	for (size_t k = 0; k < people; k++) {
		mpq_t due;

		mpq_init(due);
		mpq_set_si(due, values[k], 1);
		mpq_mul(due, due, paid);
		if (mpq_cmp(due, money[k]) >= 0 && values[k] > 0) {
			mpq_set(due, money[k]);
			*poor += 1;
		}
		mpq_sub(money[k], money[k], due);
		assert_true(mpq_sgn(money[k]) >= 0);
		mpq_clear(due);
	}
}

static void
pay_as_slowly(struct test_random *random, mpq_t *money, int32_t (*values)[people],
	      uint64_t *poor)
{
	mpq_t wanted, found, sum;

	mpq_inits(wanted, found, sum, NULL);
	for (uint16_t k = 1; k < things; k++) {
		int64_t cost = 1 + (int64_t)test_random_below(random, 12);

		mpq_set_ui(sum, 0, 1);
		for (size_t i = 0; i < people; i++) {
			if (values[k][i] > 0)
				mpq_add(sum, sum, money[i]);
		}
		if (mpq_cmp_si(sum, cost, 1) < 0)
			continue;
		price_slowly(wanted, (const mpq_t *)money, values[k], people, cost);
		purses_price(&purses, k, cost, 0, PURSES_MONEY_MAX, &price);
		mpz_set(mpq_numref(found), price.number);
		mpz_mul_ui(mpq_denref(found), purses.prices.denominator, price.parts);
		mpq_canonicalize(found);
		assert_true(mpq_equal(wanted, found));
		purses_pay(&purses, k, cost, &price);
		money_slowly(money, values[k], wanted, poor);
		mpq_set_ui(sum, 0, 1);
		for (size_t i = 0; i < people; i++)
			mpq_add(sum, sum, money[i]);
		purses_money(&purses, 0, mpq_numref(found)); /* everybody's */
		mpz_set(mpq_denref(found), purses.prices.denominator);
		mpq_canonicalize(found);
		assert_true(mpq_equal(sum, found));
	}
	mpq_clears(wanted, found, sum, NULL);
}

static void
as_the_rule_says(void **state)
{
	struct test_random random = test_random_make(7);
	const int64_t costs[] = {1, 1, 1, 1};
	uint64_t poor = 0;

	(void)state;
	for (int round = 0; round < 500; round++) {
		int32_t values[things][people];
		unsigned long total = 1 + (unsigned long)test_random_below(&random, 40);
		mpq_t money[people];

		assembly_make(&poll, things, costs, 1);
		for (size_t k = 0; k < people; k++) {
			random_ballot(&random, k, values);
			mpq_init(money[k]);
			mpq_set_ui(money[k], total, people);
			mpq_canonicalize(money[k]);
		}
		open_purses(total, true);
		pay_as_slowly(&random, money, values, &poor);
		for (size_t k = 0; k < people; k++)
			mpq_clear(money[k]);
		close_purses();
	}
	assert_true(poor > 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(shares_are_paid),
	    cmocka_unit_test(exactly_enough),
	    cmocka_unit_test(as_the_rule_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
