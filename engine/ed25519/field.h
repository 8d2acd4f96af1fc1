/* field: integers modulo p = 2^255 - 19, as five limbs of 51 bits: the value is the sum of
 * limb[i] * 2^(51 i), modulo p. Limbs may be larger than 51 bits for a while, so that sums and
 * differences need no carries. Why nothing overflows:
 *
 *   tight   every limb < 2^51 + 2^13: what field_mul, field_square, field_load yield
 *   loose   every limb < 2^54: what field_mul and field_square take
 *
 *   field_add   of two tight: < 2^52 + 2^14; of a loose sum and a tight one: the sum of the two
 *   field_sub   a - b + 2p, limb by limb. The limbs of 2p are 2^52 - 38 and 2^52 - 2, more than any
 *               tight b has: no limb falls below 0. b is tight; a tight: < 2^52.6, loose
 *               below 2^53: < 2^53.6
 *   field_mul   With 2^5 > 19, a product of limbs is below 2^54 * 2^54 * 19 < 2^112.3, a column of
 *               five below 2^114.4 (1 + 4 * 19 = 77 < 2^6.3 times 2^108), with the carry of its
 *               neighbour, below 2^64, still below 2^115: fits 128 bits. 19 * b < 2^58.3 fits 64.
 *               Its carry is below 2^64. The topmost column holds no factor 19: five times 2^108
 *               and a carry, < 2^110.4; its carry < 2^59.4, times 19 < 2^63.7, and with the
 *               lowest limb (2^51) fits 64 bits; what that carries on is below 2^13: tight.
 *
 * An addition of points (point.h) keeps to it: it multiplies tight, tight + tight, tight - tight,
 * and (tight + tight) +- tight, < 2^53.2.
 *
 * Nothing here runs in constant time: only public values. Thread: any. */
#ifndef TALLY_ED25519_FIELD_H
#define TALLY_ED25519_FIELD_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
	FIELD_LIMBS = 5,
	FIELD_SIZE = 32,
};

struct field {
	uint64_t limb[FIELD_LIMBS];
};

#define FIELD_MASK (((uint64_t)1 << 51) - 1)

__extension__ typedef unsigned __int128 field_wide;

/* The one encoding below p. Takes loose. */
void
field_store(uint8_t bytes[FIELD_SIZE], const struct field *a);

/* Takes loose. */
bool
field_is_zero(const struct field *a);

bool
field_equal(const struct field *a, const struct field *b);

/* Is the encoded value odd: what RFC 8032 calls the sign of x. Takes loose. */
bool
field_is_odd(const struct field *a);

/* 1 / a; 0 for 0. Takes loose. */
struct field
field_invert(const struct field *a);

/* a^((p - 5) / 8). Takes loose. */
struct field
field_power_p58(const struct field *a);

extern const struct field field_one;
extern const struct field field_d; /* -121665 / 121666 */
extern const struct field field_2d;
extern const struct field field_sqrt_m1; /* a root of -1 */

static inline uint64_t
field_le64(const uint8_t *from)
{
	uint64_t value;

	memcpy(&value, from, sizeof value);
	return le64toh(value);
}

/* 32 bytes, little-endian; the topmost bit is ignored. Any such value, below p or not; every limb
 * below 2^51. */
static inline struct field
field_load(const uint8_t bytes[FIELD_SIZE])
{
	return (struct field){
	    {field_le64(bytes) & FIELD_MASK, field_le64(bytes + 6) >> 3 & FIELD_MASK,
	     field_le64(bytes + 12) >> 6 & FIELD_MASK, field_le64(bytes + 19) >> 1 & FIELD_MASK,
	     field_le64(bytes + 24) >> 12 & FIELD_MASK}};
}

static inline struct field
field_add(const struct field *a, const struct field *b)
{
	return (struct field){{a->limb[0] + b->limb[0], a->limb[1] + b->limb[1],
			       a->limb[2] + b->limb[2], a->limb[3] + b->limb[3],
			       a->limb[4] + b->limb[4]}};
}

/* b tight. */
static inline struct field
field_sub(const struct field *a, const struct field *b)
{
	const uint64_t lowest = 2 * (FIELD_MASK - 18), other = 2 * FIELD_MASK;

	return (struct field){{a->limb[0] + lowest - b->limb[0],
			       a->limb[1] + other - b->limb[1], a->limb[2] + other - b->limb[2],
			       a->limb[3] + other - b->limb[3],
			       a->limb[4] + other - b->limb[4]}};
}

/* a, or b if `other` is 1 (else it is 0). */
static inline struct field
field_select(const struct field *a, const struct field *b, uint64_t other)
{
	const uint64_t mask = 0 - other;

	return (struct field){{a->limb[0] ^ ((a->limb[0] ^ b->limb[0]) & mask),
			       a->limb[1] ^ ((a->limb[1] ^ b->limb[1]) & mask),
			       a->limb[2] ^ ((a->limb[2] ^ b->limb[2]) & mask),
			       a->limb[3] ^ ((a->limb[3] ^ b->limb[3]) & mask),
			       a->limb[4] ^ ((a->limb[4] ^ b->limb[4]) & mask)}};
}

/* From columns to limbs; the columns as field_mul makes them. */
static inline struct field
field_carry(field_wide r0, field_wide r1, field_wide r2, field_wide r3, field_wide r4)
{
	struct field a;

	r1 += (uint64_t)(r0 >> 51);
	r2 += (uint64_t)(r1 >> 51);
	r3 += (uint64_t)(r2 >> 51);
	r4 += (uint64_t)(r3 >> 51);
	a.limb[0] = ((uint64_t)r0 & FIELD_MASK) + (uint64_t)(r4 >> 51) * 19;
	a.limb[1] = ((uint64_t)r1 & FIELD_MASK) + (a.limb[0] >> 51);
	a.limb[0] &= FIELD_MASK;
	a.limb[2] = (uint64_t)r2 & FIELD_MASK;
	a.limb[3] = (uint64_t)r3 & FIELD_MASK;
	a.limb[4] = (uint64_t)r4 & FIELD_MASK;
	return a;
}

static inline struct field
field_mul(const struct field *f, const struct field *g)
{
	const uint64_t a0 = f->limb[0], a1 = f->limb[1], a2 = f->limb[2], a3 = f->limb[3],
		       a4 = f->limb[4];
	const uint64_t b0 = g->limb[0], b1 = g->limb[1], b2 = g->limb[2], b3 = g->limb[3],
		       b4 = g->limb[4];
	const uint64_t c1 = 19 * b1, c2 = 19 * b2, c3 = 19 * b3, c4 = 19 * b4;

	return field_carry((field_wide)a0 * b0 + (field_wide)a1 * c4 + (field_wide)a2 * c3 +
			       (field_wide)a3 * c2 + (field_wide)a4 * c1,
			   (field_wide)a0 * b1 + (field_wide)a1 * b0 + (field_wide)a2 * c4 +
			       (field_wide)a3 * c3 + (field_wide)a4 * c2,
			   (field_wide)a0 * b2 + (field_wide)a1 * b1 + (field_wide)a2 * b0 +
			       (field_wide)a3 * c4 + (field_wide)a4 * c3,
			   (field_wide)a0 * b3 + (field_wide)a1 * b2 + (field_wide)a2 * b1 +
			       (field_wide)a3 * b0 + (field_wide)a4 * c4,
			   (field_wide)a0 * b4 + (field_wide)a1 * b3 + (field_wide)a2 * b2 +
			       (field_wide)a3 * b1 + (field_wide)a4 * b0);
}

static inline struct field
field_square(const struct field *f)
{
	const uint64_t a0 = f->limb[0], a1 = f->limb[1], a2 = f->limb[2], a3 = f->limb[3],
		       a4 = f->limb[4];
	const uint64_t d0 = 2 * a0, d1 = 2 * a1, c3 = 19 * a3, c4 = 19 * a4;

	return field_carry(
	    (field_wide)a0 * a0 + (field_wide)d1 * c4 + (field_wide)(2 * a2) * c3,
	    (field_wide)d0 * a1 + (field_wide)(2 * a2) * c4 + (field_wide)a3 * c3,
	    (field_wide)d0 * a2 + (field_wide)a1 * a1 + (field_wide)(2 * a3) * c4,
	    (field_wide)d0 * a3 + (field_wide)d1 * a2 + (field_wide)a4 * c4,
	    (field_wide)d0 * a4 + (field_wide)d1 * a3 + (field_wide)a2 * a2);
}

#endif
