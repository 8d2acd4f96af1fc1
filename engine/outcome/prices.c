#include "outcome/prices.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(sizeof(unsigned long) == sizeof(uint64_t), "GMP's small operands have 64 bits");

bool
prices_init(struct prices *prices, size_t capacity)
{
	*prices = (struct prices){.capacity = capacity};
	prices->price = calloc(capacity + 1, sizeof *prices->price);
	if (!prices->price)
		return false;
	mpz_inits(prices->denominator, prices->endowment, NULL);
	for (size_t t = 0; t < capacity; t++)
		mpz_init(prices->price[t]);
	return true;
}

void
prices_free(struct prices *prices)
{
	if (!prices->price)
		return;
	mpz_clears(prices->denominator, prices->endowment, NULL);
	for (size_t t = 0; t < prices->capacity; t++)
		mpz_clear(prices->price[t]);
	free(prices->price);
	*prices = (struct prices){0};
}

void
prices_begin(struct prices *prices, const mpz_t total, uint64_t voters)
{
	uint64_t common = mpz_gcd_ui(NULL, total, voters);

	prices->count = 0;
	mpz_divexact_ui(prices->endowment, total, common);
	mpz_set_ui(prices->denominator, voters / common);
}

void
prices_left(const struct prices *prices, mpz_t out, uint64_t voters, const uint64_t *paid)
{
	mpz_mul_ui(out, prices->endowment, voters);
	for (size_t t = 0; t < prices->count; t++) {
		if (paid[t] > 0)
			mpz_submul_ui(out, prices->price[t], paid[t]);
	}
}

void
prices_add(struct prices *prices, const mpz_t number, uint64_t parts)
{
	uint64_t common = mpz_gcd_ui(NULL, number, parts);
	uint64_t factor = parts / common;

	CHECK(prices->count < prices->capacity);
	if (factor != 1) {
		mpz_mul_ui(prices->denominator, prices->denominator, factor);
		mpz_mul_ui(prices->endowment, prices->endowment, factor);
		for (size_t t = 0; t < prices->count; t++)
			mpz_mul_ui(prices->price[t], prices->price[t], factor);
	}
	mpz_divexact_ui(prices->price[prices->count++], number, common);
}

char *
prices_fraction(const mpq_t fraction)
{
	size_t size = mpz_sizeinbase(mpq_numref(fraction), 10) +
		      mpz_sizeinbase(mpq_denref(fraction), 10) + 4;
	char *out = malloc(size);

	if (!out)
		return NULL;
	mpz_get_str(out, 10, mpq_numref(fraction));
	if (mpz_cmp_ui(mpq_denref(fraction), 1) != 0) {
		char *end = out + strlen(out);

		*end = '/';
		mpz_get_str(end + 1, 10, mpq_denref(fraction));
	}
	return out;
}

char *
prices_text(const struct prices *prices, const mpz_t number, uint64_t parts)
{
	mpq_t fraction;
	char *out;

	mpq_init(fraction);
	mpz_set(mpq_numref(fraction), number);
	mpz_mul_ui(mpq_denref(fraction), prices->denominator, parts);
	mpq_canonicalize(fraction);
	out = prices_fraction(fraction);
	mpq_clear(fraction);
	return out;
}
