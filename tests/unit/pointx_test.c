/* Sums of entries of the base's table against libsodium's multiples of the base point. */
#include "tests/lib/test.h"

#include <sodium.h>

#include "ed25519/pointx.h"
#include "tests/lib/lanesprobe.h"

enum {
	WINDOW = 6,
	STEPS_MAX = 12,
};

static struct keytable base;

/* What eight lanes add: digits of rows, by entry and sign. */
struct plan {
	const uint8_t *entry[STEPS_MAX][8];
	uint8_t negative[STEPS_MAX];
	size_t count;
	uint8_t scalar[8][32]; /* the sum, modulo L */
};

/* Adds digit * 2^(window row) to the lane of a step. */
static void
plan_put(struct plan *plan, size_t step, unsigned lane, unsigned row, int digit)
{
	unsigned magnitude = (unsigned)(digit < 0 ? -digit : digit);
	uint8_t wide[64] = {0}, term[32];

	plan->entry[step][lane] =
	    base.entries + KEYTABLE_ENTRY_SIZE * (row * keytable_entries(WINDOW) + magnitude);
	for (unsigned bit = 0; bit < WINDOW; bit++) {
		unsigned at = WINDOW * row + bit;

		wide[at / 8] |= (uint8_t)((magnitude >> bit & 1) << at % 8);
	}
	crypto_core_ed25519_scalar_reduce(term, wide);
	if (digit < 0) {
		plan->negative[step] |= (uint8_t)(1u << lane);
		crypto_core_ed25519_scalar_sub(plan->scalar[lane], plan->scalar[lane], term);
	} else {
		crypto_core_ed25519_scalar_add(plan->scalar[lane], plan->scalar[lane], term);
	}
}

static void
plan_check(const struct lanesprobe *body, const struct plan *plan)
{
	uint8_t encoded[8][32];

	body->sums(plan->entry, plan->negative, plan->count, encoded);
	for (unsigned lane = 0; lane < 8; lane++) {
		uint8_t right[32] = {1}; /* the identity, which libsodium calls a failure */

		if (!sodium_is_zero(plan->scalar[lane], 32))
			assert_int_equal(
			    crypto_scalarmult_ed25519_base_noclamp(right, plan->scalar[lane]),
			    0);
		if (memcmp(encoded[lane], right, sizeof right) != 0)
			fail_msg("lane %u after %zu additions", lane, plan->count);
	}
}

static void
random_sums(const struct lanesprobe *body)
{
	struct test_random random = test_random_make(6);
	const int half = 1 << (WINDOW - 1);

	for (size_t count = 0; count <= STEPS_MAX; count++) {
		struct plan plan = {.count = count};

		for (size_t step = 0; step < count; step++) {
			for (unsigned lane = 0; lane < 8; lane++)
				plan_put(
				    &plan, step, lane,
				    (unsigned)test_random_below(&random, base.rows),
				    (int)test_random_below(&random, 2 * (unsigned)half + 1) -
					half);
		}
		plan_check(body, &plan);
	}
}

/* Equal points, opposite ones, the identity on either side: the addition is complete. */
static void
special_sums(const struct lanesprobe *body)
{
	static const int digits[8][5] = {
	    {1, 1, 2, 4, 8}, /* always doubles */
	    {1, -1, 0, 0, 1},       {0, 0, 0, 0, 0},   {-1, -1, -2, -4, -8},
	    {32, -32, 32, -32, 32}, {0, -3, 3, 0, -5}, {-32, 16, 16, 0, 0},
	    {7, 7, -14, 0, 31},
	};

	for (size_t count = 1; count <= 5; count++) {
		struct plan plan = {.count = count};

		for (size_t step = 0; step < count; step++) {
			for (unsigned lane = 0; lane < 8; lane++)
				plan_put(&plan, step, lane, 0, digits[lane][step]);
		}
		plan_check(body, &plan);
	}
}

static void
sums(void **state)
{
	const struct lanesprobe *bodies[3];
	size_t count = lanesprobe_bodies(bodies);
	void *memory = aligned_alloc(KEYTABLE_ALIGNMENT, keytable_room(WINDOW));

	(void)state;
	assert_non_null(memory);
	keytable_make_base(&base, WINDOW, memory);
	for (size_t i = 0; i < count; i++) {
		random_sums(bodies[i]);
		special_sums(bodies[i]);
	}
	free(memory);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sums),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
