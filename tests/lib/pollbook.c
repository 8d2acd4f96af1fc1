#include "tests/lib/pollbook.h"

#include "tests/lib/test.h"

void
test_pollbook_make(struct pollbook_table *table, const struct pollbook_capacity *capacity,
		   const uint8_t seed[16])
{
	void *slots = calloc(1, pollbook_slots_memory(capacity));
	void *piles = malloc(pollbook_piles_memory(capacity));

	assert_non_null(slots);
	assert_non_null(piles);
	pollbook_init(table, slots, piles, capacity, seed);
}

void
test_pollbook_free(struct pollbook_table *table)
{
	free(table->slots);
	free(table->olds.entries);
}

static void
copy_pile(struct pollbook_pile *to, const struct pollbook_pile *from, uint8_t *memory)
{
	pollbook_pile_init(to, memory, from->max, from->value_size);
	memcpy(memory, from->entries, pollbook_pile_bytes(from->max, from->value_size));
	to->count = from->count;
}

void
test_pollbook_copy(struct pollbook_table *to, const struct pollbook_table *from)
{
	size_t slots_size = from->slots_count * sizeof *from->slots;
	size_t olds_size = pollbook_pile_bytes(from->olds.max, from->olds.value_size);
	size_t keys_size =
	    pollbook_pile_bytes(from->spare_keys.max, from->spare_keys.value_size);
	uint8_t *piles = malloc(olds_size + keys_size);

	*to = *from;
	to->slots = malloc(slots_size);
	assert_non_null(to->slots);
	assert_non_null(piles);
	memcpy(to->slots, from->slots, slots_size);
	copy_pile(&to->olds, &from->olds, piles);
	copy_pile(&to->spare_keys, &from->spare_keys, piles + olds_size);
}

size_t
test_pollbook_records(const struct pollbook_table *table)
{
	return table->records_count + table->olds.count + table->spare_keys.count;
}
