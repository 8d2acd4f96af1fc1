#include "tools/lib/audit_state.h"

#include <inttypes.h>
#include <string.h>

/* A tree of some size over the hashes kept; `last` are the leaves of the tile it ends in. */
struct orchard {
	const struct audit_state *state;
	const struct tree_hash *last;
};

static bool
hash_source(void *context, int level, uint64_t first, unsigned count, struct tree_hash *out)
{
	const struct orchard *orchard = context;

	if (level == 0)
		memcpy(out, &orchard->last[first % TALLY_TILE_WIDTH], count * sizeof *out);
	else
		memcpy(out, &orchard->state->level[level][first], count * sizeof *out);
	return true;
}

bool
audit_root_is(const struct audit_state *state, const struct checkpoint *checkpoint,
	      const struct tree_hash *last)
{
	struct orchard orchard = {state, last};
	struct tree_hash root;

	CHECK(proof_root(checkpoint->size, hash_source, &orchard, &root));
	return memcmp(root.bytes, checkpoint->root, sizeof root.bytes) == 0;
}

/* The leaves of level-0 tile `number` into the shelf, as the hashes kept know them. */
static enum tally_exit
fetch_leaves(struct audit_state *state, uint64_t number, struct trouble *trouble)
{
	struct audit_shelf *shelf = &state->shelf;
	struct tree_hash root;
	unsigned width;
	enum tally_exit status;

	if (shelf->filled && shelf->number == number)
		return TALLY_EXIT_FINE;
	shelf->filled = false;
	shelf->number = number;
	if (number == state->scroll.size / TALLY_TILE_WIDTH) {
		memcpy(shelf->leaves, state->last, sizeof shelf->leaves);
		return TALLY_EXIT_FINE;
	}
	status = publiclog_tile(state->log, 0, number, state->scroll.size, shelf->leaves,
				&width, trouble);
	if (status != TALLY_EXIT_FINE)
		return status;
	tile_root(shelf->leaves, width, &root);
	if (!tree_hash_equal(&root, &state->level[1][number]))
		return trouble_set(trouble, TALLY_EXIT_FAILED,
				   "%s/tile/0: tile %" PRIu64
				   " does not hold the hashes of the entries",
				   state->log->path, number);
	shelf->filled = true;
	return TALLY_EXIT_FINE;
}

enum tally_exit
audit_leaf(struct audit_state *state, uint64_t index, struct tree_hash *leaf,
	   struct trouble *trouble)
{
	enum tally_exit status = fetch_leaves(state, index / TALLY_TILE_WIDTH, trouble);

	CHECK(index < state->scroll.size);
	if (status == TALLY_EXIT_FINE)
		*leaf = state->shelf.leaves[index % TALLY_TILE_WIDTH];
	return status;
}

enum tally_exit
audit_contains(struct audit_state *state, const struct checkpoint *checkpoint, bool *contains,
	       struct trouble *trouble)
{
	enum tally_exit status = TALLY_EXIT_FINE;

	CHECK(checkpoint->size <= state->scroll.size);
	if (checkpoint->size % TALLY_TILE_WIDTH != 0)
		status = fetch_leaves(state, checkpoint->size / TALLY_TILE_WIDTH, trouble);
	if (status == TALLY_EXIT_FINE)
		*contains = audit_root_is(state, checkpoint, state->shelf.leaves);
	return status;
}
