/* tinyelection: small random elections in which everything happens often: ties, options that cost
 * nothing, options without votes, too little money, withdrawn options, pools, exclusions. What two
 * implementations disagree on is made smaller before a person must look at it. */
#ifndef TALLY_TESTS_TINYELECTION_H
#define TALLY_TESTS_TINYELECTION_H

#include "tests/lib/ballotbox.h"
#include "tests/lib/test.h"

enum {
	TINY_OPTIONS_MAX = 8,
	TINY_BALLOTS_MAX = 14,
	TINY_POOLS_MAX = 3,
	TINY_SETS_MAX = 2,
	TINY_UNNAMED = -100,
};

struct tiny_election {
	struct manifest_outcome outcome; /* its pointers are filled by tiny_decide */
	enum manifest_method method;
	size_t options_count;
	int64_t cost[TINY_OPTIONS_MAX];
	uint8_t withdrawn[TINY_OPTIONS_MAX];
	uint8_t left_out[TINY_OPTIONS_MAX];
	size_t pool[TINY_OPTIONS_MAX];
	uint16_t ties[TINY_OPTIONS_MAX]; /* given */
	uint8_t seed[32];                /* drawn */
	int64_t budget[TINY_POOLS_MAX];
	uint8_t sets[TINY_SETS_MAX][TINY_OPTIONS_MAX];
	size_t ballots_count;
	int32_t value[TINY_BALLOTS_MAX][TINY_OPTIONS_MAX]; /* or TINY_UNNAMED */
};

/* A random election decided by that rule (tinymake.c). */
void
tiny_make(struct tiny_election *election, enum manifest_rule rule, struct test_random *random);

/* So many of them, or COUNT of the environment, from the test's seed on. A disagreement fails the
 * test and prints the smallest election found, and its seed. */
void
tiny_try(enum manifest_rule rule, uint64_t count);

/* True if the engine and the slow implementation name the same winners in the same order, if the
 * engine's steps name them too and its money adds up, and if its ties mattered where they did. */
bool
tiny_agree(const struct tiny_election *election);

/* Takes away whatever can be taken away while they disagree (tinyshrink.c). */
void
tiny_shrink(struct tiny_election *election);

/* The election and both outcomes, to standard error. */
void
tiny_print(const struct tiny_election *election);

#endif
