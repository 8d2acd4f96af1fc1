/* votes: a poll book beside a naive one, which looks through every ballot ever entered. */
#ifndef TALLY_TESTS_VOTES_H
#define TALLY_TESTS_VOTES_H

#include "pollbook/decision.h"
#include "tests/lib/pollbook.h"

enum {
	VOTES_MAX = 20000,
	VOTE_NO_KEY = -1,
};

/* A ballot by small numbers; the bytes are made from them. */
struct vote {
	uint32_t tag;
	uint16_t revision;
	unsigned rank;
	uint32_t choice;
	int key; /* VOTE_NO_KEY in frontend mode */
	uint64_t serial;
	uint64_t index; /* once entered */
	bool told;      /* sent again, it is told its index */
	enum pollbook_standing standing;
};

/* The naive poll book: every ballot that was entered, in order. */
struct votes_model {
	struct vote entered[VOTES_MAX];
	size_t count;
	size_t voters_max;
	bool revotes;
};

struct votes_bench {
	struct pollbook_table table;
	struct votes_model *model;
	uint64_t next_index;
};

struct vote_bytes {
	uint8_t tag[32];
	uint8_t key[32];
	uint8_t digest[16];
	struct pollbook_ballot ballot;
};

struct votes_bench
votes_bench_make(const struct pollbook_capacity *capacity, bool revotes);

void
votes_bench_free(struct votes_bench *bench);

/* Points into *bytes. */
const struct pollbook_ballot *
votes_ballot(const struct vote *vote, struct vote_bytes *bytes);

/* What the poll book says. */
struct pollbook_decision
votes_decide(const struct votes_bench *bench, const struct vote *vote);

/* The same; fails the test unless the naive one says so too. */
struct pollbook_decision
assert_decision(const struct votes_bench *bench, const struct vote *vote);

/* In both, at bench->next_index. */
void
votes_enter(struct votes_bench *bench, const struct vote *vote);

/* In both: takes out the tag's ballot, if one counts; false if none does. */
bool
votes_void(struct votes_bench *bench, uint32_t tag, enum pollbook_standing fate);

size_t
votes_voters(const struct votes_model *model);

#endif
