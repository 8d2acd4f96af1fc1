#include "tools/lib/audit_state.h"

#include <inttypes.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

enum {
	POLL_MS = 50
};

bool
audit_gone(const struct audit_state *state, const char *path)
{
	return faccessat(state->log->folder, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0 &&
	       errno == ENOENT;
}

void
audit_tile_file(struct audit_state *state, const struct tile *tile,
		const struct tree_hash *expected)
{
	size_t expected_size = tile->width * sizeof *expected;
	char path[TILE_PATH_MAX];
	uint8_t *data = NULL;
	size_t capacity = 0;
	size_t size = 0;
	struct trouble trouble;
	enum tally_exit status;

	tile_path(tile, path);
	status = publiclog_read(state->log, path, TALLY_TILE_WIDTH * TALLY_HASH_SIZE, &data,
				&capacity, &size, &trouble);
	if (status == TALLY_EXIT_FINE && size != expected_size)
		status =
		    trouble_set(&trouble, TALLY_EXIT_FAILED, "%s/%s: it has %zu bytes, not %zu",
				state->log->path, path, size, expected_size);
	for (unsigned i = 0; i < tile->width && status == TALLY_EXIT_FINE; i++)
		if (memcmp(data + i * sizeof *expected, &expected[i], sizeof *expected) != 0)
			status =
			    trouble_set(&trouble, TALLY_EXIT_FAILED,
					"%s/%s: hash %u in it is not the one of the entries",
					state->log->path, path, i);
	if (status != TALLY_EXIT_FINE && !audit_gone(state, path))
		audit_found(state, AUDIT_TILES, &trouble);
	free(data);
}

/* Is the tile there, of this width or full? */
static bool
in_inventory(const struct inventory *inventory, const struct tile *tile)
{
	struct tile full = {tile->level, tile->number, TALLY_TILE_WIDTH};
	size_t at = inventory_find(inventory, *tile);

	if (at < inventory->tiles_count && inventory->tiles[at].level == tile->level &&
	    inventory->tiles[at].number == tile->number &&
	    inventory->tiles[at].width == tile->width)
		return true;
	return tile->width != TALLY_TILE_WIDTH && in_inventory(inventory, &full);
}

/* True if the tile, or the full one in its place, came while the folders were listed. */
static bool
came_meanwhile(const struct audit_state *state, struct tile tile)
{
	char path[TILE_PATH_MAX];

	tile_path(&tile, path);
	if (!audit_gone(state, path))
		return true;
	tile.width = TALLY_TILE_WIDTH;
	tile_path(&tile, path);
	return !audit_gone(state, path);
}

/* The first tile of `level` that the checkpoint needs and nobody sees. */
static bool
missing_tile(const struct audit_state *state, int level, struct tile *tile)
{
	uint64_t hashes = tile_hashes(level, state->audit->recount.checkpoint.size);

	for (uint64_t first = 0; first < hashes; first += TALLY_TILE_WIDTH) {
		uint64_t left = hashes - first;

		*tile =
		    (struct tile){level, first / TALLY_TILE_WIDTH,
				  left < TALLY_TILE_WIDTH ? (unsigned)left : TALLY_TILE_WIDTH};
		if (!in_inventory(&state->inventory, tile) && !came_meanwhile(state, *tile))
			return true;
		if (left < TALLY_TILE_WIDTH)
			break;
	}
	return false;
}

void
audit_inventory(struct audit_state *state)
{
	struct trouble trouble;
	struct tile tile;
	char path[TILE_PATH_MAX];

	inventory_free(&state->inventory);
	if (inventory_take(&state->inventory, state->log, &trouble) != TALLY_EXIT_FINE) {
		audit_found(state, AUDIT_FILES, &trouble);
		return;
	}
	for (int level = TILE_LEVEL_ENTRIES; level < TILE_LEVELS_MAX; level++) {
		if (!missing_tile(state, level, &tile))
			continue;
		tile_path(&tile, path);
		trouble_set(&trouble, TALLY_EXIT_FAILED,
			    "%s/%s: the checkpoint covers it, and it is missing",
			    state->log->path, path);
		audit_found(state, AUDIT_FILES, &trouble);
		return;
	}
}

/* A tree of some size over the hashes kept. */
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

static bool
root_is(const struct audit_state *state, const struct checkpoint *checkpoint,
	const struct tree_hash *last)
{
	struct orchard orchard = {state, last};
	struct tree_hash root;

	CHECK(proof_root(checkpoint->size, hash_source, &orchard, &root));
	return memcmp(root.bytes, checkpoint->root, sizeof root.bytes) == 0;
}

/* Every level above the first from the one below. */
static void
fill_levels(struct audit_state *state)
{
	for (int l = 2; l < TILE_LEVELS_MAX && state->level[l] != NULL; l++)
		for (uint64_t i = tile_hashes(l, state->verified.size);
		     i < tile_hashes(l, state->scroll.size); i++)
			tile_root(state->level[l - 1] + i * TALLY_TILE_WIDTH, TALLY_TILE_WIDTH,
				  &state->level[l][i]);
}

static void
check_tiles(struct audit_state *state)
{
	const struct inventory *inventory = &state->inventory;
	size_t at = inventory_find(inventory, (struct tile){1, 0, 0});

	for (; at < inventory->tiles_count; at++) {
		const struct tile *tile = &inventory->tiles[at];

		if (inventory_covers(state->scroll.size, tile) &&
		    !inventory_covers(state->verified.size, tile))
			audit_tile_file(state, tile,
					state->level[tile->level] +
					    tile->number * TALLY_TILE_WIDTH);
	}
	report_pass(&state->audit->report, AUDIT_TILES);
}

static void
check_root(struct audit_state *state)
{
	struct trouble trouble;

	if (root_is(state, &state->audit->recount.checkpoint, state->last)) {
		report_pass(&state->audit->report, AUDIT_ROOT);
		return;
	}
	trouble_set(&trouble, TALLY_EXIT_FAILED,
		    "%s/checkpoint: the %" PRIu64 " entries have another root than it signs",
		    state->log->path, state->scroll.size);
	audit_found(state, AUDIT_ROOT, &trouble);
}

static void
check_old(struct audit_state *state)
{
	const struct tree_hash *last = state->old_last;
	struct trouble trouble;

	if (!state->old_valid)
		return;
	if (root_is(state, &state->old, last)) {
		report_pass(&state->audit->report, AUDIT_OLD);
		return;
	}
	trouble_set(&trouble, TALLY_EXIT_FAILED,
		    "the first %" PRIu64 " entries have another root than the older checkpoint "
		    "signed: the log's history was changed",
		    state->old.size);
	audit_found(state, AUDIT_OLD, &trouble);
}

void
audit_tree(struct audit_state *state)
{
	static const enum audit_check on_all_entries[] = {AUDIT_TILES, AUDIT_ROOT, AUDIT_OLD};

	if (state->holes) {
		for (size_t i = 0; i < sizeof on_all_entries / sizeof *on_all_entries; i++)
			report_skip(&state->audit->report, on_all_entries[i],
				    "check %d failed: not every entry is known",
				    AUDIT_BUNDLES + 1);
		return;
	}
	fill_levels(state);
	check_tiles(state);
	check_root(state);
	check_old(state);
}

/* The first file that a log of `size` entries does not have; false if there is none. */
static bool
surplus(const struct audit_state *state, const struct inventory *inventory, uint64_t size,
	struct trouble *trouble)
{
	char path[TILE_PATH_MAX];

	if (inventory->strays_count > 0) {
		trouble_set(trouble, TALLY_EXIT_FAILED, "%s", inventory->stray);
		return true;
	}
	for (size_t i = 0; i < inventory->tiles_count; i++) {
		if (inventory_covers(size, &inventory->tiles[i]))
			continue;
		tile_path(&inventory->tiles[i], path);
		trouble_set(trouble, TALLY_EXIT_FAILED,
			    "%s/%s: it goes beyond the %" PRIu64 " entries of the checkpoint",
			    state->log->path, path, size);
		return true;
	}
	if (inventory->tallies_count == 0 ||
	    inventory->tallies[inventory->tallies_count - 1] < size)
		return false;
	trouble_set(trouble, TALLY_EXIT_FAILED,
		    "%s/tally/%" PRIu64 ": it goes beyond the %" PRIu64
		    " entries of the checkpoint",
		    state->log->path, inventory->tallies[inventory->tallies_count - 1], size);
	return true;
}

/* Size of the newest checkpoint, never below the one audited. */
static enum tally_exit
newest_size(const struct audit_state *state, uint64_t *size, struct trouble *trouble)
{
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	size_t note_size;
	struct checkpoint now;
	enum tally_exit status = publiclog_checkpoint(state->log, note, &note_size, trouble);

	if (status != TALLY_EXIT_FINE)
		return status;
	if (!checkpoint_open(bytes_make(note, note_size), &state->options->key, &now) ||
	    now.size < *size)
		return trouble_set(
		    trouble, TALLY_EXIT_FAILED,
		    "%s/checkpoint: it was replaced by one that does not continue it",
		    state->log->path);
	*size = now.size;
	return TALLY_EXIT_FINE;
}

/* A log in use publishes files first and their checkpoint last, and makes them under other
 * names: what is surplus now is looked at again until patience ends. */
void
audit_settle(struct audit_state *state)
{
	const struct timespec pause = {.tv_nsec = POLL_MS * 1000000};
	struct report *report = &state->audit->report;
	uint64_t size = state->scroll.size;
	unsigned waited = 0;
	struct trouble trouble;

	if (report_troubled(report, AUDIT_FILES))
		return;
	while (surplus(state, &state->inventory, size, &trouble)) {
		enum tally_exit status = TALLY_EXIT_FINE;

		if (waited > state->options->patience_ms) {
			audit_found(state, AUDIT_FILES, &trouble);
			return;
		}
		nanosleep(&pause, NULL);
		waited += POLL_MS;
		inventory_free(&state->inventory);
		status = inventory_take(&state->inventory, state->log, &trouble);
		if (status == TALLY_EXIT_FINE)
			status = newest_size(state, &size, &trouble);
		if (status != TALLY_EXIT_FINE) {
			audit_found(state, AUDIT_FILES, &trouble);
			return;
		}
	}
	if (size > state->scroll.size)
		report_remark(report, AUDIT_FILES,
			      "files of a newer checkpoint, of %" PRIu64
			      " entries, were published meanwhile and not checked",
			      size);
	report_pass(report, AUDIT_FILES);
}
