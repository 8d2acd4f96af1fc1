/* slowoutcome: who wins, decided a second time: nothing of engine/outcome is used but the shape of
 * a contest and of its ballots. Every rule is written as its definition reads, with no thought of
 * speed: whatever can be looked up again is looked up again.
 *
 * The rules are those of include/README.md. `count`, `greedy`: repeatedly the strongest that was
 * not looked at. Equal shares and Phragmen: fractions (GMP), every ballot by itself. Schulze: paths
 * widened until nothing changes. Instant runoff: one loser after another. */
#ifndef TALLY_TESTS_SLOWOUTCOME_H
#define TALLY_TESTS_SLOWOUTCOME_H

#include "campaign/manifest.h"
#include "outcome/profile.h"

enum {
	SLOW_OPTIONS_MAX = 256
};

struct slow_case {
	const struct manifest_contest *contest;
	uint16_t contest_place;   /* in the manifest */
	const uint8_t *withdrawn; /* one byte per option: 1 if a notice withdrew it */
	const uint8_t *seed;      /* 32 bytes, where the tie order is drawn */
	const struct profile
	    *votes; /* rows in any order, equal ones together or not, empty ones too */
};

struct slow_list {
	size_t count;
	uint16_t options[SLOW_OPTIONS_MAX];
};

/* The winners in the order in which they are taken. */
void
slow_decide(const struct slow_case *given, struct slow_list *won);

bool
slow_has(const struct slow_list *won, size_t option);

/* place[option]: the smaller wins a tie. */
void
slow_tie_order(const struct slow_case *given, uint16_t *place);

/* The seed of a draw from the body of its notice. */
void
slow_seed(const uint8_t campaign[32], struct bytes body, uint8_t seed[32]);

#endif
