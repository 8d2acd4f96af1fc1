#include "bench/probe/disk.h"

#include <unistd.h>

#include "base/check.h"
#include "bench/tally-bench/zeros.h"

static int file;
static off_t end;
static struct bytes given;
static void (*on_committed)(void);
static uv_sem_t asked;
static uv_async_t done;
static uv_thread_t thread;

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
	file = zeros_file(folder, DISK_BYTES);
	CHECK(file >= 0);
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
