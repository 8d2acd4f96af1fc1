#include "tests/lib/lanesprobe.h"

#include "ed25519/point8.h"

static void
probe_lanes(uint64_t in[3][8], uint8_t mask, uint64_t out[LANESPROBE_RESULTS][8])
{
	struct lanes a = lanes_load(in[0]), b = lanes_load(in[1]), c = lanes_load(in[2]);
	struct lanes results[LANESPROBE_RESULTS] = {
	    [LANESPROBE_ADD] = lanes_add(a, b),
	    [LANESPROBE_SUBTRACT] = lanes_subtract(a, b),
	    [LANESPROBE_AND] = lanes_and(a, b),
	    [LANESPROBE_OR] = lanes_or(a, b),
	    [LANESPROBE_LEFT_13] = lanes_left(a, 13),
	    [LANESPROBE_RIGHT_51] = lanes_right(a, 51),
	    [LANESPROBE_ROTATE_41] = lanes_rotate_right(a, 41),
	    [LANESPROBE_XOR3] = lanes_xor3(a, b, c),
	    [LANESPROBE_CHOOSE] = lanes_choose(a, b, c),
	    [LANESPROBE_MAJORITY] = lanes_majority(a, b, c),
	    [LANESPROBE_MADD_LOW] = lanes_madd_low(a, b, c),
	    [LANESPROBE_MADD_HIGH] = lanes_madd_high(a, b, c),
	    [LANESPROBE_SELECT] = lanes_select(mask, a, b),
	    [LANESPROBE_EQUAL] = lanes_all(lanes_equal(a, b)),
	    [LANESPROBE_SWAP_BYTES] = lanes_swap_bytes(a),
	};

	for (unsigned i = 0; i < LANESPROBE_RESULTS; i++)
		lanes_store(out[i], results[i]);
}

static void
probe_transpose(uint64_t rows[8][8])
{
	struct lanes row[8];

	for (unsigned i = 0; i < 8; i++)
		row[i] = lanes_load(rows[i]);
	lanes_transpose(row);
	for (unsigned i = 0; i < 8; i++)
		lanes_store(rows[i], row[i]);
}

static void
probe_columns(const uint8_t *const row[8], uint64_t out[4][8])
{
	struct lanes column[4];

	lanes_load_columns(row, column);
	for (unsigned i = 0; i < 4; i++)
		lanes_store(out[i], column[i]);
}

static struct field8
narrow(struct field8_wide a)
{
	return (struct field8){{a.limb[0], a.limb[1], a.limb[2], a.limb[3], a.limb[4]}};
}

static struct field8
probe_one(enum lanesprobe_field what, struct field8 a, struct field8 b, uint8_t mask)
{
	struct field8 r = field8_small(0);

	switch (what) {
	case LANESPROBE_MULTIPLY:
		return narrow(field8_multiply(a, b));
	case LANESPROBE_SQUARE:
		return narrow(field8_square(a));
	case LANESPROBE_CARRY:
		return field8_carry(field8_widen(a));
	case LANESPROBE_SUM:
		return narrow(field8_sum(field8_widen(a), field8_widen(b)));
	case LANESPROBE_DIFFERENCE:
		return narrow(field8_difference(field8_widen(a), field8_widen(b)));
	case LANESPROBE_NEGATE:
		return field8_negate(a, mask);
	case LANESPROBE_PICK:
		return field8_select(mask, a, b);
	case LANESPROBE_INVERT:
		return field8_invert(a);
	case LANESPROBE_WORDS:
		field8_words(a, r.limb);
		return r;
	case LANESPROBE_LOAD:
		return field8_load(a.limb);
	case LANESPROBE_FIELDS:
		break;
	}
	return r;
}

static void
probe_field(enum lanesprobe_field what, uint64_t a[5][8], uint64_t b[5][8], uint8_t mask,
	    uint64_t out[5][8])
{
	struct field8 x, y;

	for (unsigned i = 0; i < 5; i++) {
		x.limb[i] = lanes_load(a[i]);
		y.limb[i] = lanes_load(b[i]);
	}
	x = probe_one(what, x, y, mask);
	for (unsigned i = 0; i < 5; i++)
		lanes_store(out[i], x.limb[i]);
}

static void
probe_sums(const uint8_t *const (*entries)[8], const uint8_t *negative, size_t count,
	   uint8_t encoded[8][32])
{
	struct point8 sum = point8_identity();
	struct point8_result point;
	struct lanes x[4], row[8] = {0};
	struct field8 inverse;
	uint8_t bytes[LANES_SIZE];

	for (size_t i = 0; i < count; i++)
		sum = point8_add(sum, point8_load(entries[i], negative[i]));
	point = point8_finish(sum);
	inverse = field8_invert(point.twice_z);
	field8_words(field8_carry(field8_multiply(point.twice_x, inverse)), x);
	field8_words(field8_carry(field8_multiply(point.twice_y, inverse)), row);
	row[3] = lanes_or(row[3], lanes_left(x[0], 63));
	lanes_transpose(row);
	for (unsigned i = 0; i < 8; i++) {
		lanes_store(bytes, row[i]);
		memcpy(encoded[i], bytes, 32);
	}
}

const struct lanesprobe LANES_NAME(lanesprobe) = {
    probe_lanes, probe_transpose, probe_columns, probe_field, probe_sums,
};

#ifdef LANES_EMULATED
#include "ed25519/batch.h"

size_t
lanesprobe_bodies(const struct lanesprobe *bodies[2])
{
	bodies[0] = &lanesprobe_emulated;
	bodies[1] = &lanesprobe;
	return ed25519_ifma_available() ? 2 : 1;
}
#endif
