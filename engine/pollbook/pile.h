/* pile: records of one family of the poll book, in memory that is touched only as far as it is
 * used, however many there may come to be.
 *
 * The entries lie in the order they came in. Chains of them begin at heads: one head more than
 * there are entries, so every put adds one, and what hangs on another head and belongs to it from
 * now on is moved there (linear hashing). A look-up reads one head and about one entry. Names are
 * the keyed hashes of pollbook_name_make: nobody outside can choose a chain.
 *
 *   memory    max entries of 28 + value_size bytes, then max + 1 heads of 4
 *   entry     u32 next, name (16), word (8), value (value_size: 0 or 16)
 *   next, head: 0, or 1 + the place of an entry
 *
 * Thread: the loop. No allocation: memory is the caller's. */
#ifndef TALLY_POLLBOOK_PILE_H
#define TALLY_POLLBOOK_PILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/check.h"

struct pollbook_record {
	uint64_t word; /* never 0 */
	uint8_t value[16];
};

struct pollbook_pile {
	uint8_t *entries;
	uint32_t *heads;
	size_t count;
	size_t max; /* below 2^32 - 1 */
	size_t value_size;
};

/* Of `count` entries and the heads that come with them. A pile of so many needs that memory, and
 * has touched that much of it. A multiple of 4. */
size_t
pollbook_pile_bytes(size_t count, size_t value_size);

/* Takes the write interest in pollbook_pile_bytes(max, value_size) of memory, aligned to 4, with
 * anything in it. */
void
pollbook_pile_init(struct pollbook_pile *pile, void *memory, size_t max, size_t value_size);

/* As after pollbook_pile_init. */
void
pollbook_pile_empty(struct pollbook_pile *pile);

/* Without a value in its entries, zeros come out. */
MUST_USE bool
pollbook_pile_find(const struct pollbook_pile *pile, const uint8_t name[16],
		   struct pollbook_record *out);

/* As pollbook_prefetch: of the head. */
void
pollbook_pile_prefetch(const struct pollbook_pile *pile, const uint8_t name[16]);

/* Inserts or overwrites. False (and nothing changed) if the record is new and the pile full. */
MUST_USE bool
pollbook_pile_put(struct pollbook_pile *pile, const uint8_t name[16],
		  const struct pollbook_record *record);

#endif
