#include "shell/collate.h"

#include <stdlib.h>

#include "tests/lib/test.h"

enum {
	ROWS = 5000
};

static struct change rows[ROWS], expected[ROWS];

static int
compare(const void *left, const void *right)
{
	const struct change *a = left, *b = right;
	int order = memcmp(a->key, b->key, CHANGE_KEY_SIZE);

	if (order != 0)
		return order;
	return a->word < b->word ? -1 : a->word > b->word;
}

/* As the C library sorts them; what belongs to a row stays with it. */
static void
collates(size_t count)
{
	for (size_t i = 0; i < count; i++) {
		memcpy(rows[i].value, &rows[i].word, sizeof rows[i].word);
		rows[i].value[15] = rows[i].key[CHANGE_KEY_SIZE - 1];
	}
	memcpy(expected, rows, count * sizeof *rows);
	qsort(expected, count, sizeof *expected, compare);
	collate(rows, count);
	assert_memory_equal(rows, expected, count * sizeof *rows);
}

/* Keys that differ from byte `first` on, in `kinds` values of each byte; no two words are equal. */
static void
fill(struct test_random *random, size_t count, size_t first, uint32_t kinds)
{
	memset(rows, 0, sizeof rows);
	for (size_t i = 0; i < count; i++) {
		for (size_t at = first; at < CHANGE_KEY_SIZE; at++)
			rows[i].key[at] =
			    (uint8_t)(test_random_below(random, kinds) * (256 / kinds));
		rows[i].word = (uint64_t)test_random_below(random, 1 << 30) << 33 | i;
	}
}

static void
random_keys(void **state)
{
	static const size_t counts[] = {0, 1, 2, 3, 19, 20, 21, 22, 255, 256, 257, ROWS};
	struct test_random random = test_random_make(960);

	(void)state;
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		fill(&random, counts[i], 0, 256);
		collates(counts[i]);
	}
}

/* Keys that somebody has chosen: equal up to their last byte, or of few values. */
static void
chosen_keys(void **state)
{
	struct test_random random = test_random_make(961);

	(void)state;
	for (size_t first = 0; first < CHANGE_KEY_SIZE; first += 4) {
		fill(&random, ROWS, first, 2);
		collates(ROWS);
	}
	fill(&random, ROWS, CHANGE_KEY_SIZE - 1, 256);
	collates(ROWS);
}

/* More of one key than are put in order one by one: their words decide, in every byte. */
static void
one_key(void **state)
{
	struct test_random random = test_random_make(962);

	(void)state;
	fill(&random, ROWS, CHANGE_KEY_SIZE, 1);
	collates(ROWS);
	for (unsigned shift = 0; shift < 64; shift += 8) {
		fill(&random, 256, CHANGE_KEY_SIZE, 1);
		for (uint64_t i = 0; i < 256; i++)
			rows[i].word = (i * 77 % 256) << shift;
		collates(256);
	}
	/* All equal. */
	memset(rows, 7, sizeof rows);
	collates(ROWS);
}

static void
in_order_already(void **state)
{
	(void)state;
	memset(rows, 0, sizeof rows);
	for (size_t i = 0; i < ROWS; i++)
		be64_store(rows[i].key, i);
	collates(ROWS);
	for (size_t i = 0; i < ROWS; i++)
		be64_store(rows[i].key, ROWS - i);
	collates(ROWS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(random_keys),
	    cmocka_unit_test(chosen_keys),
	    cmocka_unit_test(one_key),
	    cmocka_unit_test(in_order_already),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
