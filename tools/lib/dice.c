#include "tools/lib/dice.h"

static uint64_t
mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

struct dice
dice_make(uint64_t seed, uint64_t place)
{
	return (struct dice){mix(mix(seed + 0x9e3779b97f4a7c15) + place)};
}

uint64_t
dice_next(struct dice *dice)
{
	return mix(dice->state += 0x9e3779b97f4a7c15);
}

uint64_t
dice_below(struct dice *dice, uint64_t below)
{
	return dice_next(dice) % below;
}
