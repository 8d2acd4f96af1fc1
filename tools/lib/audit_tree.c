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
			status = trouble_set(
			    &trouble, TALLY_EXIT_FAILED,
			    "%s/%s: hash %u in it is not the one of the entries "
			    "from %" PRIu64 " on",
			    state->log->path, path, i,
			    (tile->number * TALLY_TILE_WIDTH + i) << 8 * tile->level);
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

	inventory_free(&state->inventory);
	if (inventory_take(&state->inventory, state->log, &trouble) != TALLY_EXIT_FINE)
		audit_found(state, AUDIT_FILES, &trouble);
}

bool
audit_lacks_bundles(const struct audit_state *state)
{
	struct tile tile;

	return missing_tile(state, TILE_LEVEL_ENTRIES, &tile);
}

bool
audit_has_bundles(const struct audit_state *state)
{
	return inventory_find(&state->inventory, (struct tile){0, 0, 0}) > 0;
}

void
audit_missing(struct audit_state *state)
{
	struct trouble trouble;
	struct tile tile;
	char path[TILE_PATH_MAX];

	for (int level = state->sealed ? 0 : TILE_LEVEL_ENTRIES; level < TILE_LEVELS_MAX;
	     level++) {
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

	if (report_troubled(&state->audit->report, AUDIT_LEAVES)) {
		report_skip(&state->audit->report, AUDIT_TILES,
			    "check %d failed: what is right is not known", AUDIT_LEAVES + 1);
		return;
	}
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

	if (audit_root_is(state, &state->audit->recount.checkpoint, state->last)) {
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
	if (audit_root_is(state, &state->old, last)) {
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
				    (state->sealed ? AUDIT_TILES : AUDIT_BUNDLES) + 1);
		return;
	}
	fill_levels(state);
	check_tiles(state);
	check_root(state);
	check_old(state);
}

/* Is the last of a folder's indexes, which ascend, beyond the log? */
static bool
goes_beyond(const struct audit_state *state, const char *folder, const uint64_t *indices,
	    size_t count, uint64_t size, struct trouble *trouble)
{
	if (count == 0 || indices[count - 1] < size)
		return false;
	trouble_set(trouble, TALLY_EXIT_FAILED,
		    "%s/%s/%" PRIu64 ": it goes beyond the %" PRIu64
		    " entries of the checkpoint",
		    state->log->path, folder, indices[count - 1], size);
	return true;
}

/* Of the last files in law/, those that the list names and that are good: it may be ahead. */
static size_t
pages_ahead(const struct audit_state *state, const struct inventory *inventory)
{
	size_t count = 0;

	while (count < inventory->laws_count &&
	       inventory->laws[inventory->laws_count - 1 - count] >= state->scroll.size &&
	       lawbook_has(&state->book, inventory->laws[inventory->laws_count - 1 - count]))
		count++;
	return count;
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
	return goes_beyond(state, "tally", inventory->tallies, inventory->tallies_count, size,
			   trouble) ||
	       goes_beyond(state, "law", inventory->laws,
			   inventory->laws_count - pages_ahead(state, inventory), size,
			   trouble);
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

/* The newest checkpoint that waits for cosignatures, if one does: its files are there. */
static enum tally_exit
look_for_waiting(struct audit_state *state, struct trouble *trouble)
{
	uint8_t *data = NULL;
	size_t capacity = 0;
	size_t size = 0;
	enum tally_exit status =
	    publiclog_read(state->log, "checkpoint.next", TALLY_CHECKPOINT_SIZE_MAX, &data,
			   &capacity, &size, trouble);

	state->waits =
	    status == TALLY_EXIT_FINE &&
	    checkpoint_open(bytes_make(data, size), &state->options->key, &state->waiting);
	if (status == TALLY_EXIT_FINE && !state->waits)
		status = trouble_set(trouble, TALLY_EXIT_FAILED,
				     "%s/checkpoint.next: it is no checkpoint signed by the "
				     "log's key",
				     state->log->path);
	else if (status != TALLY_EXIT_FINE && audit_gone(state, "checkpoint.next"))
		status = TALLY_EXIT_FINE;
	free(data);
	return status;
}

/* Looks at the folders anew. *size is that of the newest checkpoint published. */
static enum tally_exit
look_again(struct audit_state *state, uint64_t *size, struct trouble *trouble)
{
	const struct timespec pause = {.tv_nsec = POLL_MS * 1000000};
	enum tally_exit status;

	if (state->options->patience_ms > 0)
		nanosleep(&pause, NULL);
	inventory_free(&state->inventory);
	status = inventory_take(&state->inventory, state->log, trouble);
	if (status == TALLY_EXIT_FINE)
		status = newest_size(state, size, trouble);
	if (status == TALLY_EXIT_FINE)
		status = look_for_waiting(state, trouble);
	return status;
}

/* A log in use publishes files first and their checkpoint last, and makes them under other
 * names: what is surplus now is looked at again, once at least, until patience ends. */
void
audit_settle(struct audit_state *state)
{
	struct report *report = &state->audit->report;
	uint64_t size = state->scroll.size;
	uint64_t covered = size;
	unsigned waited = 0;
	struct trouble trouble;
	enum tally_exit status;

	if (report_troubled(report, AUDIT_FILES))
		return;
	status = look_for_waiting(state, &trouble);
	while (status == TALLY_EXIT_FINE) {
		covered =
		    state->waits && state->waiting.size > size ? state->waiting.size : size;
		if (!surplus(state, &state->inventory, covered, &trouble))
			break;
		if (waited > state->options->patience_ms)
			status = TALLY_EXIT_FAILED;
		else
			status = look_again(state, &size, &trouble);
		waited += POLL_MS;
	}
	if (status != TALLY_EXIT_FINE) {
		audit_found(state, AUDIT_FILES, &trouble);
		return;
	}
	if (covered > state->scroll.size)
		report_remark(report, AUDIT_FILES,
			      "files of a newer checkpoint, of %" PRIu64
			      " entries, are there and were not checked",
			      covered);
	report_pass(report, AUDIT_FILES);
}
