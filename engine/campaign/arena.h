/* arena: memory that is taken piece by piece and given back all at once.
 *
 * For what lives as long as a manifest. Pieces are zeroed, aligned to 8, and valid until
 * arena_free. Thread: whoever loads the manifest. */
#ifndef TALLY_CAMPAIGN_ARENA_H
#define TALLY_CAMPAIGN_ARENA_H

#include "base/bytes.h"
#include "base/check.h"

struct arena_block;

/* All zero at first. */
struct arena {
	struct arena_block *newest;
};

/* NULL if the machine has no memory left, or if count * size overflows. */
MUST_USE void *
arena_take(struct arena *arena, size_t count, size_t size);

/* A copy with a NUL behind it. */
MUST_USE char *
arena_copy(struct arena *arena, struct bytes bytes);

void
arena_free(struct arena *arena);

#endif
