#include "tests/lib/test.h"

#include "limits.h"
#include "shell/refill.h"

enum {
	PORTION = refill_rows,
	MANY = 40 * PORTION + 17, /* more than wait at once, and a part */
};

static const uint8_t seed[16] = {9, 8, 7};

static struct pollbook_table
table_make(size_t records)
{
	size_t slots_count = pollbook_slots_for(records);
	struct pollbook_slot *slots = calloc(slots_count, sizeof *slots);
	struct pollbook_table table;

	assert_non_null(slots);
	pollbook_table_init(&table, slots, slots_count, seed);
	table.voters_max = records;
	return table;
}

static struct pollbook_record
record_of(uint32_t i)
{
	struct pollbook_record record = {.word = i + 1};

	be32_store(record.value, i);
	return record;
}

static void
name_of(uint32_t i, uint8_t name[32])
{
	memset(name, 0, 32);
	be32_store(name, i);
}

/* How many were taken before it was said that the table is full. */
static uint32_t
put_all(struct refill *refill, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct pollbook_record record = record_of(i);
		uint8_t name[32];

		name_of(i, name);
		if (!refill_put(refill, POLLBOOK_VOTER, name, &record))
			return i;
	}
	return count;
}

static void
is_there(const struct pollbook_table *table, uint32_t i)
{
	struct pollbook_record expected = record_of(i);
	struct pollbook_record found;
	uint8_t name[32];

	name_of(i, name);
	assert_true(pollbook_find(table, POLLBOOK_VOTER, name, &found));
	assert_int_equal(found.word, expected.word);
	assert_memory_equal(found.value, expected.value, sizeof found.value);
}

static void
all_are_found(void **state)
{
	static const uint32_t counts[] = {0, 1, PORTION - 1, PORTION, PORTION + 1, MANY};

	(void)state;
	for (size_t n = 0; n < sizeof counts / sizeof *counts; n++) {
		struct pollbook_table table = table_make(MANY);
		struct refill *refill = refill_start(&table);

		assert_non_null(refill);
		assert_int_equal(put_all(refill, counts[n]), counts[n]);
		assert_true(refill_end(refill));
		assert_int_equal(table.records_count, counts[n]);
		assert_int_equal(table.voters_count, counts[n]);
		for (uint32_t i = 0; i < counts[n]; i++)
			is_there(&table, i);
		free(table.slots);
	}
}

/* The caller hears of it while portions wait, and does not wait for ever. */
static void
a_full_table_stops_it(void **state)
{
	struct pollbook_table table = table_make(3 * PORTION);
	struct refill *refill = refill_start(&table);
	uint32_t taken = put_all(refill, MANY);

	(void)state;
	assert_in_range(taken, table.records_max, MANY - 1);
	assert_false(refill_end(refill));
	assert_int_equal(table.records_count, table.records_max);
	free(table.slots);
}

/* In the last portion, of which nobody hears before the end. */
static void
a_full_table_shows_at_the_end(void **state)
{
	struct pollbook_table table = table_make(PORTION);
	struct refill *refill = refill_start(&table);

	(void)state;
	assert_int_equal(put_all(refill, (uint32_t)table.records_max + 1),
			 table.records_max + 1);
	assert_false(refill_end(refill));
	is_there(&table, (uint32_t)table.records_max - 1);
	free(table.slots);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_are_found),
	    cmocka_unit_test(a_full_table_stops_it),
	    cmocka_unit_test(a_full_table_shows_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
