/* The numbers of fieldx.h for lanes that multiply 52 bits (AVX-512 IFMA, and plain C).
 *
 * There are two types, because the multiplier looks at 52 bits of a limb and no more:
 *
 *   struct fieldx       limbs below 2^52: what may be multiplied
 *   struct fieldx_wide  limbs below 2^63: products, sums and differences, until they are carried
 *
 * Bounds, of limbs:
 *   entry (fieldx_load)     2^51
 *   fieldx_negate           2^52 - 1: 2p - a, for a below 2^51
 *   fieldx_carry            2^51 + 2^18: c = limb >> 51 < 2^13; 2^51 + max(c, 19 c)
 *   fieldx_multiply         2^61: column k has k + 1 low and 2 k high halves, and 19 times 4 - k
 *                           low and 2 (5 - k) high ones: at most 267 times 2^52 (k = 0). A high
 *                           half counts twice, because it weighs 2^52 and the limb 2^51
 *   fieldx_double           2^62, of a product
 *   fieldx_sum              2^63, of 2^62 and 2^61
 *   fieldx_difference       2^63, of 2^62 and 2^61: a - b + 2^11 p, whose limbs are above 2^61
 *                           and below 2^62 */
#ifndef TALLY_ED25519_FIELDX_INTEGER_H
#define TALLY_ED25519_FIELDX_INTEGER_H

LANES_INLINE struct fieldx
fieldx_small(uint64_t value)
{
	struct lanes zero = lanes_all(0);

	return (struct fieldx){{lanes_all(value), zero, zero, zero, zero}};
}

/* Of four little-endian words each, below 2^255. */
LANES_INLINE struct fieldx
fieldx_load(const struct lanes word[4])
{
	struct fieldx r;

	fieldx_cut(word, r.limb);
	return r;
}

/* a, but -a in the lanes of the mask. a's limbs are below 2^51. */
LANES_INLINE struct fieldx
fieldx_negate(struct fieldx a, uint8_t mask)
{
	const struct lanes low = lanes_all(2 * (FIELDX_MASK - 18));
	const struct lanes high = lanes_all(2 * FIELDX_MASK);

	a.limb[0] = lanes_select(mask, a.limb[0], lanes_subtract(low, a.limb[0]));
	a.limb[1] = lanes_select(mask, a.limb[1], lanes_subtract(high, a.limb[1]));
	a.limb[2] = lanes_select(mask, a.limb[2], lanes_subtract(high, a.limb[2]));
	a.limb[3] = lanes_select(mask, a.limb[3], lanes_subtract(high, a.limb[3]));
	a.limb[4] = lanes_select(mask, a.limb[4], lanes_subtract(high, a.limb[4]));
	return a;
}

LANES_INLINE struct fieldx_wide
fieldx_difference(struct fieldx_wide a, struct fieldx_wide b)
{
	const struct lanes low = lanes_all((FIELDX_MASK - 18) << 11);
	const struct lanes high = lanes_all(FIELDX_MASK << 11);

	return (struct fieldx_wide){{lanes_subtract(lanes_add(a.limb[0], low), b.limb[0]),
				     lanes_subtract(lanes_add(a.limb[1], high), b.limb[1]),
				     lanes_subtract(lanes_add(a.limb[2], high), b.limb[2]),
				     lanes_subtract(lanes_add(a.limb[3], high), b.limb[3]),
				     lanes_subtract(lanes_add(a.limb[4], high), b.limb[4])}};
}

LANES_INLINE struct fieldx_wide
fieldx_widen(struct fieldx a)
{
	return (struct fieldx_wide){{a.limb[0], a.limb[1], a.limb[2], a.limb[3], a.limb[4]}};
}

/* Every limb at once hands what is above 51 bits to the next, the last to the first 19 times. */
LANES_INLINE struct fieldx
fieldx_carry(struct fieldx_wide a)
{
	const struct lanes mask = lanes_all(FIELDX_MASK);
	struct fieldx r;

	r.limb[0] = lanes_madd_low(lanes_and(a.limb[0], mask), lanes_right(a.limb[4], 51),
				   lanes_all(19));
	r.limb[1] = lanes_add(lanes_and(a.limb[1], mask), lanes_right(a.limb[0], 51));
	r.limb[2] = lanes_add(lanes_and(a.limb[2], mask), lanes_right(a.limb[1], 51));
	r.limb[3] = lanes_add(lanes_and(a.limb[3], mask), lanes_right(a.limb[2], 51));
	r.limb[4] = lanes_add(lanes_and(a.limb[4], mask), lanes_right(a.limb[3], 51));
	return r;
}

/* Ten columns to five limbs. */
LANES_INLINE struct fieldx_wide
fieldx_reduce(const struct lanes column[10])
{
	return (struct fieldx_wide){
	    {fieldx_fold(column[0], column[5]), fieldx_fold(column[1], column[6]),
	     fieldx_fold(column[2], column[7]), fieldx_fold(column[3], column[8]),
	     fieldx_fold(column[4], column[9])}};
}

LANES_INLINE struct fieldx_wide
fieldx_multiply(struct fieldx a, struct fieldx b)
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
	return fieldx_reduce(column);
}

/* As fieldx_multiply(a, a), with fifteen products: what stands beside the diagonal counts twice. */
LANES_INLINE struct fieldx_wide
fieldx_square(struct fieldx a)
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
	return fieldx_reduce(column);
}

/* a was carried: a < 2p. */
LANES_INLINE void
fieldx_words(struct fieldx a, struct lanes word[4])
{
	fieldx_pack(fieldx_widen(a), word);
}

#endif
