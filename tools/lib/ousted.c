#include "tools/lib/ousted.h"

#include <stdlib.h>
#include <string.h>

enum tally_exit
ousted_extend(struct ousted *ousted, uint64_t entries, struct trouble *trouble)
{
	uint64_t had = ousted->capacity / 8;
	uint64_t bytes = entries / 8 + 1;
	uint8_t *bits;

	if (bytes <= had)
		return TALLY_EXIT_FINE;
	bits = realloc(ousted->bits, bytes);
	if (bits == NULL)
		return trouble_set(trouble, TALLY_EXIT_WORLD,
				   "not enough memory to mark the ballots that count");
	memset(bits + had, 0, bytes - had);
	ousted->bits = bits;
	ousted->capacity = bytes * 8;
	return TALLY_EXIT_FINE;
}

void
ousted_mark(struct ousted *ousted, uint64_t index)
{
	CHECK(index < ousted->capacity);
	ousted->bits[index / 8] |= (uint8_t)(1U << index % 8);
}

bool
ousted_has(const struct ousted *ousted, uint64_t index)
{
	return index < ousted->capacity && (ousted->bits[index / 8] & 1U << index % 8) != 0;
}

void
ousted_free(struct ousted *ousted)
{
	free(ousted->bits);
	*ousted = (struct ousted){0};
}
