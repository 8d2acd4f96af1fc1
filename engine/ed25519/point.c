#include "ed25519/point.h"

#include <string.h>

/* y of the points of order 4, 1, 8, 8, 2, and 0 and 1 once more, as p and p + 1. */
static const uint8_t small_order[7][FIELD_SIZE] = {
    {0},
    {1},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    {0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
};

bool
point_small_order(const uint8_t bytes[FIELD_SIZE])
{
	const uint8_t last = bytes[FIELD_SIZE - 1] & 0x7f;

	for (size_t i = 0; i < sizeof small_order / sizeof small_order[0]; i++) {
		if (last == small_order[i][FIELD_SIZE - 1] &&
		    memcmp(bytes, small_order[i], FIELD_SIZE - 1) == 0)
			return true;
	}
	return false;
}

/* x = sqrt((y^2 - 1) / (d y^2 + 1)), RFC 8032 section 5.1.3; false if there is none. */
static bool
root(struct field *x, const struct field *y)
{
	const struct field y2 = field_square(y), dy2 = field_mul(&y2, &field_d);
	const struct field u = field_sub(&y2, &field_one), v = field_add(&dy2, &field_one);
	const struct field v2 = field_square(&v), v3 = field_mul(&v2, &v);
	const struct field v6 = field_square(&v3), v7 = field_mul(&v6, &v);
	const struct field uv3 = field_mul(&u, &v3), uv7 = field_mul(&u, &v7);
	const struct field power = field_power_p58(&uv7);
	struct field x2, vx2, sum;

	*x = field_mul(&uv3, &power);
	x2 = field_square(x);
	vx2 = field_mul(&v, &x2);
	if (field_equal(&vx2, &u))
		return true;
	*x = field_mul(x, &field_sqrt_m1);
	sum = field_add(&vx2, &u);
	return field_is_zero(&sum);
}

bool
point_decode(struct point *point, const uint8_t bytes[FIELD_SIZE])
{
	const bool odd = bytes[FIELD_SIZE - 1] >> 7;
	const struct field zero = {{0}};
	uint8_t canonical[FIELD_SIZE];

	*point = point_identity();
	point->y = field_load(bytes);
	field_store(canonical, &point->y);
	canonical[FIELD_SIZE - 1] |= (uint8_t)(odd << 7);
	if (memcmp(canonical, bytes, FIELD_SIZE) != 0 || !root(&point->x, &point->y))
		return false;
	if (field_is_zero(&point->x) && odd)
		return false;
	if (field_is_odd(&point->x) != odd) {
		point->x = field_sub(&zero, &point->x);
		point->x = field_mul(&point->x, &field_one);
	}
	point->t = field_mul(&point->x, &point->y);
	return true;
}

void
point_encode(uint8_t bytes[FIELD_SIZE], const struct point *point, const struct field *inverse)
{
	const struct field x = field_mul(&point->x, inverse);
	const struct field y = field_mul(&point->y, inverse);

	field_store(bytes, &y);
	bytes[FIELD_SIZE - 1] |= (uint8_t)(field_is_odd(&x) << 7);
}

struct point
point_negate(const struct point *point)
{
	const struct field zero = {{0}};
	struct point negative = *point;
	const struct field x = field_sub(&zero, &point->x), t = field_sub(&zero, &point->t);

	negative.x = field_mul(&x, &field_one);
	negative.t = field_mul(&t, &field_one);
	return negative;
}

/* RFC 8032 section 5.1.4, with F and H negated, and so all coordinates. */
struct point
point_double(const struct point *point)
{
	const struct field a = field_square(&point->x), b = field_square(&point->y);
	const struct field z2 = field_square(&point->z), c = field_add(&z2, &z2);
	const struct field sum = field_add(&point->x, &point->y), square = field_square(&sum);
	const struct field h = field_add(&b, &a), g = field_sub(&b, &a);
	const struct field e_plus_a = field_sub(&square, &a), e = field_sub(&e_plus_a, &b);
	const struct field f_plus_b = field_add(&c, &a), f = field_sub(&f_plus_b, &b);

	return point_complete(&e, &f, &g, &h);
}

struct point
point_add(const struct point *p, const struct point *q)
{
	const struct field p_difference = field_sub(&p->y, &p->x);
	const struct field q_difference = field_sub(&q->y, &q->x);
	const struct field p_sum = field_add(&p->y, &p->x), q_sum = field_add(&q->y, &q->x);
	const struct field a = field_mul(&p_difference, &q_difference);
	const struct field b = field_mul(&p_sum, &q_sum), t = field_mul(&p->t, &q->t);
	const struct field c = field_mul(&t, &field_2d), zz = field_mul(&p->z, &q->z);
	const struct field d = field_add(&zz, &zz), e = field_sub(&b, &a);
	const struct field f = field_sub(&d, &c), g = field_add(&d, &c), h = field_add(&b, &a);

	return point_complete(&e, &f, &g, &h);
}

void
point_invert_all(struct field *inverses, const struct point *points, size_t count)
{
	struct field product = field_one, inverse;

	for (size_t i = 0; i < count; i++) {
		inverses[i] = product; /* of those before */
		product = field_mul(&product, &points[i].z);
	}
	inverse = field_invert(&product);
	for (size_t i = count; i-- > 0;) {
		inverses[i] = field_mul(&inverse, &inverses[i]);
		inverse = field_mul(&inverse, &points[i].z);
	}
}

void
point_pack(uint8_t entry[3 * FIELD_SIZE], const struct point *point,
	   const struct field *inverse)
{
	const struct field x = field_mul(&point->x, inverse), y = field_mul(&point->y, inverse);
	const struct field sum = field_add(&y, &x), difference = field_sub(&y, &x);
	const struct field product = field_mul(&x, &y), scaled = field_mul(&product, &field_2d);

	field_store(entry, &sum);
	field_store(entry + FIELD_SIZE, &difference);
	field_store(entry + 2 * FIELD_SIZE, &scaled);
}
