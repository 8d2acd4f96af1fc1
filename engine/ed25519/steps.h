/* steps: what one verification adds up: an entry of a table for each digit of S and of k, in what
 * sign. Listed before the first is added, because tables are read at places that nothing can guess,
 * of more bytes than a core keeps near: entries are asked for some additions ahead. One signature
 * at a time has a `struct steps`; lanes (abreast.c) have a list of their own, of the same parts. */
#ifndef TALLY_ED25519_STEPS_H
#define TALLY_ED25519_STEPS_H

#include "ed25519/scalar.h"
#include "ed25519/signatures.h"

/* Left as it is until it is written: to clear it would take as long as a signature. */
#define STEPS_SCRATCH __attribute__((uninitialized))

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

/* Inline by force: gcc takes a function that only fetches for one without effect, and drops it. */
static inline __attribute__((always_inline)) void
steps_fetch(const uint8_t *entry)
{
	__builtin_prefetch(entry);
	__builtin_prefetch(entry + KEYTABLE_ENTRY_SIZE - 1);
}

/* One entry of each row of the table, which make the scalar: at entries[0], entries[stride], ...;
 * where its sign is negative, that bit of negative[0], negative[1], ... is set. */
void
steps_list(const uint8_t **entries, size_t stride, uint8_t *negative, unsigned bit,
	   const struct keytable *table, const uint8_t scalar[SCALAR_SIZE]);

#endif
