/* slowrules: what the files of slowoutcome share. */
#ifndef TALLY_TESTS_SLOWRULES_H
#define TALLY_TESTS_SLOWRULES_H

#include "tests/lib/slowoutcome.h"

#define SLOW_UNNAMED INT64_MIN

struct slow {
	const struct slow_case *given;
	const struct manifest_contest *contest;
	size_t options;
	uint16_t place[SLOW_OPTIONS_MAX]; /* in the tie order */
	bool runs[SLOW_OPTIONS_MAX];      /* neither withdrawn nor left out */
	int64_t votes[SLOW_OPTIONS_MAX];
	int64_t score[SLOW_OPTIONS_MAX];
	int64_t ballots;
	struct slow_list *won;
};

/* The part of a contest's options that one pool pays for. */
struct slow_pool {
	bool has[SLOW_OPTIONS_MAX];
	int64_t budget;
};

/* Greedy in one pool: by `strength`, skipping. */
struct slow_greedy {
	const int64_t *strength;
	bool stop;
	bool plain; /* without the contest's threshold and exclusions: inside of equal shares */
	int64_t left;
	int missed; /* the first option that was too dear; -1: none */
};

void
slow_greedy(const struct slow *slow, const struct slow_pool *pool, struct slow_greedy *greedy,
	    struct slow_list *won);

/* True if a winner excludes the option. */
bool
slow_excluded(const struct slow *slow, const struct slow_list *won, size_t option);

/* The rules with money and ballots, of one pool. */
void
slow_shares(const struct slow *slow, const struct slow_pool *pool, struct slow_list *won);

void
slow_phragmen(const struct slow *slow, const struct slow_pool *pool, struct slow_list *won);

/* The ranked rules. */
void
slow_runoff(const struct slow *slow, struct slow_list *won);

void
slow_schulze(const struct slow *slow, struct slow_list *won);

void
slow_take(struct slow_list *won, size_t option);

/* The value that a ballot gives an option, or SLOW_UNNAMED. */
int64_t
slow_value(const struct slow *slow, size_t row, size_t option);

#endif
