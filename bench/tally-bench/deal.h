/* deal: what the ballots of a made file are, one after the other: kind, voter, revision.
 *
 * Depends on the wish alone, never on what is inside the ballots. Every ballot but a fresh one
 * names a voter whose first ballot stands before it. So that each answer can be foretold whatever
 * else happens to the voter, those who vote again (policy last) are never repeated: every
 * `stride`-th voter is one of them. A deal can be copied and gone on with from its place. */
#ifndef TALLY_BENCH_DEAL_H
#define TALLY_BENCH_DEAL_H

#include "bench/tally-bench/kinds.h"
#include "tally/formats.h"

/* Shares of all ballots; the rest is fresh. Together below 1. */
struct deal_wish {
	uint64_t seed;
	uint64_t voters_count; /* at least 1: the file ends with the first ballot of the last */
	double repeats;
	double revotes;
	double forged;
	bool last;              /* the campaign's revote policy */
	uint16_t revisions_max; /* of a voter under policy last */
	enum tally_signing signing;
};

struct deal {
	struct deal_wish wish;
	uint64_t place;   /* ballots dealt */
	uint64_t fresh;   /* of them fresh: voters 0 to fresh - 1 have voted */
	uint64_t revotes; /* of them, under policy last */
	uint64_t stride;  /* at least 2 */
	uint16_t again;   /* revotes of one voter */
};

struct deal_ballot {
	enum kind kind;
	uint64_t place;
	uint64_t voter;
	uint16_t revision;
};

void
deal_init(struct deal *deal, const struct deal_wish *wish);

/* False: all are dealt. */
bool
deal_next(struct deal *deal, struct deal_ballot *out);

#endif
