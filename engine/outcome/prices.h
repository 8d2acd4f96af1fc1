/* prices: what the options taken so far have cost their supporters, exactly, over one denominator.
 *
 * A price is what a supporter of value 1 pays. All prices and the endowment, which every voter has
 * at the beginning, are integers over the same denominator; what any set of voters has left is a
 * sum of small multiples of them, so that no fraction of a single voter is ever kept.
 *
 * Thread: one at a time. GMP allocates, and ends the process if there is no memory. */
#ifndef TALLY_OUTCOME_PRICES_H
#define TALLY_OUTCOME_PRICES_H

#include <gmp.h>

#include "base/bytes.h"
#include "base/check.h"

struct prices {
	size_t capacity;
	size_t count;
	mpz_t denominator; /* > 0 */
	mpz_t endowment;
	mpz_t *price;
};

/* False: no memory for so many. */
MUST_USE bool
prices_init(struct prices *prices, size_t capacity);

void
prices_free(struct prices *prices);

/* No prices, and an endowment of total / voters. voters > 0. */
void
prices_begin(struct prices *prices, const mpz_t total, uint64_t voters);

/* out = voters * endowment - sum of paid[t] * price t, over the denominator. */
void
prices_left(const struct prices *prices, mpz_t out, uint64_t voters, const uint64_t *paid);

/* One more price: number / (parts * denominator). parts > 0. */
void
prices_add(struct prices *prices, const mpz_t number, uint64_t parts);

/* number / (parts * denominator) in lowest terms, "n" or "n/d", malloc'ed; NULL: no memory. */
char *
prices_text(const struct prices *prices, const mpz_t number, uint64_t parts);

/* "n" or "n/d", malloc'ed; NULL: no memory. */
char *
prices_fraction(const mpq_t fraction);

#endif
