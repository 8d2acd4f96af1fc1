/* purses: what every voter has left, in the method of equal shares.
 *
 * All begin with the same endowment. When an option is paid at a price, each supporter pays price
 * * value, or all it has left if that is not more ("poor"); from then on it has exactly nothing.
 *
 * A voter's money is kept as an integer times 2^scale, wrong by less than `error`, which is enough
 * for nearly every question. Where it is not, the exact sums decide (prices.h): somebody who still
 * has money has paid every price in full, so that its ballot and the prices say what it has left.
 *
 * Thread: one at a time. Takes a read interest in the election as long as it is used. */
#ifndef TALLY_OUTCOME_PURSES_H
#define TALLY_OUTCOME_PURSES_H

#include "outcome/prices.h"
#include "outcome/support.h"

/* No voter has so much, times 2^scale: a price of that makes everybody poor. */
#define PURSES_MONEY_MAX (UINT64_C(1) << 62)

/* Sums of weights, values and money are below 2^128. */
__extension__ typedef unsigned __int128 purses_wide;

/* The supporters of an option who have anything left, at a price. */
struct purses_split {
	uint64_t weight;      /* of all of them */
	uint64_t paying;      /* sum of weight * value of those who have more than it asks */
	uint64_t poor_weight; /* of the others */
	purses_wide poor;     /* the money of the others, as it is known; purses_split only */
};

/* A price for value 1: number / (parts * the denominator of the prices). */
struct purses_price {
	mpz_t number;
	uint64_t parts; /* > 0 */
};

struct purses {
	const struct election *election;
	struct support support;
	struct prices prices;
	unsigned scale;
	uint64_t error;
	int64_t *money;         /* per row, times 2^scale; -1: exactly nothing left */
	uint16_t *price_of;     /* per option its place among the prices, or ELECTION_NOBODY */
	struct supporter *live; /* as support.supporters, without those who have nothing left */
	size_t *live_count;     /* per option; SIZE_MAX: not looked at yet */
	uint64_t *paid;         /* scratch, per price */
	mpz_t have, due;        /* scratch */
};

/* False if there was no memory; freed then. */
MUST_USE bool
purses_make(struct purses *purses, const struct election *election, bool by_value);

void
purses_free(struct purses *purses);

/* The election's ballots share `total`, at most 2^61 for each. */
void
purses_begin(struct purses *purses, const mpz_t total);

/* Who could pay `price`, times 2^scale, by the money as it is known. */
struct purses_split
purses_split(struct purses *purses, uint16_t option, uint64_t price);

/* out = money of all supporters, over the denominator of the prices. */
void
purses_money(struct purses *purses, uint16_t option, mpz_t out);

/* The exact price at which the supporters pay `cost` together; they must have so much. It must lie
 * in [low, high] * 2^-scale: the narrower, the quicker. */
void
purses_price(struct purses *purses, uint16_t option, int64_t cost, uint64_t low, uint64_t high,
	     struct purses_price *out);

/* They pay it. */
void
purses_pay(struct purses *purses, uint16_t option, int64_t cost,
	   const struct purses_price *price);

#endif
