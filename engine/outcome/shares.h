/* shares: the method of equal shares with its completions, as shares_decide runs them.
 *
 * n = election->ballots, B = election->budget, s = add1_step. Utility of an option for a ballot
 * that names it: cardinality 1, cost its cost, score its value, score-cost both multiplied; with
 * score ones a value of 0 or less is no support.
 *
 * Without add1: one round, endowment B / n.
 * add1 pabutools: rounds with B / n, B / n + s, B / n + 2 s, ... The last one that spends at most
 *   B counts; also ends with a round behind which no option fits that has support and cost.
 * add1 pabulib: costs and B are taken down to multiples of s for what supporters pay. First B / n,
 *   then (floor(B / s / n) + k) * s for k = 1, 2, ... The last one that spends at most B, by the
 *   full costs, counts; also ends with a round that takes every option with support.
 * Both end at round shares_rounds_max. If the first round already spends more (taken down costs
 * can), nothing wins by shares.
 * utilitarian: then the rest by votes, then tie order, each that fits into what is left.
 * comparison: the same with nothing taken before is the greedy outcome; it wins instead if more
 *   ballots name more of its winners than of the others than the reverse.
 *
 * Steps: WITHDRAWN; with add1 ENDOWMENT of the round that counts; its picks TAKEN, with the payment
 * per utility; UNAFFORDABLE with what the supporters have left; NO_SUPPORT; with add1 STOPPED: in
 * the next round `option` cost more than `left`; or, NOBODY, nothing more fits. COMPLETED and
 * TOO_DEAR by votes. PREFERRED; and, if greedy is, its TAKEN and TOO_DEAR in place of all before.
 */
#ifndef TALLY_OUTCOME_SHARES_H
#define TALLY_OUTCOME_SHARES_H

#include "outcome/shares_round.h"

struct shares_list {
	size_t count;
	uint16_t *options;
};

struct shares {
	const struct election *election;
	const struct manifest_outcome *rule;
	struct shares_round round; /* the one that counts, once decided */
	uint16_t accepted;         /* its number, from 1; 0: none */
	uint16_t stopped;          /* the number of the one that ended it */
	uint16_t broke;            /* the option that did, or ELECTION_NOBODY */
	int64_t broke_left;
	uint16_t *ranking; /* all options by votes, then tie order */
	uint8_t *taken;
	struct shares_list winners;
	struct shares_list greedy;
	uint64_t prefer_shares;
	uint64_t prefer_greedy;
	mpz_t total;
};

/* False if there was no memory; freed then. */
MUST_USE bool
shares_make(struct shares *shares, const struct election *election);

void
shares_free(struct shares *shares);

/* The whole rule under that tie order; fills all above. */
void
shares_run(struct shares *shares, const uint16_t *order);

/* Once decided: as if the tie order were that one for the options none of which has met an equal in
 * any round (round.met): for them the rounds are the same, and are not run again. */
void
shares_finish(struct shares *shares, const uint16_t *order);

/* The list that wins. */
const struct shares_list *
shares_winners(const struct shares *shares);

/* What the voters of round `number` share. */
void
shares_total(const struct shares *shares, uint16_t number, mpz_t out);

#endif
