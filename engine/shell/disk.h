/* disk: files, with one sentence for everything that goes wrong.
 *
 * Every function returns 0 or a negative status; on failure disk_error() of the same thread says
 * "what we did: why" with the path. Nothing is retried: a failed write or sync is the truth.
 * Thread: any (the sentence is per thread). */
#ifndef TALLY_SHELL_DISK_H
#define TALLY_SHELL_DISK_H

#include "base/bytes.h"
#include "base/check.h"

#include <stdarg.h>
#include <sys/types.h>

enum disk_status {
	DISK_OK = 0,
	DISK_FAILED = -1,  /* the world refused; errno is in the sentence */
	DISK_ABSENT = -2,  /* the file does not exist */
	DISK_FULL = -3,    /* ENOSPC or EDQUOT */
	DISK_DAMAGED = -4, /* the bytes are not what they must be */
};

const char *
disk_error(void);

/* Sets the sentence (for callers that find damage themselves); returns `status`. */
int
disk_fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "DID NAME: " and what errno means, which is kept; ENOENT is DISK_ABSENT, ENOSPC and EDQUOT are
 * DISK_FULL, all else is DISK_FAILED. */
int
disk_fail_errno(const char *did, const char *name);

/* All of it or failure; short reads and EINTR are handled. Reading past the end is DISK_DAMAGED. */
MUST_USE int
disk_read_at(int fd, const char *name, void *memory, size_t size, uint64_t offset);

MUST_USE int
disk_write_at(int fd, const char *name, const void *memory, size_t size, uint64_t offset);

/* fdatasync. */
MUST_USE int
disk_sync(int fd, const char *name);

/* Opens `name` in the directory `dir_fd` (AT_FDCWD: the working directory), O_CLOEXEC added.
 * *fd is -1 on failure. */
MUST_USE int
disk_open(int dir_fd, const char *name, int flags, mode_t mode, int *fd);

/* mkdir if absent, open as directory. */
MUST_USE int
disk_directory(int dir_fd, const char *name, mode_t mode, int *fd);

/* fsync of the directory `dir_fd`; `name` is for the sentence. */
MUST_USE int
disk_sync_directory(int dir_fd, const char *name);

/* True if the directory can be read and nothing is in it. */
MUST_USE bool
disk_is_empty(int dir_fd);

/* Opens the directory `name` in `dir_fd`, syncs and closes it. */
MUST_USE int
disk_sync_folder(int dir_fd, const char *name);

/* Whole file into malloc'ed memory, NUL after its end. At most `size_max` bytes, else
 * DISK_DAMAGED. */
MUST_USE int
disk_load(int dir_fd, const char *name, size_t size_max, uint8_t **memory, size_t *size);

/* Writes NAME.tmp and renames it to NAME; with `durable`, syncs the file before the rename and
 * the directory after it. Makes missing folders of NAME. */
MUST_USE int
disk_replace(int dir_fd, const char *name, struct bytes bytes, mode_t mode, bool durable);

#endif
