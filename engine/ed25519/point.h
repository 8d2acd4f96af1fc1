/* point: the curve -x^2 + y^2 = 1 + d x^2 y^2 of RFC 8032, in extended coordinates: x = X / Z,
 * y = Y / Z, T = X Y / Z. Additions are complete: right for every two points, equal, opposite, of
 * small order or the identity, because d is no square and -1 is one (Hisil, Wong, Carter, Dawson
 * 2008, section 3.1; RFC 8032 section 5.1.4).
 *
 * All coordinates of a point are tight (field.h). Thread: any. */
#ifndef TALLY_ED25519_POINT_H
#define TALLY_ED25519_POINT_H

#include <stddef.h>

#include "base/check.h"
#include "ed25519/field.h"

struct point {
	struct field x, y, z, t;
};

/* The encoding is of one of the eight points of small order, canonical or not; its sign bit is not
 * looked at. */
bool
point_small_order(const uint8_t bytes[FIELD_SIZE]);

/* False if y is not below p, if there is no x for it, or if x = 0 has a sign. */
MUST_USE bool
point_decode(struct point *point, const uint8_t bytes[FIELD_SIZE]);

/* inverse = 1 / z. */
void
point_encode(uint8_t bytes[FIELD_SIZE], const struct point *point, const struct field *inverse);

struct point
point_negate(const struct point *point);

struct point
point_double(const struct point *point);

struct point
point_add(const struct point *p, const struct point *q);

/* inverses[i] = 1 / points[i].z, by one inversion and three multiplications each (Montgomery). No
 * point of this curve has Z = 0. */
void
point_invert_all(struct field *inverses, const struct point *points, size_t count);

/* The affine point, inverse = 1 / z, as an entry of a table (keytable.h). */
void
point_pack(uint8_t entry[3 * FIELD_SIZE], const struct point *point,
	   const struct field *inverse);

static inline struct point
point_identity(void)
{
	return (struct point){.y = {{1}}, .z = {{1}}};
}

/* From E, F, G, H of the paper. */
static inline struct point
point_complete(const struct field *e, const struct field *f, const struct field *g,
	       const struct field *h)
{
	return (struct point){field_mul(e, f), field_mul(g, h), field_mul(f, g),
			      field_mul(e, h)};
}

/* p + the entry, or p - the entry if negative is 1 (else it is 0). */
static inline struct point
point_add_entry(const struct point *p, const uint8_t *entry, size_t negative)
{
	const struct field plus = field_load(entry + FIELD_SIZE * negative);
	const struct field minus = field_load(entry + FIELD_SIZE * (1 - negative));
	const struct field product = field_load(entry + 2 * FIELD_SIZE);
	const struct field difference = field_sub(&p->y, &p->x);
	const struct field sum = field_add(&p->y, &p->x);
	const struct field a = field_mul(&difference, &minus);
	const struct field b = field_mul(&sum, &plus);
	const struct field c = field_mul(&p->t, &product);
	const struct field d = field_add(&p->z, &p->z);
	const struct field e = field_sub(&b, &a);
	const struct field h = field_add(&b, &a);
	const struct field difference_dc = field_sub(&d, &c), sum_dc = field_add(&d, &c);
	const struct field f = field_select(&difference_dc, &sum_dc, negative);
	const struct field g = field_select(&sum_dc, &difference_dc, negative);

	return point_complete(&e, &f, &g, &h);
}

#endif
