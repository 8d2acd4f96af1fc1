#include "shell/signer.h"

#include "shell/line.h"
#include "tree/tile.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct signer_thread {
	struct signer_desk desk;
	struct signer_calls calls;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool asked;
	bool stopping;
	bool hurry;
	uint64_t size;
	struct tree_hash root;
};

struct rehash {
	struct signer_desk *desk;
	size_t count;
	int status;
	struct tree_hash leaves[TALLY_TILE_WIDTH];
};

/* A second; false if there is no time for it. */
static bool
wait_for_space(struct signer_thread *signer)
{
	struct timespec until;
	bool hurry;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec++;
	pthread_mutex_lock(&signer->lock);
	if (!signer->hurry)
		pthread_cond_timedwait(&signer->changed, &signer->lock, &until);
	hurry = signer->hurry;
	pthread_mutex_unlock(&signer->lock);
	return !hurry;
}

/* `root`: of the leaves, where they are a tile; else NULL. */
static int
append_once(struct rehash *rehash, const struct tree_hash *root)
{
	struct treefile *tree = rehash->desk->tree;

	return root == NULL ? treefile_append(tree, rehash->leaves, rehash->count)
			    : treefile_append_tile(tree, rehash->leaves, root);
}

static int
append(struct rehash *rehash, const struct tree_hash *root)
{
	struct signer_thread *patient = rehash->desk->patient;
	bool waited = false;

	for (;;) {
		int status = append_once(rehash, root);

		if (status != DISK_FULL || patient == NULL) {
			if (waited && status == DISK_OK)
				line_say("there is space again: checkpoints are signed");
			return status;
		}
		if (!waited)
			line_warn("%s; until there is space no checkpoint is signed",
				  disk_error());
		waited = true;
		if (!wait_for_space(patient))
			return status;
	}
}

/* The nodes below a whole tile's root are made once, for the treefile and the frontier. */
static bool
rehash_flush(struct rehash *rehash)
{
	struct frontier *frontier = &rehash->desk->frontier;
	struct tree_hash root;

	if (rehash->count == TALLY_TILE_WIDTH) {
		tile_root(rehash->leaves, TALLY_TILE_WIDTH, &root);
		rehash->status = append(rehash, &root);
		frontier_append_subtree(frontier, &root, TILE_HEIGHT);
	} else {
		rehash->status = append(rehash, NULL);
		for (size_t i = 0; i < rehash->count; i++)
			frontier_append(frontier, &rehash->leaves[i]);
	}
	rehash->count = 0;
	return rehash->status == DISK_OK;
}

/* Leaves are appended up to where the next tile begins. */
static bool
rehash_run(void *context, uint64_t index, const struct bytes *entries, size_t count)
{
	struct rehash *rehash = context;

	CHECK(index == rehash->desk->frontier.size + rehash->count);
	tree_leaves(entries, count, rehash->leaves + rehash->count);
	rehash->count += count;
	return (index + count) % TALLY_TILE_WIDTH != 0 || rehash_flush(rehash);
}

static int
rehash_until(struct signer_desk *desk, uint64_t size)
{
	struct rehash rehash = {.desk = desk, .status = DISK_OK};
	int status = archive_walk_runs(desk->archive, desk->frontier.size,
				       size - desk->frontier.size, rehash_run, &rehash);

	if (status == DISK_OK && rehash.status == DISK_OK && rehash.count > 0)
		rehash_flush(&rehash);
	return status != DISK_OK ? status : rehash.status;
}

int
signer_sign(struct signer_desk *desk, uint64_t size, const struct tree_hash *root)
{
	uint8_t memory[REMEMBERED_NOTE_MAX];
	struct writer note = writer_make(memory, sizeof memory);
	struct checkpoint checkpoint = {.size = size};
	struct tree_hash read_back;
	int status = rehash_until(desk, size);

	if (status != DISK_OK)
		return status;
	frontier_root(&desk->frontier, &read_back);
	if (desk->frontier.size != size || !tree_hash_equal(&read_back, root))
		return disk_fail(
		    DISK_DAMAGED,
		    "hashing the ledger again before signing size %llu: the disk gives "
		    "back other entries than were accepted; nothing is signed",
		    (unsigned long long)size);
	memcpy(checkpoint.root, read_back.bytes, sizeof checkpoint.root);
	checkpoint_write(&note, &checkpoint, desk->key);
	CHECK(!note.failed);
	return remembered_write(desk->remembered, &checkpoint, writer_view(&note));
}

static void *
signer_run(void *argument)
{
	struct signer_thread *signer = argument;

	for (;;) {
		uint64_t size;
		struct tree_hash root;

		pthread_mutex_lock(&signer->lock);
		while (!signer->asked && !signer->stopping)
			pthread_cond_wait(&signer->changed, &signer->lock);
		if (!signer->asked) {
			pthread_mutex_unlock(&signer->lock);
			return NULL;
		}
		signer->asked = false;
		size = signer->size;
		root = signer->root;
		pthread_mutex_unlock(&signer->lock);
		if (signer_sign(&signer->desk, size, &root) != DISK_OK) {
			signer->calls.failed(signer->calls.context, disk_error());
			return NULL;
		}
		signer->calls.signed_note(signer->calls.context,
					  bytes_make(signer->desk.remembered->note,
						     signer->desk.remembered->note_size));
	}
}

struct signer_thread *
signer_start(const struct signer_desk *desk, const struct signer_calls *calls)
{
	struct signer_thread *signer = calloc(1, sizeof *signer);
	pthread_condattr_t monotonic;

	if (signer == NULL)
		return NULL;
	signer->desk = *desk;
	signer->desk.patient = signer;
	signer->calls = *calls;
	pthread_mutex_init(&signer->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&signer->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	CHECK(pthread_create(&signer->thread, NULL, signer_run, signer) == 0);
	return signer;
}

void
signer_ask(struct signer_thread *signer, uint64_t size, const struct tree_hash *root)
{
	pthread_mutex_lock(&signer->lock);
	CHECK(!signer->asked);
	signer->asked = true;
	signer->size = size;
	signer->root = *root;
	pthread_cond_signal(&signer->changed);
	pthread_mutex_unlock(&signer->lock);
}

void
signer_hurry(struct signer_thread *signer)
{
	pthread_mutex_lock(&signer->lock);
	signer->hurry = true;
	pthread_cond_signal(&signer->changed);
	pthread_mutex_unlock(&signer->lock);
}

void
signer_stop(struct signer_thread *signer)
{
	pthread_mutex_lock(&signer->lock);
	signer->stopping = true;
	pthread_cond_signal(&signer->changed);
	pthread_mutex_unlock(&signer->lock);
	pthread_join(signer->thread, NULL);
	pthread_mutex_destroy(&signer->lock);
	pthread_cond_destroy(&signer->changed);
	free(signer);
}
