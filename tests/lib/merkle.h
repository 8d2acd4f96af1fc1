/* merkle: RFC 6962 2.1 read literally: recursive, slow, and independent of engine/tree's way. */
#ifndef TALLY_TESTS_MERKLE_H
#define TALLY_TESTS_MERKLE_H

#include "tree/frontier.h"
#include "tree/proof.h"

/* MTH(D[n]) of the leaf hashes d[0, n); n > 0. */
struct tree_hash
merkle_root(const struct tree_hash *d, uint64_t n);

/* PATH(m, D[n]), appended to *out. */
void
merkle_path(uint64_t m, const struct tree_hash *d, uint64_t n, struct proof *out);

/* SUBPROOF(m, D[n], whole), appended to *out; PROOF(m, D[n]) is the one with `whole`. */
void
merkle_subproof(uint64_t m, const struct tree_hash *d, uint64_t n, bool whole,
		struct proof *out);

#endif
