/* Each operation against its meaning, lane by lane, in every body that can run here. */
#include "tests/lib/test.h"

#include "tests/lib/lanesprobe.h"

enum {
	ROUNDS = 500,
};

static const uint64_t low52 = UINT64_MAX >> 12;

/* Edges as often as not. */
static uint64_t
draw(struct test_random *random)
{
	static const uint64_t edges[] = {0,
					 1,
					 19,
					 UINT64_MAX,
					 (1ull << 52) - 1,
					 1ull << 52,
					 1ull << 51,
					 (1ull << 51) - 1,
					 1ull << 63};

	return test_random_below(random, 2) == 0
		   ? edges[test_random_below(random, sizeof edges / sizeof edges[0])]
		   : test_random_next(random);
}

__extension__ typedef unsigned __int128 product;

static uint64_t
expected(enum lanesprobe_result what, uint64_t a, uint64_t b, uint64_t c, bool selected)
{
	product bc = (product)(b & low52) * (c & low52);

	switch (what) {
	case LANESPROBE_ADD:
		return a + b;
	case LANESPROBE_SUBTRACT:
		return a - b;
	case LANESPROBE_AND:
		return a & b;
	case LANESPROBE_OR:
		return a | b;
	case LANESPROBE_LEFT_13:
		return a << 13;
	case LANESPROBE_RIGHT_51:
		return a >> 51;
	case LANESPROBE_ROTATE_41:
		return a >> 41 | a << 23;
	case LANESPROBE_XOR3:
		return a ^ b ^ c;
	case LANESPROBE_CHOOSE:
		return (a & b) | (~a & c);
	case LANESPROBE_MAJORITY:
		return (a & b) | (a & c) | (b & c);
	case LANESPROBE_MADD_LOW:
		return a + ((uint64_t)bc & low52);
	case LANESPROBE_MADD_HIGH:
		return a + (uint64_t)(bc >> 52);
	case LANESPROBE_SELECT:
		return selected ? b : a;
	case LANESPROBE_SWAP_BYTES:
		return __builtin_bswap64(a);
	case LANESPROBE_EQUAL:
		return a == b;
	case LANESPROBE_RESULTS:
		break;
	}
	return 0;
}

static void
try_all(const struct lanesprobe *body, struct test_random *random)
{
	uint64_t in[3][8], out[LANESPROBE_RESULTS][8];
	uint8_t mask = (uint8_t)test_random_next(random);
	unsigned results = body->has_doubles ? LANESPROBE_MADD_LOW : LANESPROBE_RESULTS;

	for (unsigned i = 0; i < 24; i++)
		in[i / 8][i % 8] = draw(random);
	body->operations(in, mask, out);
	for (unsigned what = 0; what < results; what++) {
		for (unsigned lane = 0; lane < 8; lane++) {
			uint64_t right = expected(what, in[0][lane], in[1][lane], in[2][lane],
						  mask >> lane & 1);

			if (out[what][lane] != right)
				fail_msg("operation %u, lane %u", what, lane);
		}
	}
}

static void
operations(void **state)
{
	const struct lanesprobe *bodies[3];
	size_t count = lanesprobe_bodies(bodies);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		struct test_random random = test_random_make(1);

		for (unsigned round = 0; round < ROUNDS; round++)
			try_all(bodies[i], &random);
	}
}

static void
transpositions(void **state)
{
	const struct lanesprobe *bodies[3];
	size_t count = lanesprobe_bodies(bodies);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		const unsigned lanes = bodies[i]->lanes;
		uint64_t rows[64], columns[4][8];
		uint8_t bytes[8 * 32 + 7];
		const uint8_t *row[8];

		for (unsigned k = 0; k < lanes * lanes; k++)
			rows[k] = k;
		bodies[i]->transpose(rows);
		for (unsigned k = 0; k < lanes * lanes; k++)
			assert_int_equal(rows[k % lanes * lanes + k / lanes], k);
		for (unsigned k = 0; k < 32; k++) {
			uint64_t word = 1000 + k;

			row[k / 4] = bytes + 7 + k / 4 * 32; /* at any alignment */
			memcpy(bytes + 7 + 8 * k, &word, sizeof word);
		}
		bodies[i]->columns(row, columns);
		for (unsigned k = 0; k < 32; k++)
			assert_int_equal(columns[k % 4][k / 4], 1000 + k);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(operations),
	    cmocka_unit_test(transpositions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
