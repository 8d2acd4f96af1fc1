#include "pollbook/table.h"

#include <string.h>

#include <sodium.h>

_Static_assert(sizeof(struct pollbook_slot) == 40, "40 MB per million voters");
_Static_assert(crypto_shorthash_siphashx24_BYTES == 16, "a name is hashed to 128 bits");
_Static_assert(crypto_shorthash_siphashx24_KEYBYTES == 16, "the seed is the hash's key");

enum {
	LINE_SIZE = 64,
	ASKED_SIZE = 4 * LINE_SIZE, /* six slots: the processor goes on by itself */
};

uint64_t
pollbook_word(const struct pollbook_entered *entered)
{
	CHECK(entered->index >> 44 == 0);
	CHECK(entered->rank <= 1);
	return entered->index << 20 | (uint64_t)entered->revision << 4 |
	       (uint64_t)entered->rank << 2 | (uint64_t)entered->standing;
}

struct pollbook_entered
pollbook_word_read(uint64_t word)
{
	return (struct pollbook_entered){.index = word >> 20,
					 .revision = (uint16_t)(word >> 4),
					 .rank = word >> 2 & 1,
					 .standing = (enum pollbook_standing)(word & 3)};
}

size_t
pollbook_slots_for(size_t records)
{
	return records == 0 ? 1 : (records * 8 + 6) / 7;
}

void
pollbook_table_init(struct pollbook_table *table, struct pollbook_slot *slots,
		    size_t slots_count, const uint8_t seed[16])
{
	CHECK(slots_count > 0);
	CHECK(slots_count <= UINT32_MAX);
	*table = (struct pollbook_table){
	    .slots = slots, .slots_count = slots_count, .records_max = slots_count * 7 / 8};
	memcpy(table->seed, seed, sizeof table->seed);
}

void
pollbook_name_make(const struct pollbook_table *table, enum pollbook_family family,
		   const uint8_t name[32], struct pollbook_name *out)
{
	uint8_t message[33];

	message[0] = (uint8_t)family;
	memcpy(message + 1, name, 32);
	out->family = family;
	crypto_shorthash_siphashx24(out->hash, message, sizeof message, table->seed);
}

static size_t
home_of(const struct pollbook_table *table, const struct pollbook_name *name)
{
	return (size_t)((uint64_t)be32_load(name->hash) * table->slots_count >> 32);
}

/* In a table that fills up a dozen slots are passed by: most differ in their first half. */
static bool
is_name(const struct pollbook_slot *slot, const uint8_t hash[16])
{
	uint64_t here;
	uint64_t wanted;

	memcpy(&here, slot->name, sizeof here);
	memcpy(&wanted, hash, sizeof wanted);
	return here == wanted && memcmp(slot->name, hash, sizeof slot->name) == 0;
}

/* The slot that holds the name, or the free one where it would go. Some slot is always free. */
static struct pollbook_slot *
slot_of(const struct pollbook_table *table, const struct pollbook_name *name)
{
	size_t at = home_of(table, name);

	while (table->slots[at].word != 0 && !is_name(&table->slots[at], name->hash))
		at = at + 1 == table->slots_count ? 0 : at + 1;
	return &table->slots[at];
}

bool
pollbook_find_named(const struct pollbook_table *table, const struct pollbook_name *name,
		    struct pollbook_record *out)
{
	const struct pollbook_slot *slot;

	if (name->family == POLLBOOK_OLD)
		return pollbook_pile_find(&table->olds, name->hash, out);
	slot = slot_of(table, name);
	if (slot->word == 0)
		return name->family == POLLBOOK_KEY &&
		       pollbook_pile_find(&table->spare_keys, name->hash, out);
	out->word = slot->word;
	memcpy(out->value, slot->value, sizeof out->value);
	return true;
}

bool
pollbook_find(const struct pollbook_table *table, enum pollbook_family family,
	      const uint8_t name[32], struct pollbook_record *out)
{
	struct pollbook_name named;

	pollbook_name_make(table, family, name, &named);
	return pollbook_find_named(table, &named, out);
}

void
pollbook_prefetch_named(const struct pollbook_table *table, const struct pollbook_name *name)
{
	const struct pollbook_slot *slot = &table->slots[home_of(table, name)];

	if (name->family == POLLBOOK_OLD) {
		pollbook_pile_prefetch(&table->olds, name->hash);
		return;
	}
	if (name->family == POLLBOOK_KEY && table->spare_keys.count > 0)
		pollbook_pile_prefetch(&table->spare_keys, name->hash);
	for (uintptr_t at = 0; at < ASKED_SIZE; at += LINE_SIZE)
		__builtin_prefetch((const void *)((uintptr_t)slot + at), 1);
}

void
pollbook_prefetch(const struct pollbook_table *table, enum pollbook_family family,
		  const uint8_t name[32])
{
	struct pollbook_name named;

	pollbook_name_make(table, family, name, &named);
	pollbook_prefetch_named(table, &named);
}

/* What has no slot yet: a KEY beyond one for every VOTER, or that was so when it came. */
static bool
is_spare(const struct pollbook_table *table, const struct pollbook_name *name)
{
	struct pollbook_record there;

	return name->family == POLLBOOK_KEY &&
	       (table->keys_count >= table->voters_count ||
		pollbook_pile_find(&table->spare_keys, name->hash, &there));
}

bool
pollbook_put_named(struct pollbook_table *table, const struct pollbook_name *name,
		   const struct pollbook_record *record)
{
	struct pollbook_slot *slot;

	CHECK(record->word != 0);
	if (name->family == POLLBOOK_OLD)
		return pollbook_pile_put(&table->olds, name->hash, record);
	slot = slot_of(table, name);
	if (slot->word == 0 && is_spare(table, name))
		return pollbook_pile_put(&table->spare_keys, name->hash, record);
	if (slot->word == 0) {
		if (table->records_count == table->records_max)
			return false;
		table->records_count++;
		table->voters_count += name->family == POLLBOOK_VOTER;
		table->rolls_count += name->family == POLLBOOK_ROLL;
		table->keys_count += name->family == POLLBOOK_KEY;
		memcpy(slot->name, name->hash, sizeof name->hash);
	}
	slot->word = record->word;
	memcpy(slot->value, record->value, sizeof slot->value);
	return true;
}

bool
pollbook_put(struct pollbook_table *table, enum pollbook_family family, const uint8_t name[32],
	     const struct pollbook_record *record)
{
	struct pollbook_name named;

	pollbook_name_make(table, family, name, &named);
	return pollbook_put_named(table, &named, record);
}
