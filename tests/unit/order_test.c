#include "outcome/order.h"

#include "tests/lib/ring.h"

static const int64_t costs[] = {30, 10, 20, 10, 30, 5, 5, 1, 2, 3};

/* The options in the order of their places, as letters. */
static const char *
order_of(struct ring *ring, enum manifest_ties ties)
{
	static char text[ring_options_max + 1];
	uint16_t places[ring_options_max] = {0};
	size_t count = ring->contest.options_count;

	ring->contest.outcome.ties = ties;
	assert_true(order_make(&ring->manifest, 0, &ring->law, places));
	memset(text, 0, sizeof text);
	for (size_t i = 0; i < count; i++) {
		assert_in_range(places[i], 1, count);
		assert_int_equal(text[places[i] - 1], 0);
		text[places[i] - 1] = (char)('a' + i);
	}
	return text;
}

static void
orders_are_as_the_manifest_says(void **state)
{
	struct ring ring;

	(void)state;
	ring_make(&ring, MANIFEST_RULE_COUNT, 10, costs, NULL, -1);
	assert_string_equal(order_of(&ring, MANIFEST_TIES_LISTED), "abcdefghij");
	assert_string_equal(order_of(&ring, MANIFEST_TIES_CHEAPER), "hijfgbdcae");
	assert_string_equal(order_of(&ring, MANIFEST_TIES_DEARER), "aecbdfgjih");
	ring_ties(&ring, "jaibhcgdfe");
	assert_string_equal(order_of(&ring, MANIFEST_TIES_GIVEN), "jaibhcgdfe");
	ring_free(&ring);
}

/* Orders that a few lines of Python made from the words in order.h. */
static void
a_draw_is_the_shuffle_of_its_seed(void **state)
{
	struct manifest_contest contests[4];
	struct ring ring;
	uint16_t places[ring_options_max];

	(void)state;
	ring_make(&ring, MANIFEST_RULE_COUNT, 10, costs, NULL, -1);
	for (uint8_t i = 0; i < TALLY_HASH_SIZE; i++)
		ring.law.draw[i] = i;
	assert_string_equal(order_of(&ring, MANIFEST_TIES_DRAWN), "bihacgfjde");
	ring.contest.outcome.ties = MANIFEST_TIES_DRAWN;
	contests[3] = ring.contest;
	ring.manifest.contests = contests;
	assert_true(order_make(&ring.manifest, 3, &ring.law, places));
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(places["jehbadfcgi"[i] - 'a'], i + 1);
	ring.law.draw_missing = true;
	assert_false(order_make(&ring.manifest, 3, &ring.law, places));
	assert_false(order_make(&ring.manifest, 3, NULL, places));
	ring_free(&ring);
}

/* Every order of four options comes about as often as any other. */
static void
a_draw_prefers_nobody(void **state)
{
	enum {
		draws = 24 * 400
	};
	struct test_random random = test_random_make(5);
	unsigned seen[4][4] = {{0}};
	struct ring ring;

	(void)state;
	ring_make(&ring, MANIFEST_RULE_COUNT, 4, costs, NULL, -1);
	for (size_t i = 0; i < draws; i++) {
		const char *text;

		test_random_fill(&random, ring.law.draw, sizeof ring.law.draw);
		text = order_of(&ring, MANIFEST_TIES_DRAWN);
		for (size_t j = 0; j < 4; j++)
			seen[j][text[j] - 'a']++;
	}
	for (size_t j = 0; j < 4; j++) {
		for (size_t k = 0; k < 4; k++)
			assert_in_range(seen[j][k], draws / 4 - 300, draws / 4 + 300);
	}
	ring_free(&ring);
}

static void
options_are_sorted(void **state)
{
	enum {
		count = 1000
	};
	struct test_random random = test_random_make(6);
	static int64_t strength[count];
	static uint16_t places[count];
	static uint16_t options[count];

	(void)state;
	for (size_t n = 0; n < count; n = 2 * n + 1) {
		for (size_t i = 0; i < n; i++) {
			options[i] = (uint16_t)i;
			places[i] = (uint16_t)(n - i);
			strength[i] = (int64_t)test_random_below(&random, 40) - 20;
		}
		assert_true(order_sort(options, n, strength, places));
		for (size_t i = 1; i < n; i++) {
			int64_t more = strength[options[i - 1]] - strength[options[i]];

			assert_true(more > 0 || (more == 0 && options[i - 1] > options[i]));
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(orders_are_as_the_manifest_says),
	    cmocka_unit_test(a_draw_is_the_shuffle_of_its_seed),
	    cmocka_unit_test(a_draw_prefers_nobody),
	    cmocka_unit_test(options_are_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
