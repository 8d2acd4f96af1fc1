/* lanes: 64-bit integers side by side, eight or four; the one place that knows vectors.
 *
 * Three bodies, one meaning. A file compiled for AVX-512 gets its instructions, with LANES_AVX2
 * defined those of AVX2 (lanes_avx2.h); with LANES_EMULATED, or where the compiler has no such
 * instructions, it gets plain C on arrays, so that whatever is built on this header runs, under
 * sanitizers too, on any little-endian machine. LANES_NAME gives functions another name in each
 * build, so that all can stand in one program.
 *
 * Masks have bit i for lane i. All arithmetic is modulo 2^64. Pure. */
#ifndef TALLY_ED25519_LANES_H
#define TALLY_ED25519_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(LANES_EMULATED)
#define LANES_NAME(name) name##_emulated
#elif defined(LANES_AVX2)
#define LANES_NAME(name) name##_avx2
#else
#define LANES_NAME(name) name##_ifma
#endif

#define LANES_BY_PLAIN 0
#define LANES_BY_AVX2 2
#define LANES_BY_IFMA 3

#if defined(LANES_EMULATED)
#define LANES_BY LANES_BY_PLAIN
#elif defined(LANES_AVX2) && defined(__AVX2__) && defined(__FMA__)
#define LANES_BY LANES_BY_AVX2
#elif defined(__AVX512F__) && defined(__AVX512IFMA__) && defined(__AVX512VL__) && \
    defined(__AVX512DQ__) && defined(__AVX512BW__)
#define LANES_BY LANES_BY_IFMA
#else
#define LANES_BY LANES_BY_PLAIN
#endif

enum {
	LANES_COUNT = LANES_BY == LANES_BY_AVX2 ? 4 : 8,
	LANES_SIZE = 8 * LANES_COUNT, /* bytes of all lanes */
	LANES_ALL = (1 << LANES_COUNT) - 1,
};

/* Instructions are joined where they are used; plain C would grow beyond measure. */
#if LANES_BY != LANES_BY_PLAIN
#include <immintrin.h>
#define LANES_INLINE static inline __attribute__((always_inline, unused))
#define LANES_UNROLL _Pragma("GCC unroll 16")
#else
#define LANES_INLINE static inline __attribute__((unused))
#define LANES_UNROLL
#endif

#if LANES_BY == LANES_BY_AVX2

#include "ed25519/lanes_avx2.h"

#elif LANES_BY == LANES_BY_IFMA

struct lanes {
	__m512i v;
};

/* 64 bytes, lane 0 first; any alignment. */
LANES_INLINE struct lanes
lanes_load(const void *from)
{
	return (struct lanes){_mm512_loadu_si512(from)};
}

LANES_INLINE void
lanes_store(void *to, struct lanes a)
{
	_mm512_storeu_si512(to, a.v);
}

/* Four lanes from each of two places. */
LANES_INLINE struct lanes
lanes_load_halves(const void *low, const void *high)
{
	__m256i l = _mm256_loadu_si256(low);

	return (struct lanes){
	    _mm512_inserti64x4(_mm512_castsi256_si512(l), _mm256_loadu_si256(high), 1)};
}

LANES_INLINE struct lanes
lanes_all(uint64_t value)
{
	return (struct lanes){_mm512_set1_epi64((long long)value)};
}

LANES_INLINE struct lanes
lanes_add(struct lanes a, struct lanes b)
{
	return (struct lanes){_mm512_add_epi64(a.v, b.v)};
}

LANES_INLINE struct lanes
lanes_subtract(struct lanes a, struct lanes b)
{
	return (struct lanes){_mm512_sub_epi64(a.v, b.v)};
}

LANES_INLINE struct lanes
lanes_and(struct lanes a, struct lanes b)
{
	return (struct lanes){_mm512_and_si512(a.v, b.v)};
}

LANES_INLINE struct lanes
lanes_or(struct lanes a, struct lanes b)
{
	return (struct lanes){_mm512_or_si512(a.v, b.v)};
}

/* count < 64 */
LANES_INLINE struct lanes
lanes_left(struct lanes a, unsigned count)
{
	return (struct lanes){_mm512_slli_epi64(a.v, count)};
}

LANES_INLINE struct lanes
lanes_right(struct lanes a, unsigned count)
{
	return (struct lanes){_mm512_srli_epi64(a.v, count)};
}

/* 0 < count < 64. A macro, because the instruction holds the count. */
#define lanes_rotate_right(a, count) ((struct lanes){_mm512_ror_epi64((a).v, count)})

LANES_INLINE struct lanes
lanes_xor3(struct lanes a, struct lanes b, struct lanes c)
{
	return (struct lanes){_mm512_ternarylogic_epi64(a.v, b.v, c.v, 0x96)};
}

/* Bits of b where a has 1, of c where it has 0. */
LANES_INLINE struct lanes
lanes_choose(struct lanes a, struct lanes b, struct lanes c)
{
	return (struct lanes){_mm512_ternarylogic_epi64(a.v, b.v, c.v, 0xca)};
}

LANES_INLINE struct lanes
lanes_majority(struct lanes a, struct lanes b, struct lanes c)
{
	return (struct lanes){_mm512_ternarylogic_epi64(a.v, b.v, c.v, 0xe8)};
}

/* sum + the low, or the high, 52 bits of the product of the low 52 bits of a and b. */
LANES_INLINE struct lanes
lanes_madd_low(struct lanes sum, struct lanes a, struct lanes b)
{
	return (struct lanes){_mm512_madd52lo_epu64(sum.v, a.v, b.v)};
}

LANES_INLINE struct lanes
lanes_madd_high(struct lanes sum, struct lanes a, struct lanes b)
{
	return (struct lanes){_mm512_madd52hi_epu64(sum.v, a.v, b.v)};
}

/* Lanes of b where the mask has 1, of a where it has 0. */
LANES_INLINE struct lanes
lanes_select(uint8_t mask, struct lanes a, struct lanes b)
{
	return (struct lanes){_mm512_mask_blend_epi64(mask, a.v, b.v)};
}

LANES_INLINE uint8_t
lanes_equal(struct lanes a, struct lanes b)
{
	return _mm512_cmpeq_epi64_mask(a.v, b.v);
}

/* The bytes of each lane in reverse order. */
LANES_INLINE struct lanes
lanes_swap_bytes(struct lanes a)
{
	const __m512i order =
	    _mm512_broadcast_i32x4(_mm_set_epi64x(0x08090a0b0c0d0e0f, 0x0001020304050607));

	return (struct lanes){_mm512_shuffle_epi8(a.v, order)};
}

/* a[0] b[0] a[2] b[2] ..., and a[1] b[1] a[3] b[3] ... */
LANES_INLINE struct lanes
lanes_zip_even(struct lanes a, struct lanes b)
{
	return (struct lanes){_mm512_unpacklo_epi64(a.v, b.v)};
}

LANES_INLINE struct lanes
lanes_zip_odd(struct lanes a, struct lanes b)
{
	return (struct lanes){_mm512_unpackhi_epi64(a.v, b.v)};
}

/* Pairs of lanes: a's first and third, b's first and third; or the second and fourth ones. */
LANES_INLINE struct lanes
lanes_pairs_even(struct lanes a, struct lanes b)
{
	return (struct lanes){_mm512_shuffle_i64x2(a.v, b.v, 0x88)};
}

LANES_INLINE struct lanes
lanes_pairs_odd(struct lanes a, struct lanes b)
{
	return (struct lanes){_mm512_shuffle_i64x2(a.v, b.v, 0xdd)};
}

#else /* plain C */

struct lanes {
	uint64_t lane[LANES_COUNT];
};

LANES_INLINE struct lanes
lanes_load(const void *from)
{
	struct lanes r;

	memcpy(&r, from, sizeof r);
	return r;
}

LANES_INLINE void
lanes_store(void *to, struct lanes a)
{
	memcpy(to, &a, sizeof a);
}

LANES_INLINE struct lanes
lanes_load_halves(const void *low, const void *high)
{
	struct lanes r;

	memcpy(&r.lane[0], low, LANES_SIZE / 2);
	memcpy(&r.lane[4], high, LANES_SIZE / 2);
	return r;
}

#define LANES_EACH(expression) \
	struct lanes r; \
	for (unsigned i = 0; i < LANES_COUNT; i++) \
		r.lane[i] = (expression); \
	return r

LANES_INLINE struct lanes
lanes_all(uint64_t value)
{
	LANES_EACH(value);
}

LANES_INLINE struct lanes
lanes_add(struct lanes a, struct lanes b)
{
	LANES_EACH(a.lane[i] + b.lane[i]);
}

LANES_INLINE struct lanes
lanes_subtract(struct lanes a, struct lanes b)
{
	LANES_EACH(a.lane[i] - b.lane[i]);
}

LANES_INLINE struct lanes
lanes_and(struct lanes a, struct lanes b)
{
	LANES_EACH(a.lane[i] & b.lane[i]);
}

LANES_INLINE struct lanes
lanes_or(struct lanes a, struct lanes b)
{
	LANES_EACH(a.lane[i] | b.lane[i]);
}

LANES_INLINE struct lanes
lanes_left(struct lanes a, unsigned count)
{
	LANES_EACH(a.lane[i] << count);
}

LANES_INLINE struct lanes
lanes_right(struct lanes a, unsigned count)
{
	LANES_EACH(a.lane[i] >> count);
}

LANES_INLINE struct lanes
lanes_rotate_right(struct lanes a, unsigned count)
{
	LANES_EACH(a.lane[i] >> count | a.lane[i] << (64 - count));
}

LANES_INLINE struct lanes
lanes_xor3(struct lanes a, struct lanes b, struct lanes c)
{
	LANES_EACH(a.lane[i] ^ b.lane[i] ^ c.lane[i]);
}

LANES_INLINE struct lanes
lanes_choose(struct lanes a, struct lanes b, struct lanes c)
{
	LANES_EACH((a.lane[i] & b.lane[i]) | (~a.lane[i] & c.lane[i]));
}

LANES_INLINE struct lanes
lanes_majority(struct lanes a, struct lanes b, struct lanes c)
{
	LANES_EACH((a.lane[i] & b.lane[i]) | (a.lane[i] & c.lane[i]) | (b.lane[i] & c.lane[i]));
}

__extension__ typedef unsigned __int128 lanes_product;

LANES_INLINE lanes_product
lanes_product52(uint64_t a, uint64_t b)
{
	const uint64_t low = UINT64_MAX >> 12;

	return (lanes_product)(a & low) * (b & low);
}

LANES_INLINE struct lanes
lanes_madd_low(struct lanes sum, struct lanes a, struct lanes b)
{
	LANES_EACH(sum.lane[i] +
		   ((uint64_t)lanes_product52(a.lane[i], b.lane[i]) & (UINT64_MAX >> 12)));
}

LANES_INLINE struct lanes
lanes_madd_high(struct lanes sum, struct lanes a, struct lanes b)
{
	LANES_EACH(sum.lane[i] + (uint64_t)(lanes_product52(a.lane[i], b.lane[i]) >> 52));
}

LANES_INLINE struct lanes
lanes_select(uint8_t mask, struct lanes a, struct lanes b)
{
	LANES_EACH((mask >> i & 1) != 0 ? b.lane[i] : a.lane[i]);
}

LANES_INLINE uint8_t
lanes_equal(struct lanes a, struct lanes b)
{
	unsigned mask = 0;

	for (unsigned i = 0; i < LANES_COUNT; i++)
		mask |= (unsigned)(a.lane[i] == b.lane[i]) << i;
	return (uint8_t)mask;
}

LANES_INLINE struct lanes
lanes_swap_bytes(struct lanes a)
{
	LANES_EACH(__builtin_bswap64(a.lane[i]));
}

LANES_INLINE struct lanes
lanes_zip_even(struct lanes a, struct lanes b)
{
	LANES_EACH(i % 2 == 0 ? a.lane[i] : b.lane[i - 1]);
}

LANES_INLINE struct lanes
lanes_zip_odd(struct lanes a, struct lanes b)
{
	LANES_EACH(i % 2 == 0 ? a.lane[i + 1] : b.lane[i]);
}

LANES_INLINE struct lanes
lanes_pairs_even(struct lanes a, struct lanes b)
{
	LANES_EACH(i < 4 ? a.lane[i / 2 * 4 + i % 2] : b.lane[(i - 4) / 2 * 4 + i % 2]);
}

LANES_INLINE struct lanes
lanes_pairs_odd(struct lanes a, struct lanes b)
{
	LANES_EACH(i < 4 ? a.lane[i / 2 * 4 + 2 + i % 2] : b.lane[(i - 4) / 2 * 4 + 2 + i % 2]);
}

#endif

#if LANES_BY != LANES_BY_AVX2

/* Eight rows become eight columns: lane i of row j goes to lane j of row i. */
LANES_INLINE void
lanes_transpose(struct lanes row[LANES_COUNT])
{
	/* pair[2k]: even columns of rows 2k, 2k + 1; pair[2k + 1]: odd columns */
	struct lanes p0 = lanes_zip_even(row[0], row[1]), p1 = lanes_zip_odd(row[0], row[1]);
	struct lanes p2 = lanes_zip_even(row[2], row[3]), p3 = lanes_zip_odd(row[2], row[3]);
	struct lanes p4 = lanes_zip_even(row[4], row[5]), p5 = lanes_zip_odd(row[4], row[5]);
	struct lanes p6 = lanes_zip_even(row[6], row[7]), p7 = lanes_zip_odd(row[6], row[7]);
	/* columns 0 and 4 of four rows; 2 and 6; 1 and 5; 3 and 7 */
	struct lanes a04 = lanes_pairs_even(p0, p2), b04 = lanes_pairs_even(p4, p6);
	struct lanes a26 = lanes_pairs_odd(p0, p2), b26 = lanes_pairs_odd(p4, p6);
	struct lanes a15 = lanes_pairs_even(p1, p3), b15 = lanes_pairs_even(p5, p7);
	struct lanes a37 = lanes_pairs_odd(p1, p3), b37 = lanes_pairs_odd(p5, p7);

	row[0] = lanes_pairs_even(a04, b04);
	row[4] = lanes_pairs_odd(a04, b04);
	row[2] = lanes_pairs_even(a26, b26);
	row[6] = lanes_pairs_odd(a26, b26);
	row[1] = lanes_pairs_even(a15, b15);
	row[5] = lanes_pairs_odd(a15, b15);
	row[3] = lanes_pairs_even(a37, b37);
	row[7] = lanes_pairs_odd(a37, b37);
}

/* 32 bytes from each of eight places: lane j of column[i] becomes word i of row[j]. */
LANES_INLINE void
lanes_load_columns(const uint8_t *const row[LANES_COUNT], struct lanes column[4])
{
	struct lanes h0 = lanes_load_halves(row[0], row[2]);
	struct lanes h1 = lanes_load_halves(row[1], row[3]);
	struct lanes h2 = lanes_load_halves(row[4], row[6]);
	struct lanes h3 = lanes_load_halves(row[5], row[7]);
	/* words 0 and 2 of rows 0 to 3, of rows 4 to 7; words 1 and 3 */
	struct lanes a02 = lanes_zip_even(h0, h1), b02 = lanes_zip_even(h2, h3);
	struct lanes a13 = lanes_zip_odd(h0, h1), b13 = lanes_zip_odd(h2, h3);

	column[0] = lanes_pairs_even(a02, b02);
	column[2] = lanes_pairs_odd(a02, b02);
	column[1] = lanes_pairs_even(a13, b13);
	column[3] = lanes_pairs_odd(a13, b13);
}

/* 96 bytes from each of eight places: lane j of column[i] becomes word i of row[j]. */
LANES_INLINE void
lanes_load_entries(const uint8_t *const row[LANES_COUNT], struct lanes column[12])
{
	const uint8_t *third[LANES_COUNT];

	LANES_UNROLL
	for (unsigned i = 0; i < LANES_COUNT; i++) {
		column[i] = lanes_load(row[i]);
		third[i] = row[i] + LANES_SIZE;
	}
	lanes_transpose(column);
	lanes_load_columns(third, column + 8);
}

/* Around everything that is done with lanes, of numbers too; nothing here asks for it. */
LANES_INLINE unsigned
lanes_enter(void)
{
	return 0;
}

LANES_INLINE void
lanes_leave(unsigned entered)
{
	(void)entered;
}

#endif

#endif
