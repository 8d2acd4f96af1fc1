/* dice: chance that comes out the same again (splitmix64). The same seed and place give the same
 * numbers on any machine, so that any part of a file can be made by itself. */
#ifndef TALLY_TOOLS_DICE_H
#define TALLY_TOOLS_DICE_H

#include <stdint.h>

struct dice {
	uint64_t state;
};

/* Dice of their own for each pair of `seed` and `place`. */
struct dice
dice_make(uint64_t seed, uint64_t place);

uint64_t
dice_next(struct dice *dice);

/* In [0, below), below > 0. */
uint64_t
dice_below(struct dice *dice, uint64_t below);

#endif
