/* proof: RFC 6962 inclusion and consistency proofs (2.1.1, 2.1.2), and receipts.
 *
 * A proof is built from hashes that a source hands out: level l, place i means
 * MTH(D[i*256^l : (i+1)*256^l]), as tiles hold them. At most 63 hashes, the leaf's sibling first.
 *
 * A receipt is C2SP tlog-proof:
 *   c2sp.org/tlog-proof@v1
 *   index N
 *   base64 hash, 0 to 63 lines
 *   empty line
 *   signed checkpoint, verbatim
 * An `extra <base64>` line may stand after the first. It is not authenticated by itself; in the
 * files of law/ it holds the whole entry, whose leaf hash the path then proves. Any thread; no
 * allocation. */
#ifndef TALLY_TREE_PROOF_H
#define TALLY_TREE_PROOF_H

#include "tree/frontier.h"
#include "tree/key.h"
#include "tree/note.h"
#include "tree/tile.h"

enum {
	PROOF_HASHES_MAX = 63
};

struct proof {
	size_t count;
	struct tree_hash hashes[PROOF_HASHES_MAX];
};

/* Reads `count` (1..256) consecutive hashes of `level` from place `first`; never past
 * tile_hashes(level, size), never across a tile. False stops the build. */
typedef bool
proof_source(void *context, int level, uint64_t first, unsigned count, struct tree_hash *out);

/* PATH(index, D[size]); false if the source failed or the path is longer than
 * PROOF_HASHES_MAX, which no size up to 2^63 needs. index < size. */
MUST_USE bool
proof_inclusion(uint64_t index, uint64_t size, proof_source *source, void *context,
		struct proof *out);

/* PROOF(old_size, D[size]); 0 < old_size <= size. False as above (no size up to 2^62). */
MUST_USE bool
proof_consistency(uint64_t old_size, uint64_t size, proof_source *source, void *context,
		  struct proof *out);

/* True only for exactly PATH(index, D[size]) of a D whose root and leaf hash these are. Any
 * numbers are allowed; proof->count <= PROOF_HASHES_MAX. RFC 9162 2.1.3.2. */
MUST_USE bool
proof_inclusion_verify(const struct proof *proof, uint64_t index, uint64_t size,
		       const struct tree_hash *leaf, const struct tree_hash *root);

/* True only for exactly PROOF(old_size, D[size]); that is no hash at all if the sizes are equal
 * or old_size is 0 (whose root is SHA-256("")). RFC 9162 2.1.4.2. */
MUST_USE bool
proof_consistency_verify(const struct proof *proof, uint64_t old_size, uint64_t size,
			 const struct tree_hash *old_root, const struct tree_hash *root);

/* Root of D[size] from the source. size may be 0. */
MUST_USE bool
proof_root(uint64_t size, proof_source *source, void *context, struct tree_hash *root);

struct receipt {
	struct bytes extra; /* valid base64, a view into the parsed text; or empty */
	uint64_t index;
	struct proof proof;
	struct bytes checkpoint; /* the signed note; view into the parsed text */
};

void
receipt_write(struct writer *writer, uint64_t index, const struct proof *proof,
	      struct bytes checkpoint);

/* With a line of `extra` bytes, which are not empty. */
void
receipt_write_extra(struct writer *writer, struct bytes extra, uint64_t index,
		    const struct proof *proof, struct bytes checkpoint);

MUST_USE bool
receipt_parse(struct bytes text, struct receipt *out);

#endif
