#include "tests/lib/test.h"

#include "pollbook/pile.h"

enum {
	MAX = 1100, /* beyond a power of two */
};

/* With bytes of 0xee wherever nothing has been written. */
static struct pollbook_pile
pile_make(size_t max, size_t value_size)
{
	size_t size = pollbook_pile_bytes(max, value_size);
	struct pollbook_pile pile;
	void *memory = malloc(size);

	assert_non_null(memory);
	memset(memory, 0xee, size);
	pollbook_pile_init(&pile, memory, max, value_size);
	return pile;
}

static struct pollbook_record
record_of(uint32_t number, size_t value_size)
{
	struct pollbook_record record = {.word = UINT64_MAX - number};

	memset(record.value, (int)number, value_size);
	return record;
}

static void
assert_holds(const struct pollbook_pile *pile, const uint8_t name[16], uint32_t number)
{
	struct pollbook_record expected = record_of(number, pile->value_size);
	struct pollbook_record found;

	memset(&found, 0x77, sizeof found);
	pollbook_pile_prefetch(pile, name);
	assert_true(pollbook_pile_find(pile, name, &found));
	assert_true(found.word == expected.word);
	assert_memory_equal(found.value, expected.value, sizeof found.value);
}

static void
put(struct pollbook_pile *pile, const uint8_t name[16], uint32_t number)
{
	struct pollbook_record record = record_of(number, 16);

	assert_true(pollbook_pile_put(pile, name, &record));
}

/* After every put all that came is there, and nothing else. */
static void
grows(size_t value_size, size_t alike)
{
	static uint8_t names[MAX + 1][16];
	struct test_random random = test_random_make(11);
	struct pollbook_pile pile = pile_make(MAX, value_size);
	struct pollbook_record record;

	for (size_t i = 0; i <= MAX; i++) {
		test_random_fill(&random, names[i], sizeof names[i]);
		memset(names[i], 0x5a, alike);
	}
	for (uint32_t i = 0; i < MAX; i++) {
		assert_false(pollbook_pile_find(&pile, names[i], &record));
		put(&pile, names[i], i);
		assert_int_equal(pile.count, i + 1);
		for (uint32_t k = i % 7; k <= i; k += 7)
			assert_holds(&pile, names[k], k);
		assert_false(pollbook_pile_find(&pile, names[i + 1], &record));
	}
	record = record_of(1, 16);
	assert_false(pollbook_pile_put(&pile, names[MAX], &record));
	assert_false(pollbook_pile_find(&pile, names[MAX], &record));
	for (uint32_t i = 0; i < MAX; i++)
		put(&pile, names[i], i + 5);
	assert_int_equal(pile.count, MAX);
	for (uint32_t i = 0; i < MAX; i++)
		assert_holds(&pile, names[i], i + 5);
	free(pile.entries);
}

static void
holds_what_came(void **state)
{
	(void)state;
	grows(0, 0);
	grows(16, 0);
	grows(16, 3);
	grows(0, 12); /* on one chain */
}

static bool
untouched(const void *from, const void *to)
{
	for (const uint8_t *at = from; at < (const uint8_t *)to; at++)
		if (*at != 0xee)
			return false;
	return true;
}

/* What was promised to many and has come for few costs what the few cost. */
static void
touches_what_it_uses(void **state)
{
	for (size_t value_size = 0; value_size <= 16; value_size += 16) {
		struct pollbook_pile pile = pile_make(MAX, value_size);
		struct test_random random = test_random_make(12);
		uint8_t *heads = (uint8_t *)pile.heads;
		uint8_t *end = pile.entries + pollbook_pile_bytes(MAX, value_size);

		(void)state;
		for (uint32_t i = 0; i <= MAX; i++) {
			size_t used = i * (28 + value_size);
			uint8_t name[16];

			assert_true(untouched(pile.entries + used, heads));
			assert_true(untouched(heads + (size_t)(i + 1) * 4, end));
			assert_int_equal(pollbook_pile_bytes(i, value_size),
					 used + (size_t)(i + 1) * 4);
			test_random_fill(&random, name, sizeof name);
			if (i < MAX)
				put(&pile, name, i);
		}
		free(pile.entries);
	}
}

static size_t
entries_on(const struct pollbook_pile *pile, size_t head)
{
	size_t count = 0;
	uint32_t link = pile->heads[head];

	for (; link != 0; count++)
		memcpy(&link, pile->entries + (size_t)(link - 1) * (28 + pile->value_size), 4);
	return count;
}

/* Hashes lie one on a head on average, whatever the number of heads. */
static void
chains_stay_short(void **state)
{
	enum {
		MANY = 50000
	};
	struct pollbook_pile pile = pile_make(MANY, 0);
	struct test_random random = test_random_make(13);
	size_t sum = 0;

	(void)state;
	for (uint32_t i = 0; i < MANY; i++) {
		uint8_t name[16];

		test_random_fill(&random, name, sizeof name);
		put(&pile, name, i);
	}
	for (size_t head = 0; head <= MANY; head++) {
		size_t count = entries_on(&pile, head);

		assert_true(count < 20);
		sum += count;
	}
	assert_int_equal(sum, MANY);
	free(pile.entries);
}

static void
an_empty_one(void **state)
{
	struct pollbook_pile none = {0};
	struct pollbook_pile pile = pile_make(0, 0);
	const uint8_t name[16] = {1};
	struct pollbook_record record = {.word = 1};

	(void)state;
	assert_false(pollbook_pile_find(&none, name, &record));
	assert_false(pollbook_pile_put(&none, name, &record));
	assert_false(pollbook_pile_find(&pile, name, &record));
	assert_false(pollbook_pile_put(&pile, name, &record));
	free(pile.entries);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(holds_what_came),
	    cmocka_unit_test(touches_what_it_uses),
	    cmocka_unit_test(chains_stay_short),
	    cmocka_unit_test(an_empty_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
