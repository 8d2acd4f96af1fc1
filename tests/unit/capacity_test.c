#include "tests/lib/test.h"

#include "tests/lib/pollbook.h"

#include <sys/mman.h>

enum {
	MILLION = 1000000,
};

static const uint8_t seed[16] = {8};

/* What pollbook_init has made of memory that is gone again. */
static struct pollbook_table
sizes_of(const struct pollbook_capacity *capacity)
{
	size_t slots_size = pollbook_slots_memory(capacity);
	size_t size = slots_size + pollbook_piles_memory(capacity);
	uint8_t *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct pollbook_table table;

	assert_true(memory != MAP_FAILED);
	pollbook_init(&table, memory, memory + slots_size, capacity, seed);
	munmap(memory, size);
	return table;
}

static void
room_beside_the_promised(void **state)
{
	const struct {
		uint32_t voters;
		unsigned ballots;
		size_t olds;
	} cases[] = {
	    {1, 1, 64},
	    {8, 1, 1 + 64},
	    {8, 2, 8 + 1 + 64},
	    {MILLION, 1, MILLION / 8 + 64},
	    {MILLION, 2, MILLION + MILLION / 8 + 64},
	    {MILLION, 1000, 2 * MILLION + 64},
	    {8 * MILLION, 2, 2 * MILLION + 64},
	    {20 * MILLION, 1, 20 * MILLION / 8 + 64},
	    {20 * MILLION, 2, 5 * MILLION + 64},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct pollbook_capacity capacity = {.voters_max = cases[i].voters,
						     .ballots_max = cases[i].ballots,
						     .rolls_max = 5};
		struct pollbook_table table = sizes_of(&capacity);

		assert_int_equal(table.voters_max, cases[i].voters);
		assert_int_equal(table.rolls_max, 5);
		assert_in_range(table.records_max, cases[i].voters + 5, cases[i].voters + 6);
		assert_int_equal(table.olds.max, cases[i].olds);
		assert_int_equal(table.spare_keys.max, 0);
		capacity.voter_mode = true;
		table = sizes_of(&capacity);
		assert_in_range(table.records_max, 3 * cases[i].voters + 5,
				3 * cases[i].voters + 6);
		assert_int_equal(table.olds.max, cases[i].olds);
		assert_int_equal(table.spare_keys.max,
				 cases[i].olds + cases[i].voters / 16 + 64);
	}
}

/* A slot at a load of 7/8 is 45.7 bytes, an earlier ballot 32, a new key 48. */
static void
memory_that_is_used(void **state)
{
	struct pollbook_capacity capacity = {.voters_max = MILLION, .ballots_max = 10};

	(void)state;
	assert_int_equal(pollbook_slots_memory(&capacity), (size_t)(MILLION * 8 + 6) / 7 * 40);
	assert_int_equal(pollbook_piles_used(&capacity, 0), 8);
	assert_int_equal(pollbook_piles_used(&capacity, 200000), 200000 * 32 + 8);
	assert_int_equal(pollbook_piles_used(&capacity, SIZE_MAX),
			 pollbook_piles_memory(&capacity));
	capacity.voter_mode = true;
	assert_int_equal(pollbook_slots_memory(&capacity),
			 (size_t)(3 * MILLION * 8 + 6) / 7 * 40);
	assert_int_equal(pollbook_piles_used(&capacity, 10), 10 * (32 + 48) + 8);
	assert_int_equal(pollbook_piles_used(&capacity, SIZE_MAX),
			 pollbook_piles_memory(&capacity));
}

static void
fill(struct pollbook_table *table, enum pollbook_family family, size_t max)
{
	struct pollbook_record record = {.word = 1};
	struct pollbook_record found;
	uint8_t name[32] = {0};

	for (uint32_t i = 0; i < max; i++) {
		be32_store(name, i);
		assert_false(pollbook_find(table, family, name, &found));
		assert_true(pollbook_put(table, family, name, &record));
	}
}

/* Every family's place is where no other one's is; emptied, it can all be used again. */
static void
places_apart(void **state)
{
	const struct pollbook_capacity capacity = {
	    .voters_max = 300, .rolls_max = 20, .ballots_max = 3, .voter_mode = true};
	struct pollbook_table table;

	(void)state;
	test_pollbook_make(&table, &capacity, seed);
	for (int round = 0; round < 3; round++) {
		fill(&table, POLLBOOK_OLD, table.olds.max);
		fill(&table, POLLBOOK_VOTER, 300);
		fill(&table, POLLBOOK_KEY, 300 + table.spare_keys.max);
		assert_int_equal(table.keys_count, 300);
		fill(&table, POLLBOOK_HOLDER, 300);
		fill(&table, POLLBOOK_ROLL, 20);
		assert_int_equal(table.voters_count, 300);
		assert_int_equal(table.rolls_count, 20);
		assert_int_equal(test_pollbook_records(&table),
				 920 + table.olds.max + table.spare_keys.max);
		memset(table.slots, 0, pollbook_slots_memory(&capacity));
		pollbook_empty(&table);
		assert_int_equal(test_pollbook_records(&table), 0);
		assert_int_equal(table.voters_count + table.rolls_count, 0);
		assert_int_equal(table.voters_max, 300);
		assert_int_equal(table.rolls_max, 20);
	}
	test_pollbook_free(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(room_beside_the_promised),
	    cmocka_unit_test(memory_that_is_used),
	    cmocka_unit_test(places_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
