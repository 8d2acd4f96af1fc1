#include "shell/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "limits.h"
#include "shell/turn.h"

struct keeper {
	int dir_fd;
	const struct manifest *manifest;
	struct archive *archive;
	struct treefile *tree;
	keeper_done *done;
	void *context;
	pthread_t thread;
	pthread_mutex_t mutex; /* guards what follows */
	pthread_cond_t wake;
	bool stopping;
	bool asked;
	bool no_memory;          /* for the blob */
	struct home_state state; /* its blob is the keeper's copy */
	uint8_t *blob;
	size_t blob_capacity;
};

static int
keep(struct keeper *keeper)
{
	int status;

	if (keeper->no_memory)
		return disk_fail(DISK_FAILED, "find memory for the poll book's state");
	status = treefile_sync(keeper->tree);
	if (status != DISK_OK)
		return status;
	return home_advance(keeper->dir_fd, keeper->manifest, keeper->archive, &keeper->state);
}

static void *
keeper_run(void *context)
{
	struct keeper *keeper = context;

	turn_late(nice_last);
	pthread_mutex_lock(&keeper->mutex);
	while (true) {
		int status;

		while (!keeper->asked && !keeper->stopping)
			pthread_cond_wait(&keeper->wake, &keeper->mutex);
		if (!keeper->asked)
			break;
		pthread_mutex_unlock(&keeper->mutex);
		status = keep(keeper);
		pthread_mutex_lock(&keeper->mutex);
		keeper->asked = false;
		pthread_mutex_unlock(&keeper->mutex);
		keeper->done(keeper->context, status, status == DISK_OK ? "" : disk_error());
		pthread_mutex_lock(&keeper->mutex);
	}
	pthread_mutex_unlock(&keeper->mutex);
	return NULL;
}

static void
keeper_free(struct keeper *keeper)
{
	if (keeper->dir_fd >= 0)
		close(keeper->dir_fd);
	pthread_cond_destroy(&keeper->wake);
	pthread_mutex_destroy(&keeper->mutex);
	free(keeper->blob);
	free(keeper);
}

struct keeper *
keeper_start(int dir_fd, const struct manifest *manifest, struct archive *archive,
	     struct treefile *tree, keeper_done *done, void *context)
{
	struct keeper *keeper = calloc(1, sizeof *keeper);

	if (keeper == NULL) {
		disk_fail_errno("find memory for", "the keeper");
		return NULL;
	}
	keeper->manifest = manifest;
	keeper->archive = archive;
	keeper->tree = tree;
	keeper->done = done;
	keeper->context = context;
	CHECK(pthread_mutex_init(&keeper->mutex, NULL) == 0);
	CHECK(pthread_cond_init(&keeper->wake, NULL) == 0);
	if (disk_open(dir_fd, ".", O_RDONLY | O_DIRECTORY, 0, &keeper->dir_fd) != DISK_OK)
		goto out;
	errno = pthread_create(&keeper->thread, NULL, keeper_run, keeper);
	if (errno != 0) {
		disk_fail_errno("start", "the keeper's thread");
		goto out;
	}
	return keeper;
out:
	keeper_free(keeper);
	return NULL;
}

static bool
copy_blob(struct keeper *keeper, struct bytes blob)
{
	if (blob.size > keeper->blob_capacity) {
		uint8_t *memory = realloc(keeper->blob, blob.size);

		if (memory == NULL)
			return false;
		keeper->blob = memory;
		keeper->blob_capacity = blob.size;
	}
	if (blob.size > 0)
		memcpy(keeper->blob, blob.data, blob.size);
	keeper->state.replay = bytes_make(keeper->blob, blob.size);
	return true;
}

void
keeper_keep(struct keeper *keeper, const struct home_state *state)
{
	pthread_mutex_lock(&keeper->mutex);
	CHECK(!keeper->asked);
	CHECK(!keeper->stopping);
	keeper->state = *state;
	keeper->no_memory = !copy_blob(keeper, state->replay);
	keeper->asked = true;
	pthread_cond_signal(&keeper->wake);
	pthread_mutex_unlock(&keeper->mutex);
}

void
keeper_stop(struct keeper *keeper)
{
	pthread_mutex_lock(&keeper->mutex);
	keeper->stopping = true;
	pthread_cond_signal(&keeper->wake);
	pthread_mutex_unlock(&keeper->mutex);
	CHECK(pthread_join(keeper->thread, NULL) == 0);
	keeper_free(keeper);
}
