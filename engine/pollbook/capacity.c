#include "pollbook/capacity.h"

#include <string.h>

enum {
	OLD_SHARE = 4, /* beyond OLD_ALWAYS: one earlier ballot for so many voters */
	OLD_ALWAYS = 2000000,
	VOIDED_SHARE = 8, /* one in so many voters votes again behind a void */
	KEYS_SHARE = 16,  /* one in so many voters may get a new key, whether or not it votes */
	SPARE_LEAST = 64,
};

static size_t
slots_of(const struct pollbook_capacity *capacity)
{
	size_t each = capacity->voter_mode ? 3 : 1; /* VOTER; HOLDER, KEY */

	return pollbook_slots_for(capacity->voters_max * each + capacity->rolls_max);
}

static size_t
olds_of(const struct pollbook_capacity *capacity)
{
	size_t voters = capacity->voters_max;
	size_t all = voters * (capacity->ballots_max - 1) + voters / VOIDED_SHARE;
	size_t enough = voters / OLD_SHARE > OLD_ALWAYS ? voters / OLD_SHARE : OLD_ALWAYS;

	CHECK(capacity->ballots_max > 0);
	return (all < enough ? all : enough) + SPARE_LEAST;
}

static size_t
spare_keys_of(const struct pollbook_capacity *capacity)
{
	size_t voters = capacity->voters_max;

	return capacity->voter_mode ? olds_of(capacity) + voters / KEYS_SHARE + SPARE_LEAST : 0;
}

size_t
pollbook_slots_memory(const struct pollbook_capacity *capacity)
{
	return slots_of(capacity) * sizeof(struct pollbook_slot);
}

size_t
pollbook_piles_memory(const struct pollbook_capacity *capacity)
{
	return pollbook_pile_bytes(olds_of(capacity), 0) +
	       pollbook_pile_bytes(spare_keys_of(capacity), 16);
}

size_t
pollbook_piles_used(const struct pollbook_capacity *capacity, size_t earlier)
{
	size_t olds = olds_of(capacity);
	size_t keys = spare_keys_of(capacity);

	return pollbook_pile_bytes(earlier < olds ? earlier : olds, 0) +
	       pollbook_pile_bytes(earlier < keys ? earlier : keys, 16);
}

void
pollbook_init(struct pollbook_table *table, void *slots, void *piles,
	      const struct pollbook_capacity *capacity, const uint8_t seed[16])
{
	uint8_t *keys = (uint8_t *)piles + pollbook_pile_bytes(olds_of(capacity), 0);

	pollbook_table_init(table, slots, slots_of(capacity), seed);
	pollbook_pile_init(&table->olds, piles, olds_of(capacity), 0);
	pollbook_pile_init(&table->spare_keys, keys, spare_keys_of(capacity), 16);
	table->voters_max = capacity->voters_max;
	table->rolls_max = capacity->rolls_max;
}

void
pollbook_empty(struct pollbook_table *table)
{
	table->records_count = 0;
	table->voters_count = 0;
	table->rolls_count = 0;
	table->keys_count = 0;
	pollbook_pile_empty(&table->olds);
	pollbook_pile_empty(&table->spare_keys);
}
