#include "base/bitset.h"

bool
bitset_has(const uint8_t *set, size_t at)
{
	return (set[at / 8] >> at % 8 & 1) != 0;
}

void
bitset_put(uint8_t *set, size_t at)
{
	set[at / 8] |= (uint8_t)(1u << at % 8);
}

size_t
bitset_count(const uint8_t *set, size_t size)
{
	size_t count = 0;

	for (size_t i = 0; i < size * 8; i++)
		count += bitset_has(set, i);
	return count;
}
