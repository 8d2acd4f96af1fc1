#include "outcome/prices.h"

#include "tests/lib/test.h"

static void
assert_text(const struct prices *prices, const mpz_t number, uint64_t parts, const char *wanted)
{
	char *text = prices_text(prices, number, parts);

	assert_string_equal(text, wanted);
	free(text);
}

/* Seven share 30; prices of 1/2 and 5/6. */
static void
one_denominator(void **state)
{
	struct prices prices;
	uint64_t paid[] = {2, 3};
	mpz_t number;

	(void)state;
	assert_true(prices_init(&prices, 2));
	mpz_init_set_ui(number, 30);
	prices_begin(&prices, number, 7);
	assert_text(&prices, prices.endowment, 1, "30/7");
	mpz_mul_ui(number, prices.denominator, 1);
	prices_add(&prices, number, 2);
	assert_text(&prices, prices.price[0], 1, "1/2");
	mpz_mul_ui(number, prices.denominator, 5);
	prices_add(&prices, number, 6);
	assert_text(&prices, prices.price[0], 1, "1/2");
	assert_text(&prices, prices.price[1], 1, "5/6");
	assert_text(&prices, prices.price[1], 5, "1/6");
	assert_text(&prices, prices.endowment, 1, "30/7");
	prices_left(&prices, number, 4, paid); /* 120/7 - 1 - 5/2 */
	assert_text(&prices, number, 1, "191/14");
	mpz_set_ui(number, 14);
	prices_begin(&prices, number, 7);
	assert_int_equal(prices.count, 0);
	assert_text(&prices, prices.endowment, 1, "2");
	mpz_clear(number);
	prices_free(&prices);
}

static void
nothing(void **state)
{
	struct prices prices;
	mpz_t zero;

	(void)state;
	assert_true(prices_init(&prices, 1));
	mpz_init(zero);
	prices_begin(&prices, zero, 12);
	assert_text(&prices, prices.endowment, 1, "0");
	prices_add(&prices, zero, 9);
	assert_text(&prices, prices.price[0], 3, "0");
	mpz_clear(zero);
	prices_free(&prices);
	prices_free(&prices);
}

static void
fractions(void **state)
{
	mpq_t fraction;
	char *text;

	(void)state;
	mpq_init(fraction);
	mpq_set_str(fraction, "123456789012345678901234567890/7", 10);
	text = prices_fraction(fraction);
	assert_string_equal(text, "123456789012345678901234567890/7");
	free(text);
	mpq_set_si(fraction, -3, 1);
	text = prices_fraction(fraction);
	assert_string_equal(text, "-3");
	free(text);
	mpq_clear(fraction);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_denominator),
	    cmocka_unit_test(nothing),
	    cmocka_unit_test(fractions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
