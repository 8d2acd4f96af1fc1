/* deck: the ballots of a file, dealt out to connections.
 *
 * The file stays where it is, mapped; in memory is a word for each ballot. All ballots of one tag
 * go to one connection, in the file's order, so that what was foretold of them comes true. A hand
 * is played from its front, over several runs: what a run has not sent is there for the next.
 * In an open loop the ballots come due in the file's order, whichever connections they take: then
 * no connection runs dry before the others. */
#ifndef TALLY_BENCH_DECK_H
#define TALLY_BENCH_DECK_H

#include "bench/tally-bench/kinds.h"

/* Where a ballot begins (its u16 size) in the file << 8 | its kind. */
typedef uint64_t deck_card;

struct deck_hand {
	const deck_card *cards;
	size_t count;
	size_t next;     /* to be played */
	size_t quota;    /* of the cards from `next` on, in this run */
	uint32_t *slots; /* of each card in this run, if it is among them */
};

struct deck {
	const uint8_t *file;
	size_t size;
	uint64_t ballots_count;
	bool foretold;
	bool voters_sign; /* by the first ballot */
	unsigned hands_count;
	struct deck_hand *hands;
	deck_card *cards;
	uint32_t *slots; /* beside the cards */
	uint16_t *seats; /* hand of each ballot, in the file's order */
	uint16_t *queue; /* hand of each slot of this run */
	uint64_t queued; /* slots */
};

/* Opens `path` and `path`.kinds, which may be missing. Complains. */
MUST_USE enum tally_exit
deck_open(struct deck *deck, const char *path, unsigned hands);

void
deck_close(struct deck *deck);

/* Cards that are left in all hands. */
uint64_t
deck_left(const struct deck *deck);

/* A run of the next `count` ballots in the file's order, or of as many as are left: their slots,
 * 0 and on, and each hand's quota. */
void
deck_queue(struct deck *deck, uint64_t count);

struct bytes
deck_ballot(const struct deck *deck, deck_card card);

enum kind
deck_kind(deck_card card);

/* The ballot's place in the file, from 0: by walking it. */
uint64_t
deck_place(const struct deck *deck, deck_card card);

#endif
