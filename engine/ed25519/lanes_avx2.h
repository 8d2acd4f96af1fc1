/* The body of lanes.h for AVX2: four lanes. Its multiplications are those of fieldx_double.h. */
#ifndef TALLY_ED25519_LANES_AVX2_H
#define TALLY_ED25519_LANES_AVX2_H

struct lanes {
	__m256i v;
};

/* 32 bytes, lane 0 first; any alignment. */
LANES_INLINE struct lanes
lanes_load(const void *from)
{
	return (struct lanes){_mm256_loadu_si256(from)};
}

LANES_INLINE void
lanes_store(void *to, struct lanes a)
{
	_mm256_storeu_si256(to, a.v);
}

LANES_INLINE struct lanes
lanes_all(uint64_t value)
{
	return (struct lanes){_mm256_set1_epi64x((long long)value)};
}

LANES_INLINE struct lanes
lanes_add(struct lanes a, struct lanes b)
{
	return (struct lanes){_mm256_add_epi64(a.v, b.v)};
}

LANES_INLINE struct lanes
lanes_subtract(struct lanes a, struct lanes b)
{
	return (struct lanes){_mm256_sub_epi64(a.v, b.v)};
}

LANES_INLINE struct lanes
lanes_and(struct lanes a, struct lanes b)
{
	return (struct lanes){_mm256_and_si256(a.v, b.v)};
}

LANES_INLINE struct lanes
lanes_or(struct lanes a, struct lanes b)
{
	return (struct lanes){_mm256_or_si256(a.v, b.v)};
}

/* count < 64 */
LANES_INLINE struct lanes
lanes_left(struct lanes a, unsigned count)
{
	return (struct lanes){_mm256_slli_epi64(a.v, (int)count)};
}

LANES_INLINE struct lanes
lanes_right(struct lanes a, unsigned count)
{
	return (struct lanes){_mm256_srli_epi64(a.v, (int)count)};
}

/* 0 < count < 64 */
LANES_INLINE struct lanes
lanes_rotate_right(struct lanes a, unsigned count)
{
	return lanes_or(lanes_right(a, count), lanes_left(a, 64 - count));
}

LANES_INLINE struct lanes
lanes_xor3(struct lanes a, struct lanes b, struct lanes c)
{
	return (struct lanes){_mm256_xor_si256(_mm256_xor_si256(a.v, b.v), c.v)};
}

/* Bits of b where a has 1, of c where it has 0. */
LANES_INLINE struct lanes
lanes_choose(struct lanes a, struct lanes b, struct lanes c)
{
	return (struct lanes){
	    _mm256_or_si256(_mm256_and_si256(a.v, b.v), _mm256_andnot_si256(a.v, c.v))};
}

LANES_INLINE struct lanes
lanes_majority(struct lanes a, struct lanes b, struct lanes c)
{
	return (struct lanes){_mm256_or_si256(
	    _mm256_and_si256(a.v, b.v), _mm256_and_si256(_mm256_or_si256(a.v, b.v), c.v))};
}

/* All bits of the lanes where the mask has 1. */
LANES_INLINE struct lanes
lanes_mask(uint8_t mask)
{
	const __m256i bit = _mm256_set_epi64x(8, 4, 2, 1);

	return (struct lanes){
	    _mm256_cmpeq_epi64(_mm256_and_si256(_mm256_set1_epi64x(mask), bit), bit)};
}

/* Lanes of b where the mask has 1, of a where it has 0. */
LANES_INLINE struct lanes
lanes_select(uint8_t mask, struct lanes a, struct lanes b)
{
	return (struct lanes){_mm256_blendv_epi8(a.v, b.v, lanes_mask(mask).v)};
}

LANES_INLINE uint8_t
lanes_equal(struct lanes a, struct lanes b)
{
	return (uint8_t)_mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpeq_epi64(a.v, b.v)));
}

/* The bytes of each lane in reverse order. */
LANES_INLINE struct lanes
lanes_swap_bytes(struct lanes a)
{
	const __m256i order =
	    _mm256_broadcastsi128_si256(_mm_set_epi64x(0x08090a0b0c0d0e0f, 0x0001020304050607));

	return (struct lanes){_mm256_shuffle_epi8(a.v, order)};
}

/* Four rows become four columns: lane i of row j goes to lane j of row i. */
LANES_INLINE void
lanes_transpose(struct lanes row[LANES_COUNT])
{
	/* columns 0 and 2, 1 and 3 of rows 0 and 1; of rows 2 and 3 */
	__m256i a02 = _mm256_unpacklo_epi64(row[0].v, row[1].v);
	__m256i a13 = _mm256_unpackhi_epi64(row[0].v, row[1].v);
	__m256i b02 = _mm256_unpacklo_epi64(row[2].v, row[3].v);
	__m256i b13 = _mm256_unpackhi_epi64(row[2].v, row[3].v);

	row[0].v = _mm256_permute2x128_si256(a02, b02, 0x20);
	row[1].v = _mm256_permute2x128_si256(a13, b13, 0x20);
	row[2].v = _mm256_permute2x128_si256(a02, b02, 0x31);
	row[3].v = _mm256_permute2x128_si256(a13, b13, 0x31);
}

/* Two lanes from each of two places. */
LANES_INLINE __m256i
lanes_load_pairs(const uint8_t *low, const uint8_t *high)
{
	return _mm256_inserti128_si256(
	    _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)low)),
	    _mm_loadu_si128((const __m128i *)(const void *)high), 1);
}

/* 32 bytes from each of four places: lane j of column[i] becomes word i of row[j]. */
LANES_INLINE void
lanes_load_columns(const uint8_t *const row[LANES_COUNT], struct lanes column[4])
{
	/* words 0 and 1 of rows 0 and 2, of rows 1 and 3; words 2 and 3 */
	__m256i a01 = lanes_load_pairs(row[0], row[2]), b01 = lanes_load_pairs(row[1], row[3]);
	__m256i a23 = lanes_load_pairs(row[0] + 16, row[2] + 16);
	__m256i b23 = lanes_load_pairs(row[1] + 16, row[3] + 16);

	column[0].v = _mm256_unpacklo_epi64(a01, b01);
	column[1].v = _mm256_unpackhi_epi64(a01, b01);
	column[2].v = _mm256_unpacklo_epi64(a23, b23);
	column[3].v = _mm256_unpackhi_epi64(a23, b23);
}

/* 96 bytes from each of four places, likewise. */
LANES_INLINE void
lanes_load_entries(const uint8_t *const row[LANES_COUNT], struct lanes column[12])
{
	LANES_UNROLL
	for (unsigned third = 0; third < 3; third++) {
		const uint8_t *at[LANES_COUNT];

		LANES_UNROLL
		for (unsigned i = 0; i < LANES_COUNT; i++)
			at[i] = row[i] + third * 32;
		lanes_load_columns(at, column + third * 4);
	}
}

/* Around everything that is done with lanes, of numbers too: rounding to nearest, no exception, no
 * flushing; then as it was, flags as well. In a function of its own between the two, for a compiler
 * may move what reckons across them. */
LANES_INLINE unsigned
lanes_enter(void)
{
	const unsigned entered = _mm_getcsr();

	_mm_setcsr(0x1f80);
	return entered;
}

LANES_INLINE void
lanes_leave(unsigned entered)
{
	_mm_setcsr(entered);
}

#endif
