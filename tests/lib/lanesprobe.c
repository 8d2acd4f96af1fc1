#include "tests/lib/lanesprobe.h"

#include "ed25519/pointx.h"

static void
operations_at(uint64_t in[3][8], unsigned first, uint8_t mask,
	      uint64_t out[LANESPROBE_RESULTS][8])
{
	struct lanes a = lanes_load(in[0] + first), b = lanes_load(in[1] + first),
		     c = lanes_load(in[2] + first);
	struct lanes results[] = {
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
		[LANESPROBE_SELECT] = lanes_select(mask, a, b),
		[LANESPROBE_EQUAL] =
		    lanes_select(lanes_equal(a, b), lanes_all(0), lanes_all(1)),
		[LANESPROBE_SWAP_BYTES] = lanes_swap_bytes(a),
#if LANES_BY != LANES_BY_AVX2
		[LANESPROBE_MADD_LOW] = lanes_madd_low(a, b, c),
		[LANESPROBE_MADD_HIGH] = lanes_madd_high(a, b, c),
#endif
	};

	for (unsigned i = 0; i < sizeof results / sizeof results[0]; i++)
		lanes_store(out[i] + first, results[i]);
}

static void
probe_operations(uint64_t in[3][8], uint8_t mask, uint64_t out[LANESPROBE_RESULTS][8])
{
	for (unsigned first = 0; first < 8; first += LANES_COUNT)
		operations_at(in, first, (uint8_t)(mask >> first & LANES_ALL), out);
}

static void
probe_transpose(uint64_t *rows)
{
	struct lanes row[LANES_COUNT];

	for (unsigned i = 0; i < LANES_COUNT; i++)
		row[i] = lanes_load(rows + i * LANES_COUNT);
	lanes_transpose(row);
	for (unsigned i = 0; i < LANES_COUNT; i++)
		lanes_store(rows + i * LANES_COUNT, row[i]);
}

static void
probe_columns(const uint8_t *const row[8], uint64_t out[4][8])
{
	struct lanes column[4];

	for (unsigned first = 0; first < 8; first += LANES_COUNT) {
		lanes_load_columns(row + first, column);
		for (unsigned i = 0; i < 4; i++)
			lanes_store(out[i] + first, column[i]);
	}
}

/* Limbs as they are, by the means of C. */
#if LANES_BY == LANES_BY_AVX2
static struct fieldx
narrow(struct fieldx_wide a)
{
	struct fieldx r;

	for (unsigned i = 0; i < 5; i++) {
		int64_t whole[LANES_COUNT];
		double limb[LANES_COUNT];

		lanes_store(whole, a.limb[i]);
		for (unsigned lane = 0; lane < LANES_COUNT; lane++)
			limb[lane] = (double)whole[lane];
		memcpy(&r.limb[i], limb, sizeof limb);
	}
	return r;
}

static struct fieldx_wide
widen(struct fieldx a)
{
	struct fieldx_wide r;

	for (unsigned i = 0; i < 5; i++) {
		int64_t whole[LANES_COUNT];
		double limb[LANES_COUNT];

		memcpy(limb, &a.limb[i], sizeof limb);
		for (unsigned lane = 0; lane < LANES_COUNT; lane++)
			whole[lane] = (int64_t)limb[lane];
		r.limb[i] = lanes_load(whole);
	}
	return r;
}
#else
static struct fieldx
narrow(struct fieldx_wide a)
{
	return (struct fieldx){{a.limb[0], a.limb[1], a.limb[2], a.limb[3], a.limb[4]}};
}

static struct fieldx_wide
widen(struct fieldx a)
{
	return (struct fieldx_wide){{a.limb[0], a.limb[1], a.limb[2], a.limb[3], a.limb[4]}};
}
#endif

static struct fieldx_wide
field_at(enum lanesprobe_field what, struct fieldx_wide a, struct fieldx_wide b, uint8_t mask)
{
	struct fieldx_wide r = {
	    {lanes_all(0), lanes_all(0), lanes_all(0), lanes_all(0), lanes_all(0)}};

	switch (what) {
	case LANESPROBE_MULTIPLY:
		return fieldx_multiply(narrow(a), narrow(b));
	case LANESPROBE_SQUARE:
		return fieldx_square(narrow(a));
	case LANESPROBE_CARRY:
		return widen(fieldx_carry(a));
	case LANESPROBE_SUM:
		return fieldx_sum(a, b);
	case LANESPROBE_DIFFERENCE:
		return fieldx_difference(a, b);
	case LANESPROBE_NEGATE:
		return widen(fieldx_negate(narrow(a), mask));
	case LANESPROBE_WIDEN:
		return fieldx_widen(narrow(a));
	case LANESPROBE_INVERT:
		return widen(fieldx_invert(narrow(a)));
	case LANESPROBE_WORDS:
		fieldx_words(narrow(a), r.limb);
		return r;
	case LANESPROBE_LOAD:
		return widen(fieldx_load(a.limb));
	case LANESPROBE_FIELDS:
		break;
	}
	return r;
}

static void
probe_field(enum lanesprobe_field what, uint64_t a[5][8], uint64_t b[5][8], uint8_t mask,
	    uint64_t out[5][8])
{
	for (unsigned first = 0; first < 8; first += LANES_COUNT) {
		struct fieldx_wide x, y;

		for (unsigned i = 0; i < 5; i++) {
			x.limb[i] = lanes_load(a[i] + first);
			y.limb[i] = lanes_load(b[i] + first);
		}
		x = field_at(what, x, y, (uint8_t)(mask >> first & LANES_ALL));
		for (unsigned i = 0; i < 5; i++)
			lanes_store(out[i] + first, x.limb[i]);
	}
}

static void
encode_at(struct pointx sum, uint8_t encoded[][32])
{
	struct pointx_result point = pointx_finish(sum);
	struct fieldx inverse = fieldx_invert(point.twice_z);
	struct lanes x[4], row[LANES_COUNT];
	uint8_t bytes[LANES_SIZE];

	for (unsigned i = 0; i < LANES_COUNT; i++)
		row[i] = lanes_all(0);
	fieldx_words(fieldx_carry(fieldx_multiply(point.twice_x, inverse)), x);
	fieldx_words(fieldx_carry(fieldx_multiply(point.twice_y, inverse)), row);
	row[3] = lanes_or(row[3], lanes_left(x[0], 63));
	lanes_transpose(row);
	for (unsigned i = 0; i < LANES_COUNT; i++) {
		lanes_store(bytes, row[i]);
		memcpy(encoded[i], bytes, 32);
	}
}

static void
probe_sums(const uint8_t *const (*entries)[8], const uint8_t *negative, size_t count,
	   uint8_t encoded[8][32])
{
	for (unsigned first = 0; first < 8; first += LANES_COUNT) {
		struct pointx sum = pointx_identity();

		for (size_t i = 0; i < count; i++) {
			const uint8_t mask = (uint8_t)(negative[i] >> first & LANES_ALL);

			sum = pointx_add(sum, pointx_load(entries[i] + first, mask));
		}
		encode_at(sum, encoded + first);
	}
}

const struct lanesprobe LANES_NAME(lanesprobe) = {
    LANES_COUNT,      LANES_BY == LANES_BY_AVX2,
    probe_operations, probe_transpose,
    probe_columns,    probe_field,
    probe_sums,
};

#ifdef LANES_EMULATED
#include "ed25519/signatures.h"

size_t
lanesprobe_bodies(const struct lanesprobe *bodies[3])
{
	size_t count = 0;

	bodies[count++] = &lanesprobe_emulated;
	if (ed25519_avx2_available())
		bodies[count++] = &lanesprobe_avx2;
	if (ed25519_ifma_available())
		bodies[count++] = &lanesprobe_ifma;
	return count;
}
#endif
