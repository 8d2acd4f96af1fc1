/* published: checks a public log's folder against the entries it is of, by the definitions of
 * RFC 6962 and tlog-tiles alone: none of the engine's tree or tile code. */
#ifndef TALLY_TESTS_PUBLISHED_H
#define TALLY_TESTS_PUBLISHED_H

#include "tests/lib/store.h"

/* MTH(D[first : first + count]), RFC 6962 section 2.1. */
void
published_root(const struct bytes *entries, uint64_t first, uint64_t count, uint8_t root[32]);

/* Fails the test unless PATH/tile holds every file of a tree of `size`, no temporary file, and
 * nothing wrong or beyond it. Further partials are right where their full tile does not exist
 * yet and (unless sizes_count is 0) their width is that of one of `sizes`. */
void
published_check(const char *path, const struct bytes *entries, uint64_t size,
		const uint64_t *sizes, size_t sizes_count);

/* The same while results are sealed: there is no bundle, and nothing in tally/. */
void
published_check_sealed(const char *path, const struct bytes *entries, uint64_t size,
		       const uint64_t *sizes, size_t sizes_count);

#endif
