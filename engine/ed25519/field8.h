/* field8: eight numbers modulo p = 2^255 - 19 side by side, for lanes that multiply 52 bits.
 *
 * Five limbs of 51 bits. There are two types, because the multiplier looks at 52 bits of a limb
 * and no more:
 *
 *   struct field8       limbs below 2^52: what may be multiplied
 *   struct field8_wide  limbs below 2^63: products, sums and differences, until they are carried
 *
 * Bounds, of limbs:
 *   entry (field8_load)     2^51
 *   field8_negate           2^52 - 1: 2p - a, for a below 2^51
 *   field8_carry            2^51 + 2^18: c = limb >> 51 < 2^13; 2^51 + max(c, 19 c)
 *   field8_multiply         2^61: column k has k + 1 low and 2 k high halves, and 19 times 4 - k
 *                           low and 2 (5 - k) high ones: at most 267 times 2^52 (k = 0). A high
 *                           half counts twice, because it weighs 2^52 and the limb 2^51
 *   field8_double           2^62, of a product
 *   field8_sum              2^63, of 2^62 and 2^61
 *   field8_difference       2^63, of 2^62 and 2^61: a - b + 2^11 p, whose limbs are above 2^61
 *                           and below 2^62
 *
 * By value and inline: what a caller joins stays in registers. Pure; not constant-time. */
#ifndef TALLY_ED25519_FIELD8_H
#define TALLY_ED25519_FIELD8_H

#include "ed25519/lanes.h"

#define FIELD8_MASK (((uint64_t)1 << 51) - 1)

struct field8 {
	struct lanes limb[5];
};

struct field8_wide {
	struct lanes limb[5];
};

LANES_INLINE struct field8
field8_small(uint64_t value)
{
	struct lanes zero = lanes_all(0);

	return (struct field8){{lanes_all(value), zero, zero, zero, zero}};
}

/* Of four little-endian words each, below 2^255. */
LANES_INLINE struct field8
field8_load(const struct lanes word[4])
{
	const struct lanes mask = lanes_all(FIELD8_MASK);
	struct field8 r;

	r.limb[0] = lanes_and(word[0], mask);
	r.limb[1] =
	    lanes_and(lanes_or(lanes_right(word[0], 51), lanes_left(word[1], 13)), mask);
	r.limb[2] =
	    lanes_and(lanes_or(lanes_right(word[1], 38), lanes_left(word[2], 26)), mask);
	r.limb[3] =
	    lanes_and(lanes_or(lanes_right(word[2], 25), lanes_left(word[3], 39)), mask);
	r.limb[4] = lanes_right(word[3], 12);
	return r;
}

/* a, but -a in the lanes of the mask. a's limbs are below 2^51. */
LANES_INLINE struct field8
field8_negate(struct field8 a, uint8_t mask)
{
	const struct lanes low = lanes_all(2 * (FIELD8_MASK - 18));
	const struct lanes high = lanes_all(2 * FIELD8_MASK);

	a.limb[0] = lanes_select(mask, a.limb[0], lanes_subtract(low, a.limb[0]));
	a.limb[1] = lanes_select(mask, a.limb[1], lanes_subtract(high, a.limb[1]));
	a.limb[2] = lanes_select(mask, a.limb[2], lanes_subtract(high, a.limb[2]));
	a.limb[3] = lanes_select(mask, a.limb[3], lanes_subtract(high, a.limb[3]));
	a.limb[4] = lanes_select(mask, a.limb[4], lanes_subtract(high, a.limb[4]));
	return a;
}

LANES_INLINE struct field8
field8_select(uint8_t mask, struct field8 a, struct field8 b)
{
	return (struct field8){
	    {lanes_select(mask, a.limb[0], b.limb[0]), lanes_select(mask, a.limb[1], b.limb[1]),
	     lanes_select(mask, a.limb[2], b.limb[2]), lanes_select(mask, a.limb[3], b.limb[3]),
	     lanes_select(mask, a.limb[4], b.limb[4])}};
}

LANES_INLINE struct field8_wide
field8_sum(struct field8_wide a, struct field8_wide b)
{
	return (struct field8_wide){
	    {lanes_add(a.limb[0], b.limb[0]), lanes_add(a.limb[1], b.limb[1]),
	     lanes_add(a.limb[2], b.limb[2]), lanes_add(a.limb[3], b.limb[3]),
	     lanes_add(a.limb[4], b.limb[4])}};
}

LANES_INLINE struct field8_wide
field8_double(struct field8_wide a)
{
	return field8_sum(a, a);
}

LANES_INLINE struct field8_wide
field8_difference(struct field8_wide a, struct field8_wide b)
{
	const struct lanes low = lanes_all((FIELD8_MASK - 18) << 11);
	const struct lanes high = lanes_all(FIELD8_MASK << 11);

	return (struct field8_wide){{lanes_subtract(lanes_add(a.limb[0], low), b.limb[0]),
				     lanes_subtract(lanes_add(a.limb[1], high), b.limb[1]),
				     lanes_subtract(lanes_add(a.limb[2], high), b.limb[2]),
				     lanes_subtract(lanes_add(a.limb[3], high), b.limb[3]),
				     lanes_subtract(lanes_add(a.limb[4], high), b.limb[4])}};
}

LANES_INLINE struct field8_wide
field8_widen(struct field8 a)
{
	return (struct field8_wide){{a.limb[0], a.limb[1], a.limb[2], a.limb[3], a.limb[4]}};
}

/* Every limb at once hands what is above 51 bits to the next, the last to the first 19 times. */
LANES_INLINE struct field8
field8_carry(struct field8_wide a)
{
	const struct lanes mask = lanes_all(FIELD8_MASK);
	struct field8 r;

	r.limb[0] = lanes_madd_low(lanes_and(a.limb[0], mask), lanes_right(a.limb[4], 51),
				   lanes_all(19));
	r.limb[1] = lanes_add(lanes_and(a.limb[1], mask), lanes_right(a.limb[0], 51));
	r.limb[2] = lanes_add(lanes_and(a.limb[2], mask), lanes_right(a.limb[1], 51));
	r.limb[3] = lanes_add(lanes_and(a.limb[3], mask), lanes_right(a.limb[2], 51));
	r.limb[4] = lanes_add(lanes_and(a.limb[4], mask), lanes_right(a.limb[3], 51));
	return r;
}

/* low + 19 high */
LANES_INLINE struct lanes
field8_fold(struct lanes low, struct lanes high)
{
	struct lanes twice = lanes_add(high, high);

	return lanes_add(lanes_add(low, lanes_left(high, 4)), lanes_add(high, twice));
}

/* Ten columns to five limbs. */
LANES_INLINE struct field8_wide
field8_reduce(const struct lanes column[10])
{
	return (struct field8_wide){
	    {field8_fold(column[0], column[5]), field8_fold(column[1], column[6]),
	     field8_fold(column[2], column[7]), field8_fold(column[3], column[8]),
	     field8_fold(column[4], column[9])}};
}

LANES_INLINE struct field8_wide
field8_multiply(struct field8 a, struct field8 b)
{
	struct lanes column[10];

	LANES_UNROLL
	for (unsigned k = 0; k < 10; k++)
		column[k] = lanes_all(0);
	LANES_UNROLL
	for (unsigned i = 0; i < 5; i++) {
		LANES_UNROLL
		for (unsigned j = 0; j < 5; j++)
			column[i + j + 1] =
			    lanes_madd_high(column[i + j + 1], a.limb[i], b.limb[j]);
	}
	LANES_UNROLL
	for (unsigned k = 1; k < 10; k++)
		column[k] = lanes_add(column[k], column[k]);
	LANES_UNROLL
	for (unsigned i = 0; i < 5; i++) {
		LANES_UNROLL
		for (unsigned j = 0; j < 5; j++)
			column[i + j] = lanes_madd_low(column[i + j], a.limb[i], b.limb[j]);
	}
	return field8_reduce(column);
}

/* As field8_multiply(a, a), with fifteen products: what stands beside the diagonal counts twice. */
LANES_INLINE struct field8_wide
field8_square(struct field8 a)
{
	struct lanes column[10];

	LANES_UNROLL
	for (unsigned k = 0; k < 10; k++)
		column[k] = lanes_all(0);
	LANES_UNROLL
	for (unsigned i = 0; i < 5; i++) {
		LANES_UNROLL
		for (unsigned j = i + 1; j < 5; j++)
			column[i + j + 1] =
			    lanes_madd_high(column[i + j + 1], a.limb[i], a.limb[j]);
	}
	LANES_UNROLL
	for (unsigned k = 2; k < 9; k++)
		column[k] = lanes_add(column[k], column[k]);
	LANES_UNROLL
	for (unsigned i = 0; i < 5; i++) {
		column[2 * i + 1] = lanes_madd_high(column[2 * i + 1], a.limb[i], a.limb[i]);
		LANES_UNROLL
		for (unsigned j = i + 1; j < 5; j++)
			column[i + j] = lanes_madd_low(column[i + j], a.limb[i], a.limb[j]);
	}
	LANES_UNROLL
	for (unsigned k = 1; k < 10; k++)
		column[k] = lanes_add(column[k], column[k]);
	LANES_UNROLL
	for (unsigned i = 0; i < 5; i++)
		column[2 * i] = lanes_madd_low(column[2 * i], a.limb[i], a.limb[i]);
	return field8_reduce(column);
}

/* The words of the numbers as they are encoded: little-endian, below p. a was carried. */
LANES_INLINE void
field8_words(struct field8 a, struct lanes word[4])
{
	const struct lanes mask = lanes_all(FIELD8_MASK), nineteen = lanes_all(19);
	struct lanes more = lanes_right(lanes_add(a.limb[0], nineteen), 51);

	/* a < 2p: `more` becomes floor((a + 19) / 2^255), which is 1 from p on */
	LANES_UNROLL
	for (unsigned i = 1; i < 5; i++)
		more = lanes_right(lanes_add(a.limb[i], more), 51);
	a.limb[0] = lanes_madd_low(a.limb[0], more, nineteen);
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

/* 1/a = a^(p - 2) in each lane; 0 for 0. */
struct field8 LANES_NAME(field8_invert)(struct field8 a);

#define field8_invert LANES_NAME(field8_invert)

#endif
