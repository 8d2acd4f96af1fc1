/* bitset: a set of small numbers, one bit each, in bytes the caller owns: number i is bit i % 8 of
 * byte i / 8. Any thread; no allocation. */
#ifndef TALLY_BASE_BITSET_H
#define TALLY_BASE_BITSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool
bitset_has(const uint8_t *set, size_t at);

void
bitset_put(uint8_t *set, size_t at);

/* How many of the `size` bytes' bits are in it. */
size_t
bitset_count(const uint8_t *set, size_t size);

#endif
