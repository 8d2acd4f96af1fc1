/* election: what a winner rule is given, and what it gives back.
 *
 * Rules are pure functions of an election: no floating point, no order but the tie order. Each has
 * a file of its own; outcome.h makes an election of every pool of a contest and calls the rule that
 * the manifest names. What they do is followed by steps, from which a person can repeat them.
 *
 * Thread: one at a time. A rule may allocate while it runs. */
#ifndef TALLY_OUTCOME_ELECTION_H
#define TALLY_OUTCOME_ELECTION_H

#include "campaign/manifest.h"
#include "limits.h"
#include "outcome/profile.h"

struct election {
	const struct manifest_contest *contest;
	uint16_t pool; /* place in contest->outcome.pools; 0 where the rule has no money */
	const uint8_t *running; /* one byte per option: 1 if it can win here */
	int64_t budget;         /* minor units; -1: the rule has no money */
	/* Per option its place in the tie order: the smaller wins; all differ. */
	const uint16_t *order;
	const int64_t *strength; /* per option its votes, or score if the rule orders by that */
	const uint64_t *votes;   /* per option */
	/* With a choice in the contest; for shares and phragmen: among the pool's options. */
	uint64_t ballots;
	const struct profile *profile; /* of the contest; NULL where the rule asks for none */
	/* Ranked: [a * options_count + b] = ballots that prefer a to b. */
	const uint64_t *pairs;
	bool winners_only; /* no step says whether a tie mattered */
};

enum {
	ELECTION_NOBODY = 0xffff /* in place of an option */
};

/* What happened to an option, or in a round. */
enum election_act {
	ELECTION_TAKEN = 1,
	ELECTION_TOPPED_UP,   /* taken, with `money` from outside the pool */
	ELECTION_TOO_DEAR,    /* costs more than is left: passed over */
	ELECTION_STOPPED,     /* costs more than is left, and the rule ends here */
	ELECTION_NOT_REACHED, /* behind the one the rule ended at */
	ELECTION_BELOW_THRESHOLD,
	ELECTION_WITHDRAWN, /* by notice, or left out by the manifest */
	ELECTION_EXCLUDED,  /* `other` has won, and at most one of them can */
	ELECTION_NO_SUPPORT,
	ELECTION_UNAFFORDABLE, /* shares: its supporters have less than it costs */
	ELECTION_STANDING,     /* runoff: `strength` ballots are for it in this round */
	ELECTION_ELIMINATED,   /* runoff: the fewest ballots are for it */
	/* Shares: a round of a completion begins; `figure` is each voter's money. */
	ELECTION_ENDOWMENT,
	ELECTION_COMPLETED, /* taken by the utilitarian completion */
	/* Comparison: `strength` voters prefer shares, `other_strength` greedy. */
	ELECTION_PREFERRED,
	ELECTION_LOST, /* behind the last seat */
	ELECTION_ACTS,
};

/* `other` is who the act says, else the next in order that can win (or would be eliminated).
 *
 * tie: one that could have stood in this one's place is equal to it in all but the tie order.
 * tie_mattered: with the option put before, or behind, all others in the tie order, the rest of the
 * order as it is, the contest's winners would be other ones, whatever their order. */
struct election_step {
	enum election_act act;
	uint16_t pool;
	uint16_t round;  /* from 1; 0 where the rule has no rounds */
	uint16_t option; /* or ELECTION_NOBODY */
	uint16_t other;  /* or ELECTION_NOBODY */
	bool tie;
	bool tie_mattered;
	int64_t strength;       /* what the rule orders by; -1: `figure` alone says it */
	int64_t other_strength; /* of `other`: the margin is the difference; -1 without one */
	int64_t cost;
	int64_t left;  /* in the pool, behind this step; -1: no money here */
	int64_t money; /* see act */
	/* An exact number, "n" or "n/d": payment per utility, load, endowment; or NULL. */
	char *figure;
};

struct election_result {
	size_t winners_count;
	uint16_t *winners; /* in the order in which they were taken */
	size_t steps_count;
	struct election_step *steps;
	bool failed; /* no memory */
	/* lineup.c's own, both: of the first so many winners, per exclusion the first in it. */
	size_t excluding_count;
	uint16_t excluders[exclusions_max];
	size_t winners_capacity; /* election.c's own, both */
	size_t steps_capacity;
};

void
election_result_init(struct election_result *result);

void
election_result_free(struct election_result *result);

/* Appends; `figure` is taken (malloc'ed) or NULL. Sticky: asked once, at the end. */
void
election_step(struct election_result *result, const struct election_step *step);

/* One more winner. */
void
election_win(struct election_result *result, uint16_t option);

/* The same options, in whatever order? None of them is there twice. */
bool
election_same_options(const uint16_t *a, size_t a_count, const uint16_t *b, size_t b_count);

/* The rules: each appends to *result; false if there was no memory.
 *
 * Greedy, skip and stop, in one pool, without top-up (outcome.c does that over all pools). */
MUST_USE bool
greedy_decide(const struct election *election, struct election_result *result);

/* The method of equal shares with its completions. */
MUST_USE bool
shares_decide(const struct election *election, struct election_result *result);

MUST_USE bool
phragmen_decide(const struct election *election, struct election_result *result);

/* The strongest so many as there are seats: plain counts and Borda. */
MUST_USE bool
seats_decide(const struct election *election, struct election_result *result);

MUST_USE bool
runoff_decide(const struct election *election, struct election_result *result);

MUST_USE bool
schulze_decide(const struct election *election, struct election_result *result);

#endif
