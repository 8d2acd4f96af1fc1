#include "bench/probe/disk.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"

static int file;
static off_t end;
static struct bytes given;
static void (*on_committed)(void);
static uv_sem_t asked;
static uv_async_t done;
static uv_thread_t thread;

static void
fill(void)
{
	size_t size = 1024 * 1024;
	uint8_t *zeros = calloc(1, size);

	CHECK(zeros && posix_fallocate(file, 0, DISK_BYTES) == 0);
	for (off_t at = 0; at < DISK_BYTES; at += (off_t)size)
		CHECK(pwrite(file, zeros, size, at) == (ssize_t)size);
	CHECK(fsync(file) == 0);
	free(zeros);
}

static void
run(void *unused)
{
	(void)unused;
	for (;;) {
		uv_sem_wait(&asked);
		if (end + (off_t)given.size > DISK_BYTES)
			end = 0;
		CHECK(pwrite(file, given.data, given.size, end) == (ssize_t)given.size);
		CHECK(fdatasync(file) == 0);
		end += (off_t)given.size;
		CHECK(uv_async_send(&done) == 0);
	}
}

static void
on_done(uv_async_t *async)
{
	(void)async;
	on_committed();
}

void
disk_begin(uv_loop_t *loop, const char *folder, void (*committed)(void))
{
	on_committed = committed;
	file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	CHECK(file >= 0);
	fill();
	CHECK(uv_sem_init(&asked, 0) == 0 && uv_async_init(loop, &done, on_done) == 0);
	CHECK(uv_thread_create(&thread, run, NULL) == 0);
}

void
disk_commit(struct bytes bytes)
{
	CHECK(bytes.size <= DISK_BYTES);
	given = bytes;
	uv_sem_post(&asked);
}
