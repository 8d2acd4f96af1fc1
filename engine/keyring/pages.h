/* pages: memory for large tables that are read at places nothing can guess: zeros, in pages of
 * 2 MiB where the system gives them, so that a processor finds a page without a walk to memory. A
 * child process does not have it: each write would become a copy.
 *
 * Threads: whoever holds it. The memory is the caller's until pages_unmap. */
#ifndef TALLY_KEYRING_PAGES_H
#define TALLY_KEYRING_PAGES_H

#include "base/check.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	PAGES_SIZE = 2 * 1024 * 1024 /* and the alignment of `memory` */
};

struct pages {
	void *memory; /* NULL: none */
	size_t bytes; /* of it: what was asked for, in whole pages */
	void *mapping;
	size_t mapping_bytes;
};

/* False: errno says why, and there is no memory. */
MUST_USE bool
pages_map(struct pages *pages, size_t bytes);

/* Has all of it in memory now, so that nobody waits for a page later. Ask first whether there is
 * so much: a kernel that runs out may end the process. False: errno says why; what there is can be
 * used. A kernel that does not know how (before Linux 5.14) gives pages when they are touched. */
MUST_USE bool
pages_fill(const struct pages *pages);

/* Zeros again, and in no memory until touched or filled. */
void
pages_clear(const struct pages *pages);

/* Nobody writes there any more; errno as above. */
MUST_USE bool
pages_lock(const struct pages *pages);

void
pages_unmap(struct pages *pages);

#endif
