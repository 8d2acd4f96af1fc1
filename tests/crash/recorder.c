/* recorder: preloaded into tallyd, writes down what it does to its files and sends to its sockets,
 * one thing at a time and in the order in which the things were done (tests/lib/crashlog.h).
 *
 *   LD_PRELOAD=recorder.so RECORD_ROOT=/absolute RECORD_LOG=FILE tallyd ...
 *
 * Only paths below RECORD_ROOT are kept, without it. Syncs are written down but not done: the
 * power is cut on paper. Appends, so that several runs make one log. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/lib/crashlog.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;
static char root[PATH_MAX];
static size_t root_size;
static _Atomic bool muted = true;

static void
mute(void)
{
	muted = true;
}

static void
record_bytes(const void *bytes, size_t size)
{
	const char *from = bytes;

	while (size > 0) {
		long put = syscall(SYS_write, log_fd, from, size);

		if (put <= 0)
			abort();
		from += put;
		size -= (size_t)put;
	}
}

static bool
are_zeros(const struct iovec *parts, int count)
{
	for (int i = 0; i < count; i++) {
		const char *bytes = parts[i].iov_base;
		size_t size = parts[i].iov_len;

		if (size > 0 && (bytes[0] != 0 || memcmp(bytes, bytes + 1, size - 1) != 0))
			return false;
	}
	return true;
}

/* Called with the lock held; the first head->size bytes of the parts go with it. */
static void
record(struct crash_head *head, const char *path, const char *other, const struct iovec *parts,
       int count)
{
	int error = errno;
	size_t left = head->size;

	head->path_size = (uint32_t)strlen(path);
	head->other_size = (uint32_t)strlen(other);
	if (head->kind == CRASH_WRITE && are_zeros(parts, count))
		head->flags |= CRASH_ZEROS;
	head->stored = count > 0 && !(head->flags & CRASH_ZEROS) ? head->size : 0;
	record_bytes(head, sizeof *head);
	record_bytes(path, head->path_size);
	record_bytes(other, head->other_size);
	for (int i = 0; i < count && head->stored > 0 && left > 0; i++) {
		size_t size = parts[i].iov_len < left ? parts[i].iov_len : left;

		record_bytes(parts[i].iov_base, size);
		left -= size;
	}
	errno = error;
}

static void
record_short(enum crash_kind kind, const char *path, uint64_t size)
{
	struct crash_head head = {.kind = kind, .size = size};

	record(&head, path, "", NULL, 0);
}

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv("RECORD_LOG");
	const char *place = getenv("RECORD_ROOT");

	if (path == NULL || place == NULL)
		return;
	root_size = (size_t)snprintf(root, sizeof root, "%s", place);
	log_fd = (int)syscall(SYS_openat, AT_FDCWD, path,
			      O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (log_fd < 0 || pthread_atfork(NULL, NULL, mute) != 0)
		abort();
	muted = false;
	record_short(CRASH_RUN, "", 0);
}

__attribute__((destructor)) static void
end(void)
{
	if (!muted)
		record_short(CRASH_END, "", 0);
}

/* The place of `path` below the root, or NULL. */
static const char *
below(const char *path)
{
	if (strncmp(path, root, root_size) != 0)
		return NULL;
	return path[root_size] == '/' ? path + root_size + 1 : path[root_size] == 0 ? "" : NULL;
}

static const char *
path_of(int fd, char memory[PATH_MAX])
{
	char link[64];
	long size;

	if (muted)
		return NULL;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	size = syscall(SYS_readlink, link, memory, PATH_MAX - 1);
	if (size < 0)
		return NULL;
	memory[size] = 0;
	return below(memory);
}

static const char *
path_at(int dir_fd, const char *name, char memory[PATH_MAX])
{
	char folder[PATH_MAX];
	long size;

	if (muted)
		return NULL;
	if (name[0] == '/') {
		snprintf(memory, PATH_MAX, "%s", name);
		return below(memory);
	}
	if (dir_fd == AT_FDCWD) {
		size = syscall(SYS_readlink, "/proc/self/cwd", folder, sizeof folder - 1);
		folder[size > 0 ? size : 0] = 0;
	} else {
		const char *found = path_of(dir_fd, folder);

		if (found == NULL)
			return NULL;
	}
	if (strlen(folder) + strlen(name) + 2 > PATH_MAX)
		abort();
	memcpy(memory, folder, strlen(folder) + 1);
	if (strcmp(name, ".") != 0) {
		strcat(memory, "/");
		strcat(memory, name);
	}
	return below(memory);
}

/* files */

int
openat(int dir_fd, const char *name, int flags, ...)
{
	char memory[PATH_MAX];
	const char *path;
	struct stat about;
	bool there;
	mode_t mode = 0;
	va_list list;
	int fd;

	va_start(list, flags);
	if (flags & (O_CREAT | __O_TMPFILE))
		mode = va_arg(list, mode_t);
	va_end(list);
	if (muted || !(flags & (O_CREAT | O_TRUNC)))
		return (int)syscall(SYS_openat, dir_fd, name, flags, mode);
	pthread_mutex_lock(&lock);
	there = fstatat(dir_fd, name, &about, 0) == 0;
	fd = (int)syscall(SYS_openat, dir_fd, name, flags, mode);
	path = fd < 0 ? NULL : path_of(fd, memory);
	if (path != NULL && !there)
		record_short(CRASH_FILE, path, 0);
	else if (path != NULL && (flags & O_TRUNC) != 0 && about.st_size > 0)
		record_short(CRASH_SIZE, path, 0);
	pthread_mutex_unlock(&lock);
	return fd;
}

int
open(const char *name, int flags, ...)
{
	mode_t mode = 0;
	va_list list;

	va_start(list, flags);
	if (flags & (O_CREAT | __O_TMPFILE))
		mode = va_arg(list, mode_t);
	va_end(list);
	return openat(AT_FDCWD, name, flags, mode);
}

/* What a name op does, one at a time, and its record if it was done. */
static int
name_op(long result, enum crash_kind kind, const char *path, const char *other)
{
	struct crash_head head = {.kind = kind};

	if (result == 0 && path != NULL && other != NULL)
		record(&head, path, other, NULL, 0);
	pthread_mutex_unlock(&lock);
	return (int)result;
}

int
mkdirat(int dir_fd, const char *name, mode_t mode)
{
	char memory[PATH_MAX];
	const char *path = path_at(dir_fd, name, memory);

	pthread_mutex_lock(&lock);
	return name_op(syscall(SYS_mkdirat, dir_fd, name, mode), CRASH_FOLDER, path, "");
}

int
unlinkat(int dir_fd, const char *name, int flags)
{
	char memory[PATH_MAX];
	const char *path = path_at(dir_fd, name, memory);

	pthread_mutex_lock(&lock);
	return name_op(syscall(SYS_unlinkat, dir_fd, name, flags), CRASH_REMOVE, path, "");
}

int
renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	char memory[PATH_MAX];
	char memory_to[PATH_MAX];
	const char *path = path_at(from_fd, from, memory);
	const char *other = path_at(to_fd, to, memory_to);

	pthread_mutex_lock(&lock);
	return name_op(syscall(SYS_renameat, from_fd, from, to_fd, to), CRASH_RENAME, path,
		       other);
}

/* bytes */

static ssize_t
written(int fd, const char *path, ssize_t put, off_t offset, const struct iovec *parts,
	int count)
{
	struct crash_head head = {.kind = CRASH_WRITE, .offset = (uint64_t)offset};

	if (put > 0) {
		head.size = (uint64_t)put;
		if (fcntl(fd, F_GETFL) & O_DSYNC)
			head.flags = CRASH_SYNCED;
		record(&head, path, "", parts, count);
	}
	pthread_mutex_unlock(&lock);
	return put;
}

ssize_t
pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
	struct iovec part = {(void *)(uintptr_t)bytes, size};
	char memory[PATH_MAX];
	const char *path = path_of(fd, memory);

	if (path == NULL)
		return syscall(SYS_pwrite64, fd, bytes, size, offset);
	pthread_mutex_lock(&lock);
	return written(fd, path, syscall(SYS_pwrite64, fd, bytes, size, offset), offset, &part,
		       1);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t size, off_t offset)
{
	return pwrite(fd, bytes, size, offset);
}

ssize_t
pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
	char memory[PATH_MAX];
	const char *path = path_of(fd, memory);

	if (path == NULL)
		return syscall(SYS_pwritev, fd, parts, count, offset, 0L);
	pthread_mutex_lock(&lock);
	return written(fd, path, syscall(SYS_pwritev, fd, parts, count, offset, 0L), offset,
		       parts, count);
}

static ssize_t
sent(uint64_t socket, ssize_t put, const struct iovec *parts, int count)
{
	struct crash_head head = {.kind = CRASH_SEND, .offset = socket};

	if (put > 0) {
		head.size = (uint64_t)put;
		record(&head, "", "", parts, count);
	}
	pthread_mutex_unlock(&lock);
	return put;
}

/* Pipes and the like go through unlocked: libuv writes to one in a signal handler. */
static bool
is_socket(int fd, uint64_t *socket)
{
	struct stat about;

	*socket = 0;
	if (muted || fstat(fd, &about) != 0 || !S_ISSOCK(about.st_mode))
		return false;
	*socket = about.st_ino;
	return true;
}

ssize_t
writev(int fd, const struct iovec *parts, int count)
{
	char memory[PATH_MAX];
	const char *path = path_of(fd, memory);
	uint64_t socket;
	ssize_t put;

	if (is_socket(fd, &socket)) {
		pthread_mutex_lock(&lock);
		return sent(socket, syscall(SYS_writev, fd, parts, count), parts, count);
	}
	if (path == NULL)
		return syscall(SYS_writev, fd, parts, count);
	pthread_mutex_lock(&lock);
	put = syscall(SYS_writev, fd, parts, count);
	return written(fd, path, put, lseek(fd, 0, SEEK_CUR) - put, parts, count);
}

ssize_t
write(int fd, const void *bytes, size_t size)
{
	struct iovec part = {(void *)(uintptr_t)bytes, size};
	char memory[PATH_MAX];
	uint64_t socket;

	if (path_of(fd, memory) == NULL && !is_socket(fd, &socket))
		return syscall(SYS_write, fd, bytes, size);
	return writev(fd, &part, 1);
}

ssize_t
sendmsg(int fd, const struct msghdr *message, int flags)
{
	uint64_t socket;

	if (!is_socket(fd, &socket))
		return syscall(SYS_sendmsg, fd, message, flags);
	pthread_mutex_lock(&lock);
	return sent(socket, syscall(SYS_sendmsg, fd, message, flags), message->msg_iov,
		    (int)message->msg_iovlen);
}

/* sizes and syncs */

static int
told(int fd, enum crash_kind kind, uint64_t size, long result)
{
	char memory[PATH_MAX];
	const char *path = path_of(fd, memory);

	if (path != NULL && result == 0)
		record_short(kind, path, size);
	pthread_mutex_unlock(&lock);
	return (int)result;
}

int
ftruncate(int fd, off_t size)
{
	pthread_mutex_lock(&lock);
	return told(fd, CRASH_SIZE, (uint64_t)size, syscall(SYS_ftruncate, fd, size));
}

int
posix_fallocate(int fd, off_t offset, off_t size)
{
	pthread_mutex_lock(&lock);
	return told(fd, CRASH_RESERVE, (uint64_t)(offset + size),
		    syscall(SYS_fallocate, fd, 0, offset, size)) == 0
		   ? 0
		   : errno;
}

int
fsync(int fd)
{
	pthread_mutex_lock(&lock);
	return told(fd, CRASH_SYNC, 0, 0);
}

int
fdatasync(int fd)
{
	return fsync(fd);
}

int
syncfs(int fd)
{
	pthread_mutex_lock(&lock);
	return told(fd, CRASH_SYNC_ALL, 0, 0);
}
