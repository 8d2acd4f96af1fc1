#include "shell/committer.h"

#include "limits.h"
#include "shell/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	ZEROS_SIZE = 1024 * 1024
};

struct committer {
	int dir_fd;
	uint8_t campaign[TALLY_HASH_SIZE];
	struct archive *archive;
	struct committer_calls calls;
	uint64_t segment_bytes;
	pthread_t writer;
	pthread_t reserver;
	/* the writer's own */
	int fd;
	uint64_t checksum;
	/* under the lock */
	pthread_mutex_t lock;
	pthread_cond_t job_came;       /* for the writer */
	pthread_cond_t short_of_space; /* for the reserver */
	struct committer_batch job;
	bool job_waits;
	bool stopping;
	bool reserve_wanted;
	bool reserved; /* segment + 1 is there */
	uint32_t segment;
	uint64_t offset;
	uint64_t size; /* of the segment being written */
};

uint64_t
committer_segment_bytes(uint32_t voters_max)
{
	uint64_t wanted = (uint64_t)voters_max * 80;
	uint64_t size = segment_bytes_least;

	while (size < wanted && size < segment_bytes)
		size *= 2;
	return size;
}

static int
fill_zeros(int fd, const char *name, uint64_t size)
{
	uint8_t *zeros = calloc(1, ZEROS_SIZE);
	int status =
	    zeros == NULL ? disk_fail(DISK_FAILED, "filling %s: no memory", name) : DISK_OK;

	for (uint64_t at = 0; at < size && status == DISK_OK; at += ZEROS_SIZE) {
		size_t part = size - at < ZEROS_SIZE ? (size_t)(size - at) : ZEROS_SIZE;

		status = disk_write_at(fd, name, zeros, part, at);
		/* Not all at once at the sync: a batch's would wait behind it. That one says
		 * whether they are on disk. */
		if (status == DISK_OK)
			(void)sync_file_range(fd, (off_t)at, (off_t)part,
					      SYNC_FILE_RANGE_WAIT_BEFORE |
						  SYNC_FILE_RANGE_WRITE |
						  SYNC_FILE_RANGE_WAIT_AFTER);
	}
	free(zeros);
	return status;
}

static int
reserve_blocks(int fd, const char *name, uint64_t size)
{
	int error = posix_fallocate(fd, 0, (off_t)size);

	if (error == 0)
		return DISK_OK;
	return disk_fail(error == ENOSPC ? DISK_FULL : DISK_FAILED,
			 "reserving %llu bytes for %s: %s", (unsigned long long)size, name,
			 strerror(error));
}

int
committer_make_segment(int dir_fd, uint32_t number, uint64_t size,
		       const uint8_t campaign[TALLY_HASH_SIZE])
{
	struct segment segment = {.number = number, .size = size};
	uint8_t header[SEGMENT_HEADER_SIZE];
	char name[SEGMENT_NAME_MAX];
	char making[SEGMENT_NAME_MAX + 8];
	int fd = -1;
	int status;

	memcpy(segment.campaign, campaign, TALLY_HASH_SIZE);
	segment_header_write(&segment, header);
	segment_name(number, name);
	snprintf(making, sizeof making, "%s.new", name);
	status = disk_open(dir_fd, making, O_RDWR | O_CREAT | O_TRUNC, 0600, &fd);
	if (status == DISK_OK)
		status = reserve_blocks(fd, making, size);
	if (status == DISK_OK)
		status = fill_zeros(fd, making, size);
	if (status == DISK_OK)
		status = disk_write_at(fd, making, header, sizeof header, 0);
	if (status == DISK_OK && fsync(fd) != 0)
		status = disk_fail(DISK_FAILED, "syncing %s: %s", making, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (status == DISK_OK && renameat(dir_fd, making, dir_fd, name) != 0)
		status = disk_fail(DISK_FAILED, "naming %s: %s", name, strerror(errno));
	if (status == DISK_OK)
		status = disk_sync_folder(dir_fd, "ledger");
	if (status != DISK_OK)
		unlinkat(dir_fd, making, 0);
	return status;
}

/* Called with the lock held. */
static uint64_t
space_left(const struct committer *committer)
{
	uint64_t here = committer->size - committer->offset;

	return committer->reserved ? committer->segment_bytes - SEGMENT_HEADER_SIZE : here;
}

static int
open_segment(struct committer *committer, uint32_t number)
{
	char name[SEGMENT_NAME_MAX];
	off_t end;
	int status;

	segment_name(number, name);
	if (committer->fd >= 0)
		close(committer->fd);
	status = disk_open(committer->dir_fd, name, O_RDWR, 0, &committer->fd);
	if (status != DISK_OK)
		return status;
	end = lseek(committer->fd, 0, SEEK_END);
	if (end < 0)
		return disk_fail(DISK_FAILED, "measuring %s: %s", name, strerror(errno));
	committer->size = (uint64_t)end;
	return DISK_OK;
}

static int
next_segment(struct committer *committer)
{
	int status;

	pthread_mutex_lock(&committer->lock);
	CHECK(committer->reserved); /* the station asked for space first */
	committer->reserved = false;
	committer->segment++;
	committer->offset = SEGMENT_HEADER_SIZE;
	status = open_segment(committer, committer->segment);
	pthread_mutex_unlock(&committer->lock);
	if (status == DISK_OK)
		status = archive_add_segment(committer->archive, committer->segment);
	return status;
}

/* Both take their time in *done. */
static int
write_and_sync(const struct committer *committer, const char *name, struct bytes bytes,
	       struct committer_done *done)
{
	uint64_t began = clock_mono_ns();
	uint64_t written;
	int status =
	    disk_write_at(committer->fd, name, bytes.data, bytes.size, committer->offset);

	written = clock_mono_ns();
	if (status == DISK_OK)
		status = disk_sync(committer->fd, name);
	done->write_ns = written - began;
	done->sync_ns = clock_mono_ns() - written;
	return status;
}

static int
write_batch(struct committer *committer, const struct committer_batch *job,
	    struct committer_done *done)
{
	char name[SEGMENT_NAME_MAX];
	struct batch batch = {.number = job->number,
			      .first_index = job->first_index,
			      .entries_count = job->entries_count,
			      .previous = committer->checksum,
			      .entries = {job->memory + BATCH_HEADER_SIZE, job->entries_size},
			      .size = batch_size(job->entries_size)};
	int status = DISK_OK;

	if (batch.size > committer->size - committer->offset)
		status = next_segment(committer);
	batch.checksum = batch_seal(job->memory, &batch, committer->campaign);
	segment_name(committer->segment, name);
	if (status == DISK_OK)
		status =
		    write_and_sync(committer, name, bytes_make(job->memory, batch.size), done);
	if (status == DISK_OK)
		status = archive_add_batch(committer->archive, &batch, committer->segment,
					   committer->offset);
	if (status == DISK_OK)
		committer->checksum = batch.checksum;
	done->checksum = batch.checksum;
	done->entries_count = batch.entries_count;
	done->bytes = batch.size;
	return status;
}

static void
finish_batch(struct committer *committer, struct committer_done *done)
{
	pthread_mutex_lock(&committer->lock);
	committer->offset += done->bytes;
	if (!committer->reserved && committer->offset > committer->size / 2) {
		committer->reserve_wanted = true;
		pthread_cond_signal(&committer->short_of_space);
	}
	done->space = space_left(committer);
	done->ledger_bytes = committer->segment * committer->segment_bytes + committer->offset;
	committer->calls.committed(committer->calls.context, done);
	pthread_mutex_unlock(&committer->lock);
}

/* L3: nothing is written after it, not even a segment in reserve. */
static void
poison(struct committer *committer)
{
	pthread_mutex_lock(&committer->lock);
	committer->stopping = true;
	pthread_cond_signal(&committer->job_came);
	pthread_cond_signal(&committer->short_of_space);
	pthread_mutex_unlock(&committer->lock);
	committer->calls.failed(committer->calls.context, disk_error());
}

static void *
writer_run(void *argument)
{
	struct committer *committer = argument;

	for (;;) {
		struct committer_batch job;
		struct committer_done done;

		pthread_mutex_lock(&committer->lock);
		while (!committer->job_waits && !committer->stopping)
			pthread_cond_wait(&committer->job_came, &committer->lock);
		if (!committer->job_waits) {
			pthread_mutex_unlock(&committer->lock);
			return NULL;
		}
		job = committer->job;
		committer->job_waits = false;
		pthread_mutex_unlock(&committer->lock);
		if (write_batch(committer, &job, &done) != DISK_OK) {
			poison(committer);
			return NULL;
		}
		finish_batch(committer, &done);
	}
}

/* Called with the lock held. The condition is signalled at every commit as well: a full disk is
 * not asked again so often. */
static void
wait_a_second(struct committer *committer)
{
	struct timespec until;
	int waited = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec++;
	while (!committer->stopping && waited == 0)
		waited = pthread_cond_timedwait(&committer->short_of_space, &committer->lock,
						&until);
}

/* Called with the lock held, which it gives back meanwhile. */
static void
make_reserve(struct committer *committer, bool *complained)
{
	uint32_t number = committer->segment + 1;
	int status;

	pthread_mutex_unlock(&committer->lock);
	status = committer_make_segment(committer->dir_fd, number, committer->segment_bytes,
					committer->campaign);
	pthread_mutex_lock(&committer->lock);
	if (status != DISK_OK) {
		if (!*complained)
			committer->calls.say(committer->calls.context, disk_error());
		*complained = true;
		wait_a_second(committer);
		return;
	}
	*complained = false;
	committer->reserve_wanted = false;
	committer->reserved = true;
	committer->calls.space(committer->calls.context, space_left(committer));
}

static void *
reserver_run(void *argument)
{
	struct committer *committer = argument;
	bool complained = false;

	pthread_mutex_lock(&committer->lock);
	while (!committer->stopping) {
		if (committer->reserve_wanted)
			make_reserve(committer, &complained);
		else
			pthread_cond_wait(&committer->short_of_space, &committer->lock);
	}
	pthread_mutex_unlock(&committer->lock);
	return NULL;
}

static void
committer_free(struct committer *committer)
{
	if (committer->fd >= 0)
		close(committer->fd);
	pthread_mutex_destroy(&committer->lock);
	pthread_cond_destroy(&committer->job_came);
	pthread_cond_destroy(&committer->short_of_space);
	free(committer);
}

static struct committer *
committer_make(int dir_fd, const uint8_t *campaign, const struct committer_place *place)
{
	struct committer *committer = calloc(1, sizeof *committer);
	pthread_condattr_t monotonic;

	if (committer == NULL)
		return NULL;
	committer->fd = -1;
	memcpy(committer->campaign, campaign, TALLY_HASH_SIZE);
	committer->segment_bytes = place->segment_bytes;
	committer->checksum = place->checksum;
	committer->segment = place->segment;
	committer->offset = place->offset;
	committer->reserved = place->segments_count > place->segment + 1;
	pthread_mutex_init(&committer->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&committer->job_came, NULL);
	pthread_cond_init(&committer->short_of_space, &monotonic);
	pthread_condattr_destroy(&monotonic);
	committer->dir_fd = dir_fd;
	if (open_segment(committer, place->segment) != DISK_OK) {
		committer_free(committer);
		return NULL;
	}
	CHECK(committer->offset <= committer->size);
	committer->reserve_wanted =
	    !committer->reserved && committer->offset > committer->size / 2;
	return committer;
}

struct committer *
committer_start(int dir_fd, const uint8_t campaign[TALLY_HASH_SIZE], struct archive *archive,
		const struct committer_place *place, const struct committer_calls *calls)
{
	struct committer *committer = committer_make(dir_fd, campaign, place);

	if (committer == NULL)
		return NULL;
	committer->archive = archive;
	committer->calls = *calls;
	CHECK(pthread_create(&committer->writer, NULL, writer_run, committer) == 0);
	CHECK(pthread_create(&committer->reserver, NULL, reserver_run, committer) == 0);
	return committer;
}

uint64_t
committer_space(struct committer *committer)
{
	uint64_t space;

	pthread_mutex_lock(&committer->lock);
	space = space_left(committer);
	pthread_mutex_unlock(&committer->lock);
	return space;
}

void
committer_commit(struct committer *committer, const struct committer_batch *batch)
{
	pthread_mutex_lock(&committer->lock);
	CHECK(!committer->job_waits);
	committer->job = *batch;
	committer->job_waits = true;
	pthread_cond_signal(&committer->job_came);
	pthread_mutex_unlock(&committer->lock);
}

void
committer_stop(struct committer *committer)
{
	pthread_mutex_lock(&committer->lock);
	committer->stopping = true;
	pthread_cond_signal(&committer->job_came);
	pthread_cond_signal(&committer->short_of_space);
	pthread_mutex_unlock(&committer->lock);
	pthread_join(committer->writer, NULL);
	pthread_join(committer->reserver, NULL);
	committer_free(committer);
}
