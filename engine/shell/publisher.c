#include "shell/publisher.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "limits.h"
#include "shell/lawfiles.h"
#include "shell/line.h"
#include "shell/mark.h"
#include "shell/sweep.h"
#include "shell/texts.h"
#include "shell/tiles.h"
#include "shell/turn.h"

enum {
	UNSEAL_STEP = 1 << 16, /* entries whose bundles are synced and marked together */
};

struct publisher {
	int dir_fd;
	int public_fd;
	bool sealed; /* a campaign whose results are sealed until they are unsealed */
	struct tiles tiles;
	struct texts *texts;
	struct lawfiles law; /* of a sealed campaign */
	struct archive *archive;
	struct treefile *tree;
	publisher_done *done;
	void *context;
	_Atomic uint64_t size;
	uint64_t found_mark; /* at start */
	_Atomic uint64_t
	    unsealed; /* DIR/unsealed: up to here bundles are proven to be on disk */

	/* The thread's own. */
	uint64_t mark; /* DIR/published: up to here all files are proven to be on disk */
	bool swept;    /* nothing of a crash or a failure is left below DIR/public */

	pthread_t thread;
	pthread_mutex_t mutex; /* guards what follows */
	pthread_cond_t wake;
	bool stopping;
	bool asked;
	bool texts_came;
	struct publication publication;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
};

static int
checkpoint_check(struct publisher *publisher, const struct checkpoint *checkpoint)
{
	struct tree_hash root;

	if (checkpoint->size < publisher_size(publisher))
		return disk_fail(DISK_DAMAGED,
				 "publish: a checkpoint of size %llu is public already, this "
				 "one has %llu",
				 (unsigned long long)publisher_size(publisher),
				 (unsigned long long)checkpoint->size);
	if (!proof_root(checkpoint->size, treefile_source, publisher->tree, &root))
		return disk_fail(DISK_FAILED, "publish: %s", disk_error());
	if (memcmp(root.bytes, checkpoint->root, sizeof root.bytes) == 0)
		return DISK_OK;
	return disk_fail(DISK_DAMAGED,
			 "publish: the tree's root at %llu is not the checkpoint's",
			 (unsigned long long)checkpoint->size);
}

static int
sync_public(const struct publisher *publisher)
{
	return syncfs(publisher->public_fd) == 0 ? DISK_OK : disk_fail_errno("sync", "public");
}

/* Synced: texts below `size` have been printed before. */
static int
unsealed_write(struct publisher *publisher, uint64_t size)
{
	int status = mark_write(publisher->dir_fd, "unsealed", size);

	if (status == DISK_OK)
		atomic_store(&publisher->unsealed, size);
	return status;
}

/* Bundles of a sealed campaign come all at once: step by step, so that a crash costs one step. */
static int
unseal(struct publisher *publisher, uint64_t size)
{
	uint64_t from = atomic_load(&publisher->unsealed);
	int status = DISK_OK;

	while (status == DISK_OK && from < size) {
		uint64_t to = (from / UNSEAL_STEP + 1) * UNSEAL_STEP;

		if (to > size)
			to = size;
		status = tiles_bundles(&publisher->tiles, from, to);
		if (status == DISK_OK)
			status = sync_public(publisher);
		if (status == DISK_OK)
			status = unsealed_write(publisher, to);
		from = to;
	}
	return status;
}

static int
content_write(struct publisher *publisher, const struct publication *publication)
{
	uint64_t size = publication->checkpoint.size;
	int status = texts_store(publisher->texts);

	if (status == DISK_OK && publication->sealed)
		return texts_sync(publisher->texts);
	if (status == DISK_OK)
		status = texts_print(publisher->texts, &publisher->tiles, size);
	if (status != DISK_OK)
		return status;
	if (publisher->sealed)
		return unseal(publisher, size);
	return tiles_bundles(&publisher->tiles, publisher->mark, size);
}

/* What an earlier process or a failed publication wrote may be in memory only, and a sync that
 * failed once does not fail again: it is written anew. R1: but no bundle somebody put there. */
static int
mend(struct publisher *publisher, const struct publication *publication)
{
	struct tiles *tiles = &publisher->tiles;
	uint64_t count;
	int status = DISK_OK;

	tiles->anew = !publisher->swept;
	if (publisher->swept)
		return DISK_OK;
	if (publication->sealed)
		status = sweep_sealed(tiles, &count);
	return status == DISK_OK ? sweep_mend(tiles, publication->checkpoint.size) : status;
}

static int
files_write(struct publisher *publisher, const struct publication *publication)
{
	const struct checkpoint *checkpoint = &publication->checkpoint;
	int status = mend(publisher, publication);

	if (status == DISK_OK)
		status = tiles_make(&publisher->tiles, publisher->mark, checkpoint->size);
	if (status == DISK_OK && publisher->sealed)
		status = lawfiles_make(&publisher->law, checkpoint, publication->note);
	if (status == DISK_OK)
		status = content_write(publisher, publication);
	if (status == DISK_OK)
		status = sync_public(publisher);
	if (status == DISK_OK && publisher->sealed)
		lawfiles_made(&publisher->law, checkpoint->size);
	return status;
}

static int
partials_clear(struct publisher *publisher, uint64_t from, uint64_t size)
{
	if (!publisher->swept)
		return sweep_partials(&publisher->tiles, size);
	return sweep_partials_since(&publisher->tiles, from, size);
}

static int
next_remove(struct publisher *publisher)
{
	if (unlinkat(publisher->public_fd, "checkpoint.next", 0) == 0 || errno == ENOENT)
		return DISK_OK;
	return disk_fail_errno("remove", "public/checkpoint.next");
}

/* All its files are there and synced: now the note, and what it makes superfluous. */
static int
note_write(struct publisher *publisher, const struct publication *publication)
{
	uint64_t size = publication->checkpoint.size;
	uint64_t from = publisher->mark;
	int status =
	    disk_replace(publisher->public_fd, "checkpoint", publication->note, 0644, true);

	if (status != DISK_OK)
		return status;
	atomic_store_explicit(&publisher->size, size, memory_order_release);
	if (publication->results != NULL)
		status = disk_replace(publisher->public_fd, "results",
				      publication->results(publication->results_context), 0644,
				      true);
	if (status == DISK_OK)
		status = mark_write(publisher->dir_fd, "published", size);
	if (status == DISK_OK) {
		publisher->mark = size;
		status = next_remove(publisher);
	}
	if (status == DISK_OK && !publication->sealed)
		status = texts_clear(publisher->texts, size);
	if (status == DISK_OK)
		status = partials_clear(publisher, from, size);
	publisher->swept = status == DISK_OK;
	return status;
}

static int
publish(struct publisher *publisher, const struct publication *publication)
{
	int status = checkpoint_check(publisher, &publication->checkpoint);

	CHECK(publisher->sealed || !publication->sealed);
	if (status == DISK_OK)
		status = files_write(publisher, publication);
	if (status == DISK_OK && publication->waiting)
		status = disk_replace(publisher->public_fd, "checkpoint.next",
				      publication->note, 0644, true);
	else if (status == DISK_OK)
		status = note_write(publisher, publication);
	if (status != DISK_OK)
		publisher->swept = false;
	return status;
}

static void
publish_asked(struct publisher *publisher)
{
	int status = publish(publisher, &publisher->publication);

	pthread_mutex_lock(&publisher->mutex);
	publisher->asked = false;
	pthread_mutex_unlock(&publisher->mutex);
	publisher->done(publisher->context, status, status == DISK_OK ? "" : disk_error());
}

/* What stays in memory is tried again with the next text or publication. */
static void
store_texts(struct publisher *publisher)
{
	if (texts_store(publisher->texts) != DISK_OK)
		line_warn("keeping a tally's text: %s", disk_error());
}

static void *
publisher_run(void *context)
{
	struct publisher *publisher = context;

	turn_late(nice_late);
	while (true) {
		bool asked;
		bool texts_came;

		pthread_mutex_lock(&publisher->mutex);
		while (!publisher->asked && !publisher->stopping && !publisher->texts_came)
			pthread_cond_wait(&publisher->wake, &publisher->mutex);
		asked = publisher->asked;
		texts_came = publisher->texts_came;
		publisher->texts_came = false;
		pthread_mutex_unlock(&publisher->mutex);
		if (asked)
			publish_asked(publisher);
		else if (texts_came)
			store_texts(publisher);
		else
			return NULL;
	}
}

static int
marks_read(struct publisher *publisher, uint64_t size)
{
	uint64_t unsealed = 0;
	int status = mark_read(publisher->dir_fd, "published", &publisher->mark);

	if (status == DISK_OK && publisher->sealed)
		status = mark_read(publisher->dir_fd, "unsealed", &unsealed);
	/* A mark beyond the checkpoint proves nothing: somebody exchanged one of them. Bundles
	 * are unsealed ahead of the checkpoint, but in the same folder. */
	if (size == 0 || publisher->mark > size)
		publisher->mark = unsealed = 0;
	if (unsealed > archive_size(publisher->archive))
		unsealed = 0;
	publisher->found_mark = publisher->mark;
	atomic_store(&publisher->unsealed, unsealed);
	atomic_store(&publisher->size, size);
	return status;
}

static int
publisher_open(struct publisher *publisher, int dir_fd)
{
	uint64_t size;
	uint64_t next;
	int status = disk_open(dir_fd, ".", O_RDONLY | O_DIRECTORY, 0, &publisher->dir_fd);

	if (status == DISK_OK)
		status = disk_directory(dir_fd, "public", 0755, &publisher->public_fd);
	if (status == DISK_OK)
		status = mark_read_note(publisher->public_fd, "checkpoint", &size);
	if (status == DISK_OK)
		status = mark_read_note(publisher->public_fd, "checkpoint.next", &next);
	if (status == DISK_OK && next <= size)
		status = next_remove(publisher);
	if (status == DISK_OK)
		status = marks_read(publisher, size);
	if (status == DISK_OK && publisher->sealed)
		status = lawfiles_open(&publisher->law, publisher->public_fd,
				       publisher->archive, publisher->tree, publisher->mark);
	publisher->texts = status == DISK_OK ? texts_open(dir_fd, publisher->archive) : NULL;
	return publisher->texts == NULL ? DISK_FAILED : DISK_OK;
}

static void
publisher_free(struct publisher *publisher)
{
	if (publisher->texts != NULL)
		texts_close(publisher->texts);
	lawfiles_free(&publisher->law);
	tiles_free(&publisher->tiles);
	if (publisher->public_fd >= 0)
		close(publisher->public_fd);
	if (publisher->dir_fd >= 0)
		close(publisher->dir_fd);
	pthread_cond_destroy(&publisher->wake);
	pthread_mutex_destroy(&publisher->mutex);
	free(publisher);
}

struct publisher *
publisher_start(int dir_fd, struct archive *archive, struct treefile *tree, bool sealed,
		publisher_done *done, void *context)
{
	struct publisher *publisher = calloc(1, sizeof *publisher);

	if (publisher == NULL) {
		disk_fail_errno("find memory for", "the publisher");
		return NULL;
	}
	publisher->dir_fd = -1;
	publisher->public_fd = -1;
	publisher->sealed = sealed;
	publisher->archive = archive;
	publisher->tree = tree;
	publisher->done = done;
	publisher->context = context;
	CHECK(pthread_mutex_init(&publisher->mutex, NULL) == 0);
	CHECK(pthread_cond_init(&publisher->wake, NULL) == 0);
	if (publisher_open(publisher, dir_fd) != DISK_OK)
		goto out;
	tiles_init(&publisher->tiles, publisher->public_fd, archive, tree);
	errno = pthread_create(&publisher->thread, NULL, publisher_run, publisher);
	if (errno != 0) {
		disk_fail_errno("start", "the publisher's thread");
		goto out;
	}
	return publisher;
out:
	publisher_free(publisher);
	return NULL;
}

uint64_t
publisher_size(const struct publisher *publisher)
{
	return atomic_load_explicit(&publisher->size, memory_order_acquire);
}

uint64_t
publisher_finished(const struct publisher *publisher)
{
	return publisher->found_mark;
}

int
publisher_seal(struct publisher *publisher, uint64_t *count)
{
	struct tiles tiles = {.public_fd = publisher->public_fd};
	int status = sweep_sealed(&tiles, count);

	CHECK(publisher->sealed);
	if (status == DISK_OK && atomic_load(&publisher->unsealed) > 0)
		status = unsealed_write(publisher, 0);
	return status;
}

int
publisher_text(struct publisher *publisher, uint64_t index, struct bytes bytes)
{
	int status = texts_add(publisher->texts, index, bytes);

	pthread_mutex_lock(&publisher->mutex);
	publisher->texts_came = true;
	pthread_cond_signal(&publisher->wake);
	pthread_mutex_unlock(&publisher->mutex);
	return status;
}

uint64_t
publisher_texts_proven(const struct publisher *publisher)
{
	uint64_t size = publisher_size(publisher);
	uint64_t unsealed = atomic_load(&publisher->unsealed);

	return publisher->sealed && unsealed < size ? unsealed : size;
}

bool
publisher_has_text(struct publisher *publisher, uint64_t index, const uint8_t salt[32],
		   const uint8_t hash[32])
{
	bool in_public = !publisher->sealed || index < atomic_load(&publisher->unsealed);

	return texts_has(publisher->texts, index, salt, hash, in_public);
}

void
publisher_publish(struct publisher *publisher, const struct publication *publication)
{
	struct bytes note = publication->note;

	CHECK(note.size <= sizeof publisher->note);
	pthread_mutex_lock(&publisher->mutex);
	CHECK(!publisher->asked);
	CHECK(!publisher->stopping);
	publisher->publication = *publication;
	memcpy(publisher->note, note.data, note.size);
	publisher->publication.note = bytes_make(publisher->note, note.size);
	publisher->asked = true;
	pthread_cond_signal(&publisher->wake);
	pthread_mutex_unlock(&publisher->mutex);
}

void
publisher_stop(struct publisher *publisher)
{
	pthread_mutex_lock(&publisher->mutex);
	publisher->stopping = true;
	pthread_cond_signal(&publisher->wake);
	pthread_mutex_unlock(&publisher->mutex);
	CHECK(pthread_join(publisher->thread, NULL) == 0);
	publisher_free(publisher);
}
