#include "shell/home.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "campaign/rules.h"
#include "shell/book.h"
#include "shell/change.h"
#include "shell/harvest.h"
#include "shell/line.h"
#include "shell/probe.h"
#include "tree/tile.h"

enum {
	ROWS_AT_ONCE =
	    3 << 20, /* kept in memory, then sorted and merged: 200 MB, or twice that */
	IN_PLACE_LEAST = 20000, /* so many records are always changed in place */
	IN_PLACE_PERCENT = 3,   /* or so many of a hundred: past it a new file is quicker */
	IN_PLACE_MOST = 100000, /* their pages fit one transaction without spilling */
};

static const char book_name[] = "book.mdb";
static const char *const making_names[] = {"book.new", "book.next"};

static int
folder_open(int dir_fd, int *fd)
{
	return disk_open(dir_fd, "state", O_RDONLY | O_DIRECTORY, 0, fd);
}

static int
remove_name(int folder_fd, const char *name)
{
	if (unlinkat(folder_fd, name, 0) != 0 && errno != ENOENT)
		return disk_fail_errno("remove", name);
	return DISK_OK;
}

/* Removes the book and whatever was being made of it. */
static int
forget(int folder_fd)
{
	int status = remove_name(folder_fd, book_name);

	for (size_t i = 0; i < 2 && status == DISK_OK; i++)
		status = remove_name(folder_fd, making_names[i]);
	/* Not synced: a file that comes back after a crash is doubted again. */
	return status;
}

int
home_forget(int dir_fd)
{
	int folder_fd;
	int status = folder_open(dir_fd, &folder_fd);

	if (status == DISK_ABSENT)
		return DISK_OK;
	if (status != DISK_OK)
		return status;
	status = forget(folder_fd);
	close(folder_fd);
	return status;
}

/* A load under way. */
struct loading {
	const uint8_t *campaign;
	home_visit *visit;
	void *context;
	struct home_state *state; /* the caller's, without its blob until all is well */
	uint8_t *value;           /* of key 00 */
	struct bytes blob;        /* a view into it */
	struct book_sum told;
	struct book_sum found;
	const char *doubt;
	bool stopped;
};

static bool
load_state(struct loading *loading, struct bytes value)
{
	loading->value = malloc(value.size);
	if (loading->value == NULL) {
		loading->doubt = "there is no memory for its state";
		return false;
	}
	memcpy(loading->value, value.data, value.size);
	if (!book_state_read(bytes_make(loading->value, value.size), loading->campaign,
			     loading->state, &loading->told))
		loading->doubt = "its state is not whole, or of another campaign";
	loading->blob = loading->state->replay;
	loading->state->replay = bytes_make(NULL, 0);
	return loading->doubt == NULL;
}

static bool
load_pair(void *context, struct bytes key, struct bytes value)
{
	struct loading *loading = context;
	struct pollbook_record record;

	if (key.size == 1)
		return load_state(loading, value);
	if (loading->value == NULL)
		loading->doubt = "it has no state";
	else if (key.data[0] < POLLBOOK_VOTER || key.data[0] > POLLBOOK_OLD)
		loading->doubt = "it has a record of no family";
	else if (!book_record_read(value, &record))
		loading->doubt = "it has an empty record";
	if (loading->doubt != NULL)
		return false;
	book_sum_add(&loading->found, key.data, value.data);
	loading->stopped = !loading->visit(loading->context, (enum pollbook_family)key.data[0],
					   key.data + 1, &record);
	return !loading->stopped;
}

/* Moves the blob to memory of its own, which the caller frees. */
static int
hand_over(const struct loading *loading)
{
	uint8_t *blob = malloc(loading->blob.size + 1);

	if (blob == NULL)
		return disk_fail_errno("find memory for", "the poll book's state");
	memcpy(blob, loading->blob.data, loading->blob.size);
	loading->state->replay = bytes_make(blob, loading->blob.size);
	return 1;
}

static int
not_believed(int folder_fd, const char *why)
{
	int status = forget(folder_fd);

	if (status != DISK_OK)
		return status;
	status = disk_fail(0, "the poll book's file is not believed and made anew: %s", why);
	line_warn("%s", disk_error());
	return status;
}

static int
load(int folder_fd, struct loading *loading, unsigned deadline_ms)
{
	int status = probe_book(folder_fd, book_name, load_pair, loading, deadline_ms);
	char why[256];

	if (status != DISK_OK && status != DISK_DAMAGED)
		return status;
	if (loading->stopped)
		return disk_fail(0, "the poll book's file was not read to its end");
	snprintf(why, sizeof why, "%s", disk_error());
	if (loading->doubt == NULL && status == DISK_OK && loading->value == NULL)
		loading->doubt = "it has no state";
	if (loading->doubt == NULL && status == DISK_OK &&
	    !book_sum_equal(&loading->told, &loading->found))
		loading->doubt = "its records do not add up";
	if (loading->doubt != NULL || status != DISK_OK)
		return not_believed(folder_fd, loading->doubt != NULL ? loading->doubt : why);
	return hand_over(loading);
}

int
home_load(int dir_fd, const uint8_t campaign[32], struct home_state *state, home_visit *visit,
	  void *context, unsigned deadline_ms)
{
	struct loading loading = {
	    .campaign = campaign, .visit = visit, .context = context, .state = state};
	struct stat about;
	int folder_fd;
	int status = folder_open(dir_fd, &folder_fd);

	if (status == DISK_ABSENT)
		return 0;
	if (status != DISK_OK)
		return status;
	if (fstatat(folder_fd, book_name, &about, 0) == 0)
		status = load(folder_fd, &loading, deadline_ms);
	else
		status = disk_fail_errno("look at", book_name);
	if (status == DISK_ABSENT)
		status = 0;
	free(loading.value);
	close(folder_fd);
	return status;
}

/* An advance under way. */
struct advance {
	int folder_fd;
	const struct manifest *manifest;
	struct archive *archive;
	const struct home_state *to;
	size_t rows_at_once;
	/* how far the newest file is */
	bool exists;
	const char *name;
	bool doubtful; /* a failure left the book itself in doubt */
	struct book_sum sum;
	/* how far the walk is */
	uint64_t index;
	struct frontier frontier; /* of all leaves but those of a tile that is not full */
	struct tree_hash leaves[TALLY_TILE_WIDTH];
	size_t leaves_count;
	struct changes changes;
	int status;
};

static void
frontier_advance(struct advance *advance)
{
	struct tree_hash root;

	if (advance->leaves_count == TALLY_TILE_WIDTH) {
		tile_root(advance->leaves, TALLY_TILE_WIDTH, &root);
		frontier_append_subtree(&advance->frontier, &root, TILE_HEIGHT);
	} else {
		for (size_t i = 0; i < advance->leaves_count; i++)
			frontier_append(&advance->frontier, &advance->leaves[i]);
	}
	advance->leaves_count = 0;
}

static bool
walk_run(void *context, uint64_t index, const struct bytes *entries, size_t count)
{
	struct advance *advance = context;

	advance->index = index + count;
	tree_leaves(entries, count, advance->leaves + advance->leaves_count);
	advance->leaves_count += count;
	if (advance->index % TALLY_TILE_WIDTH == 0)
		frontier_advance(advance);
	for (size_t i = 0; i < count && advance->status == DISK_OK; i++)
		advance->status = harvest_entry(&advance->changes, advance->manifest,
						advance->archive, index + i, entries[i]);
	return advance->status == DISK_OK && advance->changes.count < advance->rows_at_once;
}

/* Reads on, to the end or until memory's share is used up. */
static int
collect(struct advance *advance)
{
	struct tree_hash found;
	struct tree_hash wanted;
	int status;

	advance->changes.count = 0;
	status = archive_walk_runs(advance->archive, advance->index,
				   advance->to->index - advance->index, walk_run, advance);
	if (status != DISK_OK || advance->status != DISK_OK)
		return status != DISK_OK ? status : advance->status;
	if (advance->index < advance->to->index)
		return DISK_OK;
	frontier_advance(advance);
	frontier_root(&advance->frontier, &found);
	frontier_root(&advance->to->frontier, &wanted);
	if (tree_hash_equal(&found, &wanted))
		return DISK_OK;
	return disk_fail(
	    DISK_DAMAGED,
	    "keep the poll book: the entries, as the disk gives them back, are not "
	    "those of the tree at %llu",
	    (unsigned long long)advance->to->index);
}

static bool
fits_in_place(const struct advance *advance)
{
	uint64_t share = advance->sum.records * IN_PLACE_PERCENT / 100;

	if (!advance->exists || advance->name != book_name)
		return false;
	if (share < IN_PLACE_LEAST)
		share = IN_PLACE_LEAST;
	return advance->changes.count <= (share < IN_PLACE_MOST ? share : IN_PLACE_MOST);
}

/* Twice what a file of so many records was seen to take, and room for the state. */
static size_t
map_size(const struct advance *advance)
{
	uint64_t records = advance->sum.records + advance->changes.count;

	return (size_t)(records * 256 + 4 * advance->to->replay.size + (64u << 20)) &
	       ~(size_t)4095;
}

static int
merge(struct advance *advance, struct book *source, const struct book_change *change)
{
	const char *target = making_names[advance->name == making_names[0]];
	int status = book_merge(advance->folder_fd, target, advance->exists ? source : NULL,
				change, map_size(advance));

	advance->exists = true;
	advance->name = target;
	return status;
}

/* Makes the walk's harvest part of the newest file. */
static int
apply(struct advance *advance)
{
	bool last = advance->index == advance->to->index;
	struct book_change change = {.campaign = advance->manifest->id,
				     .state = last ? advance->to : NULL,
				     .changes = &advance->changes,
				     .sum = &advance->sum};
	bool replaces = rules_ballots_max(advance->manifest) > 1;
	struct book source = {0};
	int status = DISK_OK;

	if (advance->exists)
		status = book_open(&source, advance->folder_fd, advance->name);
	if (status == DISK_OK)
		status = changes_settle(&advance->changes, replaces, book_find, &source);
	if (status == DISK_OK && last && fits_in_place(advance)) {
		book_close(&source);
		status = book_update(advance->folder_fd, book_name, &change, map_size(advance));
		advance->doubtful = status != DISK_OK;
	} else if (status == DISK_OK) {
		status = merge(advance, &source, &change);
	}
	advance->doubtful = advance->doubtful || status == DISK_DAMAGED;
	book_close(&source);
	return status;
}

/* Puts a file made anew in the book's place. */
static int
settle(struct advance *advance)
{
	if (advance->name == book_name)
		return DISK_OK;
	if (renameat(advance->folder_fd, advance->name, advance->folder_fd, book_name) != 0)
		return disk_fail_errno("rename to", book_name);
	return disk_sync_directory(advance->folder_fd, "state");
}

static int
steps(struct advance *advance)
{
	int status;

	do {
		status = collect(advance);
		if (status == DISK_OK)
			status = apply(advance);
	} while (status == DISK_OK && advance->index < advance->to->index);
	return status == DISK_OK ? settle(advance) : status;
}

/* Finds out how far the file is. */
static int
start(struct advance *advance, struct home_state *from)
{
	struct bytes value;
	struct book book;
	int status = book_open(&book, advance->folder_fd, book_name);

	*from = (struct home_state){0};
	if (status == DISK_ABSENT)
		return DISK_OK;
	if (status == DISK_OK)
		status = book_state(&book, &value);
	if (status == DISK_OK &&
	    !book_state_read(value, advance->manifest->id, from, &advance->sum))
		status = disk_fail(DISK_DAMAGED, "read %s: its state is not whole", book_name);
	book_close(&book);
	advance->exists = status == DISK_OK;
	advance->doubtful = status == DISK_DAMAGED;
	advance->index = from->index;
	advance->frontier = from->frontier;
	return status;
}

static int
run(struct advance *advance)
{
	struct home_state from;
	int status = start(advance, &from);

	if (status != DISK_OK)
		return status;
	if (advance->to->index < from.index ||
	    (advance->to->index == from.index && advance->to->checksum != from.checksum))
		return disk_fail(DISK_DAMAGED,
				 "keep the poll book: its file is at %llu of the ledger, the "
				 "state to keep at %llu",
				 (unsigned long long)from.index,
				 (unsigned long long)advance->to->index);
	if (advance->exists && advance->to->index == from.index)
		return DISK_OK;
	return steps(advance);
}

/* A file that cannot be removed is no failure: the next merge will say so. */
static void
remove_making(struct advance *advance)
{
	for (size_t i = 0; i < 2; i++)
		(void)unlinkat(advance->folder_fd, making_names[i], 0);
}

int
home_advance_in_parts(int dir_fd, const struct manifest *manifest, struct archive *archive,
		      const struct home_state *state, size_t rows_at_once)
{
	struct advance advance = {.manifest = manifest,
				  .archive = archive,
				  .to = state,
				  .rows_at_once = rows_at_once,
				  .name = book_name};
	int status = disk_directory(dir_fd, "state", 0700, &advance.folder_fd);

	CHECK(state->frontier.size == state->index);
	if (status != DISK_OK)
		return status;
	status = run(&advance);
	remove_making(&advance);
	if (advance.doubtful && forget(advance.folder_fd) != DISK_OK)
		status = DISK_FAILED;
	changes_free(&advance.changes);
	close(advance.folder_fd);
	return status;
}

int
home_advance(int dir_fd, const struct manifest *manifest, struct archive *archive,
	     const struct home_state *state)
{
	return home_advance_in_parts(dir_fd, manifest, archive, state, ROWS_AT_ONCE);
}
