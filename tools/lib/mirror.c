#include "tools/lib/haul.h"

#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/lib/crew.h"
#include "tools/lib/deposit.h"
#include "tools/lib/interrupt.h"

enum {
	SHIFT = 256, /* jobs between two looks at what has happened */
};

enum tally_exit
haul_store(const struct mirror *mirror, const char *temporary, const char *name,
	   struct bytes bytes, struct trouble *trouble)
{
	const struct deposit deposit = {mirror->folder->folder, mirror->folder->path, 0644,
					0755};

	return deposit_put(&deposit, temporary, name, bytes, trouble);
}

enum tally_exit
haul_fetch(struct haul *haul, struct carrier *carrier, const char *name, size_t size_max,
	   size_t *size, bool *found, struct trouble *trouble)
{
	enum tally_exit status = http_get(carrier->http, name, size_max, &carrier->data,
					  &carrier->capacity, size, found, trouble);

	if (status == TALLY_EXIT_FINE && *found) {
		pthread_mutex_lock(&haul->lock);
		haul->mirror->fetched++;
		pthread_mutex_unlock(&haul->lock);
	}
	return status;
}

void
haul_count_missing(struct haul *haul)
{
	pthread_mutex_lock(&haul->lock);
	haul->mirror->missing++;
	pthread_mutex_unlock(&haul->lock);
}

/* Bytes of the first `width` entries, or hashes, of a full tile; all of what has no shape. */
static size_t
front(int level, unsigned width, struct bytes full)
{
	struct reader reader = reader_make(full);

	if (level != TILE_LEVEL_ENTRIES)
		return full.size < width * (size_t)TALLY_HASH_SIZE
			   ? full.size
			   : width * (size_t)TALLY_HASH_SIZE;
	for (unsigned i = 0; i < width; i++) {
		uint16_t size = reader_u16(&reader);

		(void)reader_bytes(&reader, size);
	}
	return reader.failed ? full.size : full.size - reader_left(&reader);
}

static enum tally_exit
fetch_tile(struct haul *haul, struct carrier *carrier, struct tile tile,
	   struct trouble *trouble)
{
	size_t size_max = tile.level == TILE_LEVEL_ENTRIES
			      ? (size_t)PUBLICLOG_BUNDLE_SIZE_MAX
			      : (size_t)TALLY_TILE_WIDTH * TALLY_HASH_SIZE;
	char name[TILE_PATH_MAX];
	char instead[TILE_PATH_MAX];
	size_t size;
	bool found;
	enum tally_exit status;

	tile_path(&tile, name);
	status = haul_fetch(haul, carrier, name, size_max, &size, &found, trouble);
	if (status == TALLY_EXIT_FINE && !found && tile.width < TALLY_TILE_WIDTH) {
		const struct tile full = {tile.level, tile.number, TALLY_TILE_WIDTH};

		tile_path(&full, instead);
		status = haul_fetch(haul, carrier, instead, size_max, &size, &found, trouble);
		if (status == TALLY_EXIT_FINE && found)
			size = front(tile.level, tile.width, bytes_make(carrier->data, size));
	}
	if (status != TALLY_EXIT_FINE)
		return status;
	if (found)
		return haul_store(haul->mirror, carrier->temporary, name,
				  bytes_make(carrier->data, size), trouble);
	haul_count_missing(haul);
	return TALLY_EXIT_FINE;
}

static enum tally_exit
fetch_text(struct haul *haul, struct carrier *carrier, uint64_t index, struct trouble *trouble)
{
	char name[32];
	struct stat about;
	size_t size;
	bool found;
	enum tally_exit status;

	snprintf(name, sizeof name, "tally/%" PRIu64, index);
	if (fstatat(haul->mirror->folder->folder, name, &about, AT_SYMLINK_NOFOLLOW) == 0 &&
	    about.st_size > 0)
		return TALLY_EXIT_FINE;
	status =
	    haul_fetch(haul, carrier, name, PUBLICLOG_TALLY_SIZE_MAX, &size, &found, trouble);
	if (status == TALLY_EXIT_FINE && found)
		return haul_store(haul->mirror, carrier->temporary, name,
				  bytes_make(carrier->data, size), trouble);
	if (status == TALLY_EXIT_FINE)
		haul_count_missing(haul);
	return status;
}

/* The texts of the TALLY entries in carrier->bundle. */
static enum tally_exit
fetch_texts(struct haul *haul, struct carrier *carrier, struct trouble *trouble)
{
	const struct bundle *bundle = &carrier->bundle;
	enum tally_exit status = TALLY_EXIT_FINE;

	for (unsigned i = 0; i < bundle->count && status == TALLY_EXIT_FINE; i++)
		if (bundle->entries[i].size > 0 &&
		    bundle->entries[i].data[0] == TALLY_ENTRY_TALLY)
			status = fetch_text(haul, carrier, bundle->first + i, trouble);
	return status;
}

/* Is the tile there, and of its shape? The bundle is then in carrier->bundle. */
static bool
present(struct haul *haul, struct carrier *carrier, uint64_t number)
{
	const struct publiclog *folder = haul->mirror->folder;
	uint64_t size = haul->mirror->checkpoint.size;
	struct tree_hash hashes[TALLY_TILE_WIDTH];
	struct trouble ignored;
	unsigned width;

	if (haul->level == TILE_LEVEL_ENTRIES)
		return publiclog_bundle(folder, number, size, &carrier->bundle, &ignored) ==
		       TALLY_EXIT_FINE;
	return publiclog_tile(folder, haul->level, number, size, hashes, &width, &ignored) ==
	       TALLY_EXIT_FINE;
}

enum tally_exit
haul_bring(struct haul *haul, struct carrier *carrier, uint64_t number, struct trouble *trouble)
{
	uint64_t left =
	    tile_hashes(haul->level, haul->mirror->checkpoint.size) - number * TALLY_TILE_WIDTH;
	struct tile tile = {haul->level, number,
			    left < TALLY_TILE_WIDTH ? (unsigned)left : TALLY_TILE_WIDTH};
	bool there = present(haul, carrier, number);
	enum tally_exit status = TALLY_EXIT_FINE;

	if (!there) {
		status = fetch_tile(haul, carrier, tile, trouble);
		if (status == TALLY_EXIT_FINE)
			there = present(haul, carrier, number);
	}
	if (status == TALLY_EXIT_FINE && there && haul->level == TILE_LEVEL_ENTRIES)
		status = fetch_texts(haul, carrier, trouble);
	return status;
}

static void
bring_job(void *context, unsigned worker, uint64_t number)
{
	struct haul *haul = context;
	struct trouble trouble;
	bool stop;

	pthread_mutex_lock(&haul->lock);
	stop = haul->failed || haul->mirror->missing >= HAUL_MISSING_MAX;
	pthread_mutex_unlock(&haul->lock);
	if (stop || haul_bring(haul, &haul->carriers[worker], haul->first + number, &trouble) ==
			TALLY_EXIT_FINE)
		return;
	pthread_mutex_lock(&haul->lock);
	if (!haul->failed)
		haul->trouble = trouble;
	haul->failed = true;
	pthread_mutex_unlock(&haul->lock);
}

uint64_t
haul_tiles_at(const struct haul *haul, int level)
{
	uint64_t hashes = tile_hashes(level, haul->mirror->checkpoint.size);

	return hashes / TALLY_TILE_WIDTH + (hashes % TALLY_TILE_WIDTH != 0);
}

static bool
haul_level(struct haul *haul)
{
	struct mirror *mirror = haul->mirror;
	uint64_t end = haul_tiles_at(haul, haul->level);
	uint64_t complete =
	    haul->level == TILE_LEVEL_ENTRIES ? mirror->complete_bundles : mirror->complete;

	haul->first = tile_hashes(haul->level, complete) / TALLY_TILE_WIDTH;
	while (haul->first < end && !haul->failed && mirror->missing < HAUL_MISSING_MAX) {
		uint64_t count = end - haul->first < SHIFT ? end - haul->first : SHIFT;

		crew_run(HAUL_CONNECTIONS, count, bring_job, haul);
		haul->first += count;
		if (mirror->progress != NULL)
			mirror->progress(mirror->context,
					 haul->level == TILE_LEVEL_ENTRIES ? "fetching bundles"
									   : "fetching tiles",
					 haul->first, end);
	}
	return !haul->failed;
}

static enum tally_exit
haul_all(struct haul *haul, struct trouble *trouble)
{
	enum tally_exit status = haul_law(haul, trouble);

	if (status != TALLY_EXIT_FINE)
		return status;
	for (haul->level = haul->mirror->sealed ? 0 : TILE_LEVEL_ENTRIES;
	     haul->level < TILE_LEVELS_MAX; haul->level++)
		if (!haul_level(haul)) {
			*trouble = haul->trouble;
			return trouble->exit;
		}
	status = haul_roster(haul, trouble);
	return status == TALLY_EXIT_FINE ? haul_results(haul, trouble) : status;
}

static enum tally_exit
open_carriers(struct haul *haul, struct trouble *trouble)
{
	const struct mirror *mirror = haul->mirror;

	for (unsigned i = 0; i < HAUL_CONNECTIONS; i++) {
		struct carrier *carrier = &haul->carriers[i];
		enum tally_exit status =
		    http_open(&carrier->http, mirror->url, &mirror->patience, trouble);

		if (status != TALLY_EXIT_FINE)
			return status;
		snprintf(carrier->temporary, sizeof carrier->temporary, ".fetched-%u", i);
		interrupt_removes(mirror->folder->folder, carrier->temporary);
	}
	return TALLY_EXIT_FINE;
}

static void
close_carriers(struct haul *haul)
{
	for (unsigned i = 0; i < HAUL_CONNECTIONS; i++) {
		http_close(haul->carriers[i].http);
		bundle_free(&haul->carriers[i].bundle);
		free(haul->carriers[i].data);
	}
}

/* The server's checkpoint beside the one we have. */
static enum tally_exit
compare(struct mirror *mirror, const struct checkpoint *ours, struct bytes note,
	struct trouble *trouble)
{
	const struct checkpoint *now = &mirror->checkpoint;
	struct trouble ignored;

	if (now->size > ours->size)
		return TALLY_EXIT_FINE;
	mirror->unchanged = now->size == ours->size && mirror->complete == now->size;
	if (now->size == ours->size && memcmp(now->root, ours->root, sizeof now->root) == 0)
		return TALLY_EXIT_FINE;
	(void)haul_store(mirror, ".fetched", "checkpoint.conflict", note, &ignored);
	if (now->size < ours->size)
		return trouble_set(trouble, TALLY_EXIT_FAILED,
				   "%s/checkpoint: the log has %" PRIu64
				   " entries, and has signed %" PRIu64
				   " before; both checkpoints are in %s",
				   mirror->url, now->size, ours->size, mirror->folder->path);
	return trouble_set(trouble, TALLY_EXIT_FAILED,
			   "%s/checkpoint: the log has signed two trees of %" PRIu64
			   " entries; both checkpoints are in %s",
			   mirror->url, now->size, mirror->folder->path);
}

/* The checkpoint of the folder, if it has one, into `before`. */
static enum tally_exit
look_back(struct mirror *mirror, struct bytes note, struct trouble *trouble)
{
	struct checkpoint ours;
	struct stat about;

	mirror->before_size = 0;
	if (fstatat(mirror->folder->folder, "checkpoint", &about, AT_SYMLINK_NOFOLLOW) != 0 &&
	    (!mirror->folder->next || fstatat(mirror->folder->folder, "checkpoint.next", &about,
					      AT_SYMLINK_NOFOLLOW) != 0))
		return TALLY_EXIT_FINE;
	if (publiclog_checkpoint(mirror->folder, mirror->before, &mirror->before_size,
				 trouble) != TALLY_EXIT_FINE)
		return trouble->exit;
	if (!checkpoint_open(bytes_make(mirror->before, mirror->before_size), &mirror->key,
			     &ours))
		return trouble_set(trouble, TALLY_EXIT_USAGE,
				   "%s: it is a mirror of another log, or damaged: its "
				   "checkpoint is not signed by %s",
				   mirror->folder->path, mirror->key.name);
	return compare(mirror, &ours, note, trouble);
}

static enum tally_exit
update(struct haul *haul, struct trouble *trouble)
{
	struct mirror *mirror = haul->mirror;
	struct served published;
	struct served waiting;
	const struct served *newest;
	enum tally_exit status;

	interrupt_removes(mirror->folder->folder, ".fetched");
	status = open_carriers(haul, trouble);
	if (status == TALLY_EXIT_FINE)
		status = haul_notes(haul, &published, &waiting, trouble);
	if (status != TALLY_EXIT_FINE)
		return status;
	newest = waiting.found ? &waiting : &published;
	mirror->checkpoint = newest->checkpoint;
	status = look_back(mirror, bytes_make(newest->note, newest->size), trouble);
	if (status == TALLY_EXIT_FINE && !mirror->unchanged)
		status = haul_all(haul, trouble);
	if (status == TALLY_EXIT_FINE && (!mirror->unchanged || mirror->folder->next))
		status = haul_store_notes(haul, &published, &waiting, trouble);
	return status;
}

enum tally_exit
mirror_update(struct mirror *mirror, struct trouble *trouble)
{
	struct haul haul = {.mirror = mirror};
	enum tally_exit status;

	mirror->fetched = mirror->missing = 0;
	mirror->unchanged = false;
	CHECK(pthread_mutex_init(&haul.lock, NULL) == 0);
	status = update(&haul, trouble);
	interrupt_forget();
	close_carriers(&haul);
	pthread_mutex_destroy(&haul.lock);
	return status;
}
