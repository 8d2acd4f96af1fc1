/* fieldx: numbers modulo p = 2^255 - 19, one in each lane (lanes.h): five limbs of 51 bits.
 *
 *   struct fieldx       carried: what may be multiplied
 *   struct fieldx_wide  products, sums and differences, until they are carried
 *
 * What the limbs are, and why nothing overflows, says the one of two files that the lanes call for:
 * fieldx_integer.h with AVX-512 IFMA and in plain C, fieldx_double.h with AVX2 and FMA.
 *
 * By value and inline: what a caller joins stays in registers. Pure; not constant-time. */
#ifndef TALLY_ED25519_FIELDX_H
#define TALLY_ED25519_FIELDX_H

#include "ed25519/lanes.h"

#define FIELDX_MASK (((uint64_t)1 << 51) - 1)

/* Four little-endian words each, below 2^255, to limbs below 2^51. */
LANES_INLINE void
fieldx_cut(const struct lanes word[4], struct lanes limb[5])
{
	const struct lanes mask = lanes_all(FIELDX_MASK);

	limb[0] = lanes_and(word[0], mask);
	limb[1] = lanes_and(lanes_or(lanes_right(word[0], 51), lanes_left(word[1], 13)), mask);
	limb[2] = lanes_and(lanes_or(lanes_right(word[1], 38), lanes_left(word[2], 26)), mask);
	limb[3] = lanes_and(lanes_or(lanes_right(word[2], 25), lanes_left(word[3], 39)), mask);
	limb[4] = lanes_right(word[3], 12);
}

/* low + 19 high */
LANES_INLINE struct lanes
fieldx_fold(struct lanes low, struct lanes high)
{
	struct lanes twice = lanes_add(high, high);

	return lanes_add(lanes_add(low, lanes_left(high, 4)), lanes_add(high, twice));
}

#if LANES_BY == LANES_BY_AVX2
struct fieldx {
	__m256d limb[5];
};
#else
struct fieldx {
	struct lanes limb[5];
};
#endif

struct fieldx_wide {
	struct lanes limb[5];
};

LANES_INLINE struct fieldx_wide
fieldx_sum(struct fieldx_wide a, struct fieldx_wide b)
{
	return (struct fieldx_wide){
	    {lanes_add(a.limb[0], b.limb[0]), lanes_add(a.limb[1], b.limb[1]),
	     lanes_add(a.limb[2], b.limb[2]), lanes_add(a.limb[3], b.limb[3]),
	     lanes_add(a.limb[4], b.limb[4])}};
}

LANES_INLINE struct fieldx_wide
fieldx_double(struct fieldx_wide a)
{
	return fieldx_sum(a, a);
}

/* The words of the numbers as they are encoded: little-endian, below p. Limbs are below 2^52, and
 * a < 2p. */
LANES_INLINE void
fieldx_pack(struct fieldx_wide a, struct lanes word[4])
{
	const struct lanes mask = lanes_all(FIELDX_MASK);
	struct lanes more = lanes_right(lanes_add(a.limb[0], lanes_all(19)), 51);

	/* a < 2p: `more` becomes floor((a + 19) / 2^255), which is 1 from p on */
	LANES_UNROLL
	for (unsigned i = 1; i < 5; i++)
		more = lanes_right(lanes_add(a.limb[i], more), 51);
	a.limb[0] = fieldx_fold(a.limb[0], more);
	LANES_UNROLL
	for (unsigned i = 1; i < 5; i++) {
		a.limb[i] = lanes_add(a.limb[i], lanes_right(a.limb[i - 1], 51));
		a.limb[i - 1] = lanes_and(a.limb[i - 1], mask);
	}
	a.limb[4] = lanes_and(a.limb[4], mask);
	word[0] = lanes_or(a.limb[0], lanes_left(a.limb[1], 51));
	word[1] = lanes_or(lanes_right(a.limb[1], 13), lanes_left(a.limb[2], 38));
	word[2] = lanes_or(lanes_right(a.limb[2], 26), lanes_left(a.limb[3], 25));
	word[3] = lanes_or(lanes_right(a.limb[3], 39), lanes_left(a.limb[4], 12));
}

#if LANES_BY == LANES_BY_AVX2
#include "ed25519/fieldx_double.h"
#else
#include "ed25519/fieldx_integer.h"
#endif

/* 1/a = a^(p - 2) in each lane; 0 for 0. */
struct fieldx LANES_NAME(fieldx_invert)(struct fieldx a);

#define fieldx_invert LANES_NAME(fieldx_invert)

#endif
