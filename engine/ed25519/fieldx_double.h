/* The numbers of fieldx.h for lanes that multiply in double precision (AVX2 with FMA).
 *
 * Five limbs of 51 bits, signed. struct fieldx keeps them as doubles that are integers, struct
 * fieldx_wide as integers of 64 bits in two's complement. A product of two limbs is cut in two, at
 * 2^51, the unit of the next limb:
 *
 *   high = fma(a, b, H)               H = 1.5 * 2^103: the mantissa's last bit weighs 2^51
 *   low  = fma(a, b, (H + L) - high)  L = 1.5 * 2^52: the mantissa's last bit weighs 1
 *
 * ab = 2^51 h + l, where high = H + 2^51 h and low = L + l: the bits of high and low, taken as
 * integers, are those of H and L, and h and l more. Exact, rounding to nearest, for |ab| < 2^102:
 *
 *   high           2^103 < H + ab < 2^104, where doubles are the multiples of 2^51: h is ab / 2^51
 *                  rounded, so that |h| <= 2^51 and |l| <= 2^50
 *   (H + L) - high multiples of 2^51 all three, the last one 2^51 (3 - h), |3 - h| < 2^53
 *   low            2^52 + 2^50 <= L + l <= 2^53 - 2^50, where doubles are the integers
 *
 * Such bits are added up modulo 2^64; what they stand for is small, and the bits of all H and L in
 * a limb are subtracted as one constant. Bounds, of the absolute values of limbs:
 *
 *   entry (fieldx_load)     2^51 - 1; fieldx_negate: the same
 *   fieldx_carry            2^50 + 2^16, of less than 2^62: c = floor((limb + 2^50) / 2^51), |c| <=
 *                           2^11; what is left of the limb is in [-2^50, 2^50), and gets c or 19 c
 *   fieldx_multiply         2^59, of less than 2^51 each: column k has k + 1 low parts and k high
 *                           ones, and 19 times 4 - k low and 5 - k high ones: at most 1 + 19 (4 +
 *                           2 * 5) = 267 times 2^50 (k = 0)
 *   fieldx_double           2^60, of a product
 *   fieldx_sum              2^61, of 2^60 and 2^59; fieldx_difference: the same
 *
 * Between lanes_enter and lanes_leave, which see to rounding and traps: high, for one, is a rounded
 * sum. Nothing is contracted: the only multiplications are those of fma; nor reordered, for this is
 * C without -ffast-math. */
#ifndef TALLY_ED25519_FIELDX_DOUBLE_H
#define TALLY_ED25519_FIELDX_DOUBLE_H

/* H, L, and the bits of H, of L and of 2^52. */
#define FIELDX_HIGH 0x1.8p103
#define FIELDX_LOW 0x1.8p52
#define FIELDX_HIGH_BITS 0x4668000000000000u
#define FIELDX_LOW_BITS 0x4338000000000000u
#define FIELDX_WHOLE_BITS 0x4330000000000000u

/* a - less, for an integer a below 2^52 and a `less` below it. */
LANES_INLINE __m256d
fieldx_limb(struct lanes a, double less)
{
	const struct lanes whole = lanes_or(a, lanes_all(FIELDX_WHOLE_BITS));

	return _mm256_sub_pd(_mm256_castsi256_pd(whole.v), _mm256_set1_pd(0x1p52 + less));
}

/* The other way, for limbs of an absolute value of at most 2^51. */
LANES_INLINE struct lanes
fieldx_whole(__m256d limb)
{
	const __m256d shifted = _mm256_add_pd(limb, _mm256_set1_pd(FIELDX_LOW));

	return lanes_subtract((struct lanes){_mm256_castpd_si256(shifted)},
			      lanes_all(FIELDX_LOW_BITS));
}

/* Below 2^51. */
LANES_INLINE struct fieldx
fieldx_small(uint64_t value)
{
	const __m256d zero = _mm256_setzero_pd();

	return (struct fieldx){{_mm256_set1_pd((double)value), zero, zero, zero, zero}};
}

/* Of four little-endian words each, below 2^255. */
LANES_INLINE struct fieldx
fieldx_load(const struct lanes word[4])
{
	struct lanes limb[5];
	struct fieldx r;

	fieldx_cut(word, limb);
	LANES_UNROLL
	for (unsigned i = 0; i < 5; i++)
		r.limb[i] = fieldx_limb(limb[i], 0);
	return r;
}

/* a, but -a in the lanes of the mask. */
LANES_INLINE struct fieldx
fieldx_negate(struct fieldx a, uint8_t mask)
{
	const __m256d sign =
	    _mm256_and_pd(_mm256_castsi256_pd(lanes_mask(mask).v), _mm256_set1_pd(-0.0));

	LANES_UNROLL
	for (unsigned i = 0; i < 5; i++)
		a.limb[i] = _mm256_xor_pd(a.limb[i], sign);
	return a;
}

LANES_INLINE struct fieldx_wide
fieldx_difference(struct fieldx_wide a, struct fieldx_wide b)
{
	LANES_UNROLL
	for (unsigned i = 0; i < 5; i++)
		a.limb[i] = lanes_subtract(a.limb[i], b.limb[i]);
	return a;
}

LANES_INLINE struct fieldx_wide
fieldx_widen(struct fieldx a)
{
	struct fieldx_wide r;

	LANES_UNROLL
	for (unsigned i = 0; i < 5; i++)
		r.limb[i] = fieldx_whole(a.limb[i]);
	return r;
}

/* Every limb at once hands what is above 51 bits to the next, the last to the first 19 times. So
 * that all is above 0, 2^11 is added to what is handed on, and taken away again in the end. */
LANES_INLINE struct fieldx
fieldx_carry(struct fieldx_wide a)
{
	const struct lanes mask = lanes_all(FIELDX_MASK);
	const struct lanes offset = lanes_all(((uint64_t)1 << 62) + ((uint64_t)1 << 50));
	struct lanes low[5], above[5];
	struct fieldx r;

	LANES_UNROLL
	for (unsigned i = 0; i < 5; i++) {
		const struct lanes limb = lanes_add(a.limb[i], offset);

		low[i] = lanes_and(limb, mask);
		above[i] = lanes_right(limb, 51);
	}
	above[4].v = _mm256_mul_epu32(above[4].v, lanes_all(19).v);
	r.limb[0] = fieldx_limb(lanes_add(low[0], above[4]), 0x1p50 + 19 * 0x1p11);
	LANES_UNROLL
	for (unsigned i = 1; i < 5; i++)
		r.limb[i] = fieldx_limb(lanes_add(low[i], above[i - 1]), 0x1p50 + 0x1p11);
	return r;
}

/* ab onto a column and the next. The empty instruction keeps the additions in this order: in the
 * one that gcc prefers sums wait in memory for one another. */
LANES_INLINE void
fieldx_product(struct lanes column[2], __m256d a, __m256d b)
{
	const __m256d high = _mm256_fmadd_pd(a, b, _mm256_set1_pd(FIELDX_HIGH));
	const __m256d rest = _mm256_sub_pd(_mm256_set1_pd(FIELDX_HIGH + FIELDX_LOW), high);
	const __m256d low = _mm256_fmadd_pd(a, b, rest);

	column[0] = lanes_add(column[0], (struct lanes){_mm256_castpd_si256(low)});
	column[1] = lanes_add(column[1], (struct lanes){_mm256_castpd_si256(high)});
	__asm__("" : "+x"(column[0].v), "+x"(column[1].v));
}

/* Ten columns, of which each is folded as soon as it is whole. Column k ends up with the bits of
 * k + 1 or 9 - k times L, and of as many times H as the column before has those of L. */
LANES_INLINE struct fieldx_wide
fieldx_multiply(struct fieldx a, struct fieldx b)
{
	struct lanes column[10];
	struct fieldx_wide r;

	LANES_UNROLL
	for (unsigned k = 0; k < 5; k++) {
		const uint64_t bits = (k + 1 + 19 * (4 - k)) * FIELDX_LOW_BITS +
				      (k + 19 * (5 - k)) * FIELDX_HIGH_BITS;

		column[k] = lanes_all(0 - bits);
		column[k + 5] = lanes_all(0);
	}
	LANES_UNROLL
	for (unsigned k = 0; k < 9; k++) {
		LANES_UNROLL
		for (unsigned i = 0; i < 5; i++) {
			if (k >= i && k - i < 5)
				fieldx_product(column + k, a.limb[i], b.limb[k - i]);
		}
		if (k >= 5)
			r.limb[k - 5] = fieldx_fold(column[k - 5], column[k]);
	}
	r.limb[4] = fieldx_fold(column[4], column[9]);
	return r;
}

LANES_INLINE struct fieldx_wide
fieldx_square(struct fieldx a)
{
	return fieldx_multiply(a, a);
}

/* The words of the numbers as they are encoded: little-endian, below p. a was carried: its absolute
 * value is below p, and limbs of a + p are between 0 and 2^52. */
LANES_INLINE void
fieldx_words(struct fieldx a, struct lanes word[4])
{
	struct fieldx_wide r = fieldx_widen(a);

	r.limb[0] = lanes_add(r.limb[0], lanes_all(FIELDX_MASK - 18));
	LANES_UNROLL
	for (unsigned i = 1; i < 5; i++)
		r.limb[i] = lanes_add(r.limb[i], lanes_all(FIELDX_MASK));
	fieldx_pack(r, word);
}

#endif
