#include "shell/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	path_max = 4096
};

static _Thread_local char sentence[512];

const char *
disk_error(void)
{
	return sentence;
}

int
disk_fail(int status, const char *format, ...)
{
	char made[sizeof sentence];
	va_list list;

	/* The arguments may be disk_error() itself. */
	va_start(list, format);
	vsnprintf(made, sizeof made, format, list);
	va_end(list);
	memcpy(sentence, made, sizeof made);
	return status;
}

int
disk_fail_errno(const char *did, const char *name)
{
	int error = errno;
	int status = DISK_FAILED;
	char text[128];

	if (error == ENOENT)
		status = DISK_ABSENT;
	else if (error == ENOSPC || error == EDQUOT)
		status = DISK_FULL;
	disk_fail(status, "%s %s: %s", did, name, strerror_r(error, text, sizeof text));
	errno = error;
	return status;
}

int
disk_read_at(int fd, const char *name, void *memory, size_t size, uint64_t offset)
{
	uint8_t *to = memory;
	size_t done = 0;

	while (done < size) {
		ssize_t got = pread(fd, to + done, size - done, (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return disk_fail_errno("read", name);
		if (got == 0)
			return disk_fail(DISK_DAMAGED,
					 "read %s: it ends at %llu, %zu bytes at %llu wanted",
					 name, (unsigned long long)(offset + done), size,
					 (unsigned long long)offset);
		done += (size_t)got;
	}
	return DISK_OK;
}

int
disk_write_at(int fd, const char *name, const void *memory, size_t size, uint64_t offset)
{
	const uint8_t *from = memory;
	size_t done = 0;

	while (done < size) {
		ssize_t put = pwrite(fd, from + done, size - done, (off_t)(offset + done));

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return disk_fail_errno("write", name);
		if (put == 0)
			return disk_fail(DISK_FAILED, "write %s: nothing was taken", name);
		done += (size_t)put;
	}
	return DISK_OK;
}

int
disk_sync(int fd, const char *name)
{
	return fdatasync(fd) == 0 ? DISK_OK : disk_fail_errno("sync", name);
}

int
disk_open(int dir_fd, const char *name, int flags, mode_t mode, int *fd)
{
	*fd = openat(dir_fd, name, flags | O_CLOEXEC, mode);
	return *fd >= 0 ? DISK_OK : disk_fail_errno("open", name);
}

int
disk_directory(int dir_fd, const char *name, mode_t mode, int *fd)
{
	*fd = -1;
	if (mkdirat(dir_fd, name, mode) != 0 && errno != EEXIST)
		return disk_fail_errno("make folder", name);
	return disk_open(dir_fd, name, O_RDONLY | O_DIRECTORY, 0, fd);
}

int
disk_sync_directory(int dir_fd, const char *name)
{
	return fsync(dir_fd) == 0 ? DISK_OK : disk_fail_errno("sync folder", name);
}

int
disk_sync_folder(int dir_fd, const char *name)
{
	int fd;
	int status = disk_open(dir_fd, name, O_RDONLY | O_DIRECTORY, 0, &fd);

	if (status != DISK_OK)
		return status;
	status = disk_sync_directory(fd, name);
	close(fd);
	return status;
}

static int
load_open(int fd, const char *name, size_t size_max, uint8_t **memory, size_t *size)
{
	struct stat about;
	int status;

	if (fstat(fd, &about) != 0)
		return disk_fail_errno("look at", name);
	if (!S_ISREG(about.st_mode))
		return disk_fail(DISK_FAILED, "read %s: it is not a regular file", name);
	if ((uint64_t)about.st_size > size_max)
		return disk_fail(DISK_DAMAGED, "read %s: %lld bytes, at most %zu expected",
				 name, (long long)about.st_size, size_max);
	*memory = malloc((size_t)about.st_size + 1);
	if (*memory == NULL)
		return disk_fail_errno("find memory for", name);
	*size = (size_t)about.st_size;
	(*memory)[*size] = 0;
	status = disk_read_at(fd, name, *memory, *size, 0);
	if (status != DISK_OK) {
		free(*memory);
		*memory = NULL;
		*size = 0;
	}
	return status;
}

int
disk_load(int dir_fd, const char *name, size_t size_max, uint8_t **memory, size_t *size)
{
	int fd;
	int status;

	*memory = NULL;
	*size = 0;
	/* Non-blocking, so that a pipe of that name is refused instead of waited for. */
	status = disk_open(dir_fd, name, O_RDONLY | O_NONBLOCK, 0, &fd);
	if (status != DISK_OK)
		return status;
	status = load_open(fd, name, size_max, memory, size);
	close(fd);
	return status;
}

/* Calls `each` for every folder on the way to `name`, the outermost first. */
static int
folders_each(int dir_fd, const char *name, int (*each)(int dir_fd, const char *folder))
{
	char path[path_max];
	size_t size = strlen(name);
	int status = DISK_OK;

	if (size >= sizeof path)
		return disk_fail(DISK_FAILED, "make folders of %s: the name is too long", name);
	memcpy(path, name, size + 1);
	for (size_t i = 1; i < size && status == DISK_OK; i++) {
		if (path[i] != '/')
			continue;
		path[i] = 0;
		status = each(dir_fd, path);
		path[i] = '/';
	}
	return status;
}

static int
folder_make(int dir_fd, const char *folder)
{
	if (mkdirat(dir_fd, folder, 0755) != 0 && errno != EEXIST)
		return disk_fail_errno("make folder", folder);
	return DISK_OK;
}

/* Makes the name itself durable: syncs the folder it stands in. */
static int
name_sync(int dir_fd, const char *name)
{
	char folder[path_max] = ".";
	const char *slash = strrchr(name, '/');
	int status;
	int fd;

	if (slash != NULL) {
		size_t size = slash == name ? 1 : (size_t)(slash - name);

		CHECK(size < sizeof folder);
		memcpy(folder, name, size);
		folder[size] = 0;
	}
	status = disk_open(dir_fd, folder, O_RDONLY | O_DIRECTORY, 0, &fd);
	if (status != DISK_OK)
		return status;
	status = disk_sync_directory(fd, folder);
	close(fd);
	return status;
}

static int
temporary_open(int dir_fd, const char *temporary, mode_t mode, int *fd, bool *made_folders)
{
	enum {
		flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
	};
	int status;

	*made_folders = false;
	status = disk_open(dir_fd, temporary, flags, mode, fd);
	if (status == DISK_ABSENT) {
		*made_folders = true;
		status = folders_each(dir_fd, temporary, folder_make);
		if (status == DISK_OK)
			status = disk_open(dir_fd, temporary, flags, mode, fd);
	} else if (status != DISK_OK && errno == EEXIST) {
		/* Left by a crash, perhaps with other rights: never written through. */
		if (unlinkat(dir_fd, temporary, 0) != 0)
			return disk_fail_errno("remove", temporary);
		status = disk_open(dir_fd, temporary, flags, mode, fd);
	}
	return status;
}

int
disk_replace(int dir_fd, const char *name, struct bytes bytes, mode_t mode, bool durable)
{
	char temporary[path_max];
	bool made_folders;
	int fd;
	int status;

	if (snprintf(temporary, sizeof temporary, "%s.tmp", name) >= (int)sizeof temporary)
		return disk_fail(DISK_FAILED, "write %s: the name is too long", name);
	status = temporary_open(dir_fd, temporary, mode, &fd, &made_folders);
	if (status != DISK_OK)
		return status;
	status = disk_write_at(fd, temporary, bytes.data, bytes.size, 0);
	if (status == DISK_OK && durable)
		status = disk_sync(fd, temporary);
	if (close(fd) != 0 && status == DISK_OK)
		status = disk_fail_errno("close", temporary);
	if (status == DISK_OK && renameat(dir_fd, temporary, dir_fd, name) != 0)
		status = disk_fail_errno("rename to", name);
	if (status != DISK_OK) {
		unlinkat(dir_fd, temporary, 0);
		return status;
	}
	if (durable && made_folders)
		status = folders_each(dir_fd, name, name_sync);
	if (durable && status == DISK_OK)
		status = name_sync(dir_fd, name);
	return status;
}

bool
disk_is_empty(int dir_fd)
{
	int copy = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *found;
	bool empty = dir != NULL;

	while (dir != NULL && (found = readdir(dir)) != NULL)
		if (strcmp(found->d_name, ".") != 0 && strcmp(found->d_name, "..") != 0)
			empty = false;
	if (dir != NULL)
		closedir(dir);
	return empty;
}
