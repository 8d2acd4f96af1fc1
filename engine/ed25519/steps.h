/* steps: what one verification adds up: an entry of a table for each digit of S and of k, in what
 * sign. Listed before the first is added, because tables are read at places that nothing can guess,
 * of more bytes than a core keeps near: entries are asked for some additions ahead. */
#ifndef TALLY_ED25519_STEPS_H
#define TALLY_ED25519_STEPS_H

#include "ed25519/batch.h"

enum {
	STEPS_AHEAD = 3, /* additions between asking for an entry and needing it */
	STEPS_MAX = 2 * KEYTABLE_ROWS_MAX,
};

struct steps {
	size_t count;
	const uint8_t *entries[STEPS_MAX + STEPS_AHEAD]; /* behind the last, that one again */
	uint8_t negative[STEPS_MAX];                     /* 1 or 0 */
};

/* Of [S]B - [k]A; the first entries are asked for. */
void
steps_make(struct steps *steps, const struct keytable *base, const struct ed25519_item *item);

static inline void
steps_fetch(const uint8_t *entry)
{
	__builtin_prefetch(entry);
	__builtin_prefetch(entry + KEYTABLE_ENTRY_SIZE - 1);
}

#endif
