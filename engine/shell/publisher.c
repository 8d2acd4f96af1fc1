#include "shell/publisher.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "shell/sweep.h"
#include "shell/tiles.h"

enum {
	TEXT_SIZE_MAX = 16 * 1024 * 1024,
	TEXTS_BYTES_MAX = 512 * 1024 * 1024, /* waiting for their checkpoint */
	TEXT_NAME_MAX = 32,
};

struct text {
	struct text *next;
	uint64_t index;
	size_t size;
	uint8_t bytes[];
};

struct publisher {
	int dir_fd;
	int public_fd;
	struct tiles tiles;
	struct treefile *tree;
	publisher_done *done;
	void *context;
	_Atomic uint64_t size;
	uint64_t found_mark; /* at start */

	/* The thread's own. */
	uint64_t mark; /* DIR/published: up to here all files are proven to be on disk */
	bool swept;    /* nothing of a crash or a failure is left below DIR/public */

	pthread_t thread;
	pthread_mutex_t mutex; /* guards what follows */
	pthread_cond_t wake;
	bool stopping;
	bool asked;
	struct publication publication;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	struct text *texts;
	size_t texts_bytes;
};

static void
text_name(uint64_t index, char name[TEXT_NAME_MAX])
{
	snprintf(name, TEXT_NAME_MAX, "tally/%llu", (unsigned long long)index);
}

/* Takes the texts below `size` off the list. */
static struct text *
texts_take(struct publisher *publisher, uint64_t size)
{
	struct text **link = &publisher->texts;
	struct text *taken = NULL;

	pthread_mutex_lock(&publisher->mutex);
	while (*link != NULL) {
		struct text *text = *link;

		if (text->index >= size) {
			link = &text->next;
			continue;
		}
		*link = text->next;
		publisher->texts_bytes -= text->size;
		text->next = taken;
		taken = text;
	}
	pthread_mutex_unlock(&publisher->mutex);
	return taken;
}

static void
text_put(struct publisher *publisher, struct text *text)
{
	pthread_mutex_lock(&publisher->mutex);
	text->next = publisher->texts;
	publisher->texts = text;
	publisher->texts_bytes += text->size;
	pthread_mutex_unlock(&publisher->mutex);
}

/* After a publication: frees its texts, or keeps them for the next one. */
static void
texts_end(struct publisher *publisher, struct text *taken, bool published)
{
	while (taken != NULL) {
		struct text *text = taken;

		taken = text->next;
		if (published)
			free(text);
		else
			text_put(publisher, text);
	}
}

static int
texts_write(struct publisher *publisher, const struct text *text)
{
	for (; text != NULL; text = text->next) {
		char name[TEXT_NAME_MAX];
		int status;

		text_name(text->index, name);
		status =
		    tiles_file(&publisher->tiles, name, bytes_make(text->bytes, text->size));
		if (status != DISK_OK)
			return status;
	}
	return DISK_OK;
}

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
files_write(struct publisher *publisher, uint64_t size, const struct text *texts)
{
	struct tiles *tiles = &publisher->tiles;
	int status = DISK_OK;

	/* What an earlier process or a failed publication wrote may be in memory only, and a
	 * sync that failed once does not fail again: write it anew. */
	tiles->anew = !publisher->swept;
	if (!publisher->swept)
		status = sweep_mend(tiles, size);
	if (status == DISK_OK)
		status = tiles_make(tiles, publisher->mark, size);
	if (status == DISK_OK)
		status = texts_write(publisher, texts);
	if (status == DISK_OK && syncfs(publisher->public_fd) != 0)
		status = disk_fail_errno("sync", "public");
	return status;
}

static int
mark_write(struct publisher *publisher, uint64_t size)
{
	char text[24];
	int length = snprintf(text, sizeof text, "%llu", (unsigned long long)size);

	return disk_replace(publisher->dir_fd, "published", bytes_make(text, (size_t)length),
			    0644, true);
}

static int
results_put(struct publisher *publisher, struct bytes results)
{
	if (results.size == 0)
		return DISK_OK;
	return disk_replace(publisher->public_fd, "results", results, 0644, true);
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
	status = results_put(publisher, publication->results);
	if (status == DISK_OK)
		status = mark_write(publisher, size);
	if (status == DISK_OK) {
		publisher->mark = size;
		status = next_remove(publisher);
	}
	if (status == DISK_OK)
		status = partials_clear(publisher, from, size);
	publisher->swept = status == DISK_OK;
	return status;
}

static int
publish(struct publisher *publisher, const struct publication *publication)
{
	const struct checkpoint *checkpoint = &publication->checkpoint;
	struct text *texts = texts_take(publisher, checkpoint->size);
	int status = checkpoint_check(publisher, checkpoint);

	if (status == DISK_OK)
		status = files_write(publisher, checkpoint->size, texts);
	texts_end(publisher, texts, status == DISK_OK);
	if (status == DISK_OK && publication->waiting)
		status = disk_replace(publisher->public_fd, "checkpoint.next",
				      publication->note, 0644, true);
	else if (status == DISK_OK)
		status = note_write(publisher, publication);
	if (status != DISK_OK)
		publisher->swept = false;
	return status;
}

static void *
publisher_run(void *context)
{
	struct publisher *publisher = context;

	pthread_mutex_lock(&publisher->mutex);
	while (true) {
		int status;

		while (!publisher->asked && !publisher->stopping)
			pthread_cond_wait(&publisher->wake, &publisher->mutex);
		if (!publisher->asked)
			break;
		pthread_mutex_unlock(&publisher->mutex);
		status = publish(publisher, &publisher->publication);
		pthread_mutex_lock(&publisher->mutex);
		publisher->asked = false;
		pthread_mutex_unlock(&publisher->mutex);
		publisher->done(publisher->context, status,
				status == DISK_OK ? "" : disk_error());
		pthread_mutex_lock(&publisher->mutex);
	}
	pthread_mutex_unlock(&publisher->mutex);
	return NULL;
}

/* Size in the second line of DIR/public/NAME; 0 if there is none. */
static int
size_read(struct publisher *publisher, const char *name, uint64_t *size)
{
	struct bytes rest;
	struct bytes line;
	uint8_t *memory;
	size_t memory_size;
	int status = disk_load(publisher->public_fd, name, TALLY_CHECKPOINT_SIZE_MAX, &memory,
			       &memory_size);

	*size = 0;
	if (status == DISK_ABSENT || status == DISK_DAMAGED)
		return DISK_OK;
	if (status != DISK_OK)
		return status;
	rest = bytes_make(memory, memory_size);
	if (!text_line_next(&rest, &line) || !text_line_next(&rest, &line) ||
	    !text_decimal_parse(line, size))
		*size = 0;
	free(memory);
	return DISK_OK;
}

static int
mark_read(struct publisher *publisher, uint64_t *mark)
{
	uint8_t *memory;
	size_t size;
	int status = disk_load(publisher->dir_fd, "published", 24, &memory, &size);

	*mark = 0;
	if (status == DISK_ABSENT || status == DISK_DAMAGED)
		return DISK_OK;
	if (status != DISK_OK)
		return status;
	if (!text_decimal_parse(bytes_make(memory, size), mark))
		*mark = 0;
	free(memory);
	return DISK_OK;
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
		status = size_read(publisher, "checkpoint", &size);
	if (status == DISK_OK)
		status = size_read(publisher, "checkpoint.next", &next);
	if (status == DISK_OK && next <= size)
		status = next_remove(publisher);
	if (status == DISK_OK)
		status = mark_read(publisher, &publisher->mark);
	if (status != DISK_OK)
		return status;
	/* A mark beyond the checkpoint proves nothing: somebody exchanged one of them. */
	if (publisher->mark > size)
		publisher->mark = 0;
	publisher->found_mark = publisher->mark;
	atomic_store(&publisher->size, size);
	return DISK_OK;
}

static void
publisher_free(struct publisher *publisher)
{
	texts_end(publisher, texts_take(publisher, UINT64_MAX), true);
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
publisher_start(int dir_fd, struct archive *archive, struct treefile *tree,
		publisher_done *done, void *context)
{
	struct publisher *publisher = calloc(1, sizeof *publisher);

	if (publisher == NULL) {
		disk_fail_errno("find memory for", "the publisher");
		return NULL;
	}
	publisher->dir_fd = -1;
	publisher->public_fd = -1;
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
publisher_text(struct publisher *publisher, uint64_t index, struct bytes bytes)
{
	struct text *text;
	bool room;

	pthread_mutex_lock(&publisher->mutex);
	room = bytes.size <= TEXT_SIZE_MAX &&
	       publisher->texts_bytes <= TEXTS_BYTES_MAX - bytes.size;
	pthread_mutex_unlock(&publisher->mutex);
	if (!room)
		return disk_fail(DISK_FULL, "publish tally/%llu: too many texts wait",
				 (unsigned long long)index);
	text = malloc(sizeof *text + bytes.size);
	if (text == NULL)
		return disk_fail_errno("find memory for", "a tally text");
	text->index = index;
	text->size = bytes.size;
	memcpy(text->bytes, bytes.data, bytes.size);
	text_put(publisher, text);
	return DISK_OK;
}

bool
publisher_has_text(struct publisher *publisher, uint64_t index, const uint8_t salt[32],
		   const uint8_t hash[32])
{
	crypto_hash_sha256_state sha;
	uint8_t found[32];
	char name[TEXT_NAME_MAX];
	uint8_t *memory;
	size_t size;

	text_name(index, name);
	if (disk_load(publisher->public_fd, name, TEXT_SIZE_MAX, &memory, &size) != DISK_OK)
		return false;
	crypto_hash_sha256_init(&sha);
	crypto_hash_sha256_update(&sha, salt, 32);
	crypto_hash_sha256_update(&sha, memory, size);
	crypto_hash_sha256_final(&sha, found);
	free(memory);
	return memcmp(found, hash, sizeof found) == 0;
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
