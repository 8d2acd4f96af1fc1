#include "pollbook/pile.h"

#include <string.h>

#include "base/bytes.h"

struct entry {
	uint32_t next;
	uint8_t name[16];
	uint8_t word[8];
	uint8_t value[];
};

_Static_assert(sizeof(struct entry) == 28, "with its head 32 bytes for an earlier ballot");

size_t
pollbook_pile_bytes(size_t count, size_t value_size)
{
	return count * (sizeof(struct entry) + value_size) + (count + 1) * sizeof(uint32_t);
}

void
pollbook_pile_init(struct pollbook_pile *pile, void *memory, size_t max, size_t value_size)
{
	uint8_t *entries = memory;

	CHECK(max < UINT32_MAX);
	CHECK(value_size == 0 || value_size == 16);
	*pile = (struct pollbook_pile){
	    .entries = entries,
	    .heads = (uint32_t *)(void *)(entries + max * (sizeof(struct entry) + value_size)),
	    .max = max,
	    .value_size = value_size};
	pollbook_pile_empty(pile);
}

void
pollbook_pile_empty(struct pollbook_pile *pile)
{
	pile->count = 0;
	pile->heads[0] = 0;
}

/* `link` is not 0. */
static struct entry *
entry_of(const struct pollbook_pile *pile, uint32_t link)
{
	return (void *)(pile->entries + (link - 1) * (sizeof(struct entry) + pile->value_size));
}

/* The heads are 0 to `last`. Those whose half is not reached yet have it hang on them. */
static size_t
head_of(const uint8_t name[16], size_t last)
{
	size_t mask = UINT32_MAX >> __builtin_clz((uint32_t)last | 1);
	size_t at = be32_load(name) & mask;

	return at > last ? at & mask >> 1 : at;
}

static struct entry *
find(const struct pollbook_pile *pile, const uint8_t name[16])
{
	uint32_t link = pile->count == 0 ? 0 : pile->heads[head_of(name, pile->count)];

	while (link != 0 && memcmp(entry_of(pile, link)->name, name, 16) != 0)
		link = entry_of(pile, link)->next;
	return link == 0 ? NULL : entry_of(pile, link);
}

bool
pollbook_pile_find(const struct pollbook_pile *pile, const uint8_t name[16],
		   struct pollbook_record *out)
{
	const struct entry *entry = find(pile, name);

	if (entry == NULL)
		return false;
	*out = (struct pollbook_record){0};
	memcpy(&out->word, entry->word, sizeof entry->word);
	memcpy(out->value, entry->value, pile->value_size);
	return true;
}

void
pollbook_pile_prefetch(const struct pollbook_pile *pile, const uint8_t name[16])
{
	__builtin_prefetch(&pile->heads[head_of(name, pile->count)], 1);
}

static void
hang(struct pollbook_pile *pile, uint32_t link, size_t head)
{
	entry_of(pile, link)->next = pile->heads[head];
	pile->heads[head] = link;
}

/* Takes from the only head that has them what belongs to the new one. */
static void
add_head(struct pollbook_pile *pile, size_t last)
{
	size_t half = (UINT32_MAX >> __builtin_clz((uint32_t)last)) >> 1;
	uint32_t link = pile->heads[last & half];

	pile->heads[last & half] = 0;
	pile->heads[last] = 0;
	while (link != 0) {
		uint32_t next = entry_of(pile, link)->next;

		hang(pile, link, head_of(entry_of(pile, link)->name, last));
		link = next;
	}
}

bool
pollbook_pile_put(struct pollbook_pile *pile, const uint8_t name[16],
		  const struct pollbook_record *record)
{
	struct entry *entry = find(pile, name);

	CHECK(record->word != 0);
	if (entry == NULL && pile->count == pile->max)
		return false;
	if (entry == NULL) {
		add_head(pile, ++pile->count);
		entry = entry_of(pile, (uint32_t)pile->count);
		memcpy(entry->name, name, sizeof entry->name);
		hang(pile, (uint32_t)pile->count, head_of(name, pile->count));
	}
	memcpy(entry->word, &record->word, sizeof entry->word);
	memcpy(entry->value, record->value, pile->value_size);
	return true;
}
