#include "shell/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shell/disk.h"

enum {
	FILE_FLAGS = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
};

/* What there is but is no file of ours is as good as absent. */
static int
fail(const char *name)
{
	if (errno == ELOOP || errno == ENOTDIR || errno == EXDEV || errno == ENXIO ||
	    errno == ENAMETOOLONG)
		return disk_fail(DISK_ABSENT, "open %s: not a regular file", name);
	return disk_fail_errno("open", name);
}

/* Takes the descriptor. */
static int
accept_regular(int opened, const char *name, int *fd, struct stat *about)
{
	*fd = -1;
	if (fstat(opened, about) != 0) {
		int status = disk_fail_errno("look at", name);

		close(opened);
		return status;
	}
	if (!S_ISREG(about->st_mode)) {
		close(opened);
		return disk_fail(DISK_ABSENT, "open %s: not a regular file", name);
	}
	*fd = opened;
	return DISK_OK;
}

/* Opens the folder that `name` begins with and closes `folder_fd`; -1 as open. */
static int
step_down(int folder_fd, const char *name, size_t size)
{
	char part[NAME_MAX + 1];
	int fd;

	if (size > NAME_MAX) {
		close(folder_fd);
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(part, name, size);
	part[size] = 0;
	fd = openat(folder_fd, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	close(folder_fd);
	return fd;
}

int
beneath_walk(int folder_fd, const char *name, int *fd, struct stat *about)
{
	const char *rest = name;
	int at = openat(folder_fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int opened;

	*fd = -1;
	for (const char *slash = strchr(rest, '/'); at >= 0 && slash != NULL;
	     slash = strchr(rest, '/')) {
		at = step_down(at, rest, (size_t)(slash - rest));
		rest = slash + 1;
	}
	if (at < 0)
		return fail(name);
	opened = openat(at, rest, FILE_FLAGS);
	close(at);
	return opened < 0 ? fail(name) : accept_regular(opened, name, fd, about);
}

int
beneath_open(int folder_fd, const char *name, int *fd, struct stat *about)
{
	struct open_how how = {.flags = FILE_FLAGS,
			       .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
					  RESOLVE_NO_MAGICLINKS};
	long opened = syscall(SYS_openat2, folder_fd, name, &how, sizeof how);

	if (opened >= 0)
		return accept_regular((int)opened, name, fd, about);
	if (errno == ENOSYS || errno == EPERM)
		return beneath_walk(folder_fd, name, fd, about);
	*fd = -1;
	return fail(name);
}
