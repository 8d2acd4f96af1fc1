#include "ed25519/keytable.h"

#include <string.h>

#include "ed25519/point.h"

enum {
	ROUND = 64, /* entries that share an inversion, on the stack */
};

static const uint8_t base_encoded[TALLY_KEY_SIZE] = {
    0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
    0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
    0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66};

static unsigned
rows_of(unsigned window)
{
	CHECK(window >= KEYTABLE_WINDOW_LEAST && window <= KEYTABLE_WINDOW_MAX);
	return (253 + window - 1) / window;
}

size_t
keytable_entries(unsigned window)
{
	return ((size_t)1 << (window - 1)) + 1;
}

size_t
keytable_size(unsigned window)
{
	return rows_of(window) * keytable_entries(window) * KEYTABLE_ENTRY_SIZE;
}

size_t
keytable_room(unsigned window)
{
	return (keytable_size(window) + KEYTABLE_ALIGNMENT - 1) / KEYTABLE_ALIGNMENT *
	       KEYTABLE_ALIGNMENT;
}

/* 0, 1, 2, ... times the point. */
static void
row_make(uint8_t *entries, const struct point *point, size_t count)
{
	struct point points[ROUND], next = point_identity();
	struct field inverses[ROUND];

	for (size_t done = 0; done < count;) {
		size_t now = count - done < ROUND ? count - done : ROUND;

		for (size_t i = 0; i < now; i++) {
			points[i] = next;
			next = point_add(&next, point);
		}
		point_invert_all(inverses, points, now);
		for (size_t i = 0; i < now; i++, done++)
			point_pack(entries + done * KEYTABLE_ENTRY_SIZE, &points[i],
				   &inverses[i]);
	}
}

static void
make(struct keytable *table, struct point point, unsigned window, void *memory)
{
	const size_t count = keytable_entries(window);
	uint8_t *entries = memory;

	CHECK((uintptr_t)memory % KEYTABLE_ALIGNMENT == 0);
	table->window = window;
	table->rows = rows_of(window);
	table->entries = entries;
	for (unsigned row = 0; row < table->rows; row++) {
		row_make(entries + row * count * KEYTABLE_ENTRY_SIZE, &point, count);
		for (unsigned i = 0; i < window; i++)
			point = point_double(&point);
	}
}

bool
keytable_make(struct keytable *table, const uint8_t key[TALLY_KEY_SIZE], unsigned window,
	      void *memory)
{
	struct point point;

	if (point_small_order(key) || !point_decode(&point, key))
		return false;
	memcpy(table->key, key, TALLY_KEY_SIZE);
	make(table, point_negate(&point), window, memory);
	return true;
}

void
keytable_make_base(struct keytable *table, unsigned window, void *memory)
{
	struct point point;
	const bool decoded = point_decode(&point, base_encoded);

	CHECK(decoded);
	memset(table->key, 0, sizeof table->key);
	make(table, point, window, memory);
}
