/* shares_round: the method of equal shares once, with one endowment for every voter.
 *
 * Options that cost nothing and have a supporter come first, in tie order. Then, of the options
 * whose supporters can pay them together, the one with the least price per utility, again and
 * again; the tie order decides between equal ones. purses.h says who pays what.
 *
 * Every comparison is exact. Prices are narrowed to intervals first, and an option's price never
 * falls: so options are looked at in the order of the least they can cost, until that is above
 * what the best one costs at most. Only those whose intervals meet are worked out exactly.
 *
 * Thread: one at a time. Takes a read interest in the election as long as it is used. */
#ifndef TALLY_OUTCOME_SHARES_ROUND_H
#define TALLY_OUTCOME_SHARES_ROUND_H

#include "outcome/purses.h"

struct shares_pick {
	uint16_t option;
	uint16_t tied; /* next of those with the same price per utility, or ELECTION_NOBODY */
	int64_t left;  /* of the budget, behind it */
};

struct shares_candidate {
	bool running;  /* neither taken nor found too dear for its supporters */
	bool examined; /* since the last pick */
	uint64_t guess;
	uint64_t low; /* times 2^-scale of the purses: the price lies in [low, high] */
	uint64_t high;
};

struct shares_round {
	const struct election *election;
	const uint16_t *order; /* the tie order: the election's, or another one to try */
	bool costs_count;      /* an option's utility is value * cost, not value */
	int64_t *cost;         /* per option: what its supporters must pay */
	struct purses purses;
	size_t picks_count; /* what the last round found */
	struct shares_pick *picks;
	uint16_t broke; /* the option that costs more than `left`, or ELECTION_NOBODY */
	int64_t left;   /* of the budget */
	uint8_t *
	    met; /* per option: 1 once its price has equalled another's; the caller clears it */
	struct shares_candidate *candidates;
	mpz_t most; /* sum of the costs, for every ballot */
	mpz_t share;
	struct purses_price best;
	struct purses_price trial;
};

/* Supporters pay costs taken down to multiples of `unit`. False if there was no memory; freed
 * then. */
MUST_USE bool
shares_round_make(struct shares_round *round, const struct election *election, int64_t unit);

void
shares_round_free(struct shares_round *round);

/* One round in which the election's ballots share `total`. It ends early, with `broke`, at the
 * first option that costs more (in full) than the election's budget has left. ballots > 0. */
void
shares_round_run(struct shares_round *round, const mpz_t total);

/* Payment per utility of a pick, exact, malloc'ed; "0" for what costs nothing. NULL: no memory. */
char *
shares_round_figure(const struct shares_round *round, uint16_t option);

/* What the supporters of an option have left: whole minor units, and exactly, malloc'ed. */
int64_t
shares_round_money(struct shares_round *round, uint16_t option, char **figure);

#endif
