#include "shell/forerunner.h"

#include "limits.h"
#include "tree/tile.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PORTIONS_MAX = forerunner_threads_max + 2,
	PORTION_TILES = forerunner_entries / TALLY_TILE_WIDTH,
	WHY_MAX = 256,
};

struct portion {
	bool done;
	int status;
	char why[WHY_MAX];
	uint64_t first;
	size_t count;
	size_t used;
	uint32_t sizes[forerunner_entries];
	struct station_glance glances[forerunner_entries];
	struct tree_hash roots[PORTION_TILES];
	uint8_t memory[forerunner_bytes + TALLY_ENTRY_SIZE_MAX];
};

/* Portion n is at place n % portions_count; its bytes are read, in order, under `reading`. */
struct forerunner {
	struct archive *archive;
	const struct station *station;
	uint64_t end;
	unsigned threads_count;
	unsigned portions_count;
	pthread_t threads[forerunner_threads_max];
	pthread_mutex_t reading; /* guards these two: */
	uint64_t index;          /* of the next entry to read */
	uint64_t claimed;        /* portions begun */
	pthread_mutex_t lock;    /* guards what follows, and who owns a portion */
	pthread_cond_t changed;
	bool stopping;
	uint64_t taken; /* portions the caller is through with */
	/* the caller's own */
	bool holds;      /* it still reads the portion it got last */
	uint64_t handed; /* index of the entry it gets next */
	struct portion *portions[PORTIONS_MAX];
};

static bool
take_entry(void *context, uint64_t index, struct bytes entry)
{
	struct portion *portion = context;
	bool ends_tile = (index + 1) % TALLY_TILE_WIDTH == 0;

	memcpy(portion->memory + portion->used, entry.data, entry.size);
	portion->sizes[portion->count++] = (uint32_t)entry.size;
	portion->used += entry.size;
	if (ends_tile && portion->count > forerunner_entries - TALLY_TILE_WIDTH)
		return false;
	return portion->count < forerunner_entries && portion->used < forerunner_bytes;
}

/* Waits until the place of portion `number` is free. False: there is no need any more. */
static bool
wait_for_place(struct forerunner *forerunner, uint64_t number)
{
	bool needed;

	pthread_mutex_lock(&forerunner->lock);
	while (!forerunner->stopping &&
	       number >= forerunner->taken + forerunner->portions_count)
		pthread_cond_wait(&forerunner->changed, &forerunner->lock);
	needed = !forerunner->stopping;
	pthread_mutex_unlock(&forerunner->lock);
	return needed;
}

/* The next portion with its bytes; NULL: all are begun. */
static struct portion *
claim(struct forerunner *forerunner)
{
	struct portion *portion = NULL;

	pthread_mutex_lock(&forerunner->reading);
	if (forerunner->index < forerunner->end &&
	    wait_for_place(forerunner, forerunner->claimed)) {
		portion =
		    forerunner->portions[forerunner->claimed++ % forerunner->portions_count];
		portion->first = forerunner->index;
		portion->count = 0;
		portion->used = 0;
		portion->status =
		    archive_walk(forerunner->archive, forerunner->index,
				 forerunner->end - forerunner->index, take_entry, portion);
		forerunner->index += portion->count;
		if (portion->status != DISK_OK) {
			snprintf(portion->why, sizeof portion->why, "%s", disk_error());
			forerunner->index = forerunner->end;
		}
	}
	pthread_mutex_unlock(&forerunner->reading);
	return portion;
}

static void
glance_all(const struct station *station, struct portion *portion)
{
	const uint8_t *at = portion->memory;

	for (size_t i = 0; i < portion->count; i++) {
		station_glance(station, bytes_make(at, portion->sizes[i]),
			       &portion->glances[i]);
		at += portion->sizes[i];
	}
}

/* Entries before the first tile that begins at or behind `first`. */
static size_t
lead(uint64_t first)
{
	return (size_t)(-first % TALLY_TILE_WIDTH);
}

static void
hash_tiles(struct portion *portion)
{
	struct tree_hash *root = portion->roots;
	struct tree_hash leaves[TALLY_TILE_WIDTH];

	for (size_t i = lead(portion->first); i + TALLY_TILE_WIDTH <= portion->count;
	     i += TALLY_TILE_WIDTH) {
		for (size_t k = 0; k < TALLY_TILE_WIDTH; k++)
			leaves[k] = portion->glances[i + k].leaf;
		tile_root(leaves, TALLY_TILE_WIDTH, root++);
	}
}

const struct tree_hash *
forerun_root(const struct forerun *run, size_t i)
{
	size_t end = i + 1;

	if ((run->first + end) % TALLY_TILE_WIDTH != 0 || end < TALLY_TILE_WIDTH)
		return NULL;
	return &run->roots[(end - lead(run->first)) / TALLY_TILE_WIDTH - 1];
}

static void *
run(void *context)
{
	struct forerunner *forerunner = context;
	struct portion *portion;

	while ((portion = claim(forerunner)) != NULL) {
		glance_all(forerunner->station, portion);
		hash_tiles(portion);
		pthread_mutex_lock(&forerunner->lock);
		portion->done = true;
		pthread_cond_broadcast(&forerunner->changed);
		pthread_mutex_unlock(&forerunner->lock);
	}
	return NULL;
}

static bool
make_portions(struct forerunner *forerunner)
{
	for (unsigned i = 0; i < forerunner->portions_count; i++) {
		forerunner->portions[i] = malloc(sizeof *forerunner->portions[i]);
		if (forerunner->portions[i] == NULL) {
			disk_fail_errno("find memory to read", "the ledger");
			return false;
		}
		forerunner->portions[i]->done = false;
	}
	return true;
}

static bool
make_threads(struct forerunner *forerunner, unsigned count)
{
	while (forerunner->threads_count < count) {
		pthread_t *thread = &forerunner->threads[forerunner->threads_count];

		errno = pthread_create(thread, NULL, run, forerunner);
		if (errno != 0) {
			disk_fail_errno("start", "a thread to read the ledger");
			return forerunner->threads_count > 0;
		}
		forerunner->threads_count++;
	}
	return true;
}

struct forerunner *
forerunner_start(struct archive *archive, const struct station *station, uint64_t first,
		 uint64_t end, unsigned threads)
{
	struct forerunner *forerunner = calloc(1, sizeof *forerunner);

	CHECK(threads > 0);
	CHECK(first <= end);
	if (threads > forerunner_threads_max)
		threads = forerunner_threads_max;
	if (forerunner == NULL) {
		disk_fail_errno("find memory to read", "the ledger");
		return NULL;
	}
	forerunner->archive = archive;
	forerunner->station = station;
	forerunner->index = first;
	forerunner->handed = first;
	forerunner->end = end;
	forerunner->portions_count = threads + 2;
	CHECK(pthread_mutex_init(&forerunner->reading, NULL) == 0);
	CHECK(pthread_mutex_init(&forerunner->lock, NULL) == 0);
	CHECK(pthread_cond_init(&forerunner->changed, NULL) == 0);
	if (make_portions(forerunner) && make_threads(forerunner, threads))
		return forerunner;
	forerunner_stop(forerunner);
	return NULL;
}

/* The portion whose turn it is; gives back the one before it. */
static struct portion *
next_portion(struct forerunner *forerunner)
{
	struct portion *portion = NULL;

	pthread_mutex_lock(&forerunner->lock);
	if (forerunner->holds) {
		forerunner->portions[forerunner->taken % forerunner->portions_count]->done =
		    false;
		forerunner->taken++;
		pthread_cond_broadcast(&forerunner->changed);
	}
	forerunner->holds = forerunner->handed < forerunner->end;
	if (forerunner->holds)
		portion = forerunner->portions[forerunner->taken % forerunner->portions_count];
	while (portion != NULL && !portion->done)
		pthread_cond_wait(&forerunner->changed, &forerunner->lock);
	pthread_mutex_unlock(&forerunner->lock);
	return portion;
}

int
forerunner_next(struct forerunner *forerunner, struct forerun *run)
{
	const struct portion *portion = next_portion(forerunner);

	*run = (struct forerun){.first = forerunner->handed};
	if (portion == NULL)
		return DISK_OK;
	if (portion->status != DISK_OK)
		return disk_fail(portion->status, "%s", portion->why);
	CHECK(portion->first == forerunner->handed && portion->count > 0);
	run->count = portion->count;
	run->glances = portion->glances;
	run->roots = portion->roots;
	forerunner->handed += portion->count;
	return DISK_OK;
}

void
forerunner_stop(struct forerunner *forerunner)
{
	pthread_mutex_lock(&forerunner->lock);
	forerunner->stopping = true;
	pthread_cond_broadcast(&forerunner->changed);
	pthread_mutex_unlock(&forerunner->lock);
	for (unsigned i = 0; i < forerunner->threads_count; i++)
		CHECK(pthread_join(forerunner->threads[i], NULL) == 0);
	for (unsigned i = 0; i < forerunner->portions_count; i++)
		free(forerunner->portions[i]);
	pthread_cond_destroy(&forerunner->changed);
	pthread_mutex_destroy(&forerunner->lock);
	pthread_mutex_destroy(&forerunner->reading);
	free(forerunner);
}
