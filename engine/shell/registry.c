#include "shell/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	WINDOW_RECORDS = 1024
};

static int
not_ours(const char *name, const char *why)
{
	return disk_fail(DISK_DAMAGED, "%s is not the campaign's roster: %s", name, why);
}

/* The file is as long as the manifest's count says. */
static int
size_check(int fd, const char *name, const struct manifest *manifest)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return disk_fail_errno("read", name);
	if (!S_ISREG(status.st_mode))
		return not_ours(name, "it is no file");
	return (uint64_t)status.st_size == manifest->roster_count * ROSTER_RECORD_SIZE
		   ? DISK_OK
		   : not_ours(name, "it has not as many voters as the manifest says");
}

static int
take_window(struct roster_check *check, const char *name, const uint8_t *window, size_t count)
{
	const char *why = NULL;

	for (size_t i = 0; i < count && why == NULL; i++)
		why = roster_check_take(check, window + i * ROSTER_RECORD_SIZE);
	return why == NULL
		   ? DISK_OK
		   : disk_fail(DISK_DAMAGED, "%s is not the campaign's roster: record %llu: %s",
			       name, (unsigned long long)check->frontier.size, why);
}

/* Checks, and with to_fd >= 0 copies. */
static int
walk(int from_fd, const char *name, const struct manifest *manifest, int to_fd)
{
	uint8_t window[WINDOW_RECORDS * ROSTER_RECORD_SIZE];
	struct roster_check check;
	uint64_t done = 0;
	int status = size_check(from_fd, name, manifest);
	const char *why;

	roster_check_init(&check, manifest);
	while (status == DISK_OK && done < manifest->roster_count) {
		uint64_t left = manifest->roster_count - done;
		size_t count = left < WINDOW_RECORDS ? (size_t)left : WINDOW_RECORDS;
		size_t size = count * ROSTER_RECORD_SIZE;

		status = disk_read_at(from_fd, name, window, size, done * ROSTER_RECORD_SIZE);
		if (status == DISK_OK)
			status = take_window(&check, name, window, count);
		if (status == DISK_OK && to_fd >= 0)
			status = disk_write_at(to_fd, "roster", window, size,
					       done * ROSTER_RECORD_SIZE);
		done += count;
	}
	if (status != DISK_OK)
		return status;
	why = roster_check_end(&check, manifest);
	return why == NULL ? DISK_OK : not_ours(name, why);
}

int
registry_check(int from_fd, const char *name, const struct manifest *manifest)
{
	int fd;
	int status = disk_open(from_fd, name, O_RDONLY | O_NONBLOCK, 0, &fd);

	if (status == DISK_OK)
		status = walk(fd, name, manifest, -1);
	if (fd >= 0)
		close(fd);
	return status;
}

int
registry_copy(int dir_fd, int from_fd, const char *name, const struct manifest *manifest)
{
	int to_fd = -1;
	int fd;
	int status = disk_open(from_fd, name, O_RDONLY | O_NONBLOCK, 0, &fd);

	if (status == DISK_OK)
		status = disk_open(dir_fd, "roster", O_WRONLY | O_CREAT | O_EXCL, 0644, &to_fd);
	if (status == DISK_OK && fchmod(to_fd, 0644) != 0)
		status = disk_fail_errno("write", "roster");
	if (status == DISK_OK)
		status = walk(fd, name, manifest, to_fd);
	if (status == DISK_OK)
		status = disk_sync(to_fd, "roster");
	if (to_fd >= 0)
		close(to_fd);
	if (fd >= 0)
		close(fd);
	return status;
}

static int
map(struct registry *registry, int fd)
{
	registry->map = mmap(NULL, registry->size, PROT_READ, MAP_SHARED, fd, 0);
	if (registry->map == MAP_FAILED) {
		registry->map = NULL;
		return disk_fail_errno("map", "roster");
	}
	registry->roster.records = registry->map;
	return DISK_OK;
}

static int
open_and_map(struct registry *registry, int from_fd, const char *name, int flags,
	     const struct manifest *manifest)
{
	int fd;
	int status = disk_open(from_fd, name, O_RDONLY | flags, 0, &fd);

	registry->roster.count = manifest->roster_count;
	registry->size = (size_t)manifest->roster_count * ROSTER_RECORD_SIZE;
	if (status == DISK_OK)
		status = walk(fd, name, manifest, -1);
	if (status == DISK_OK)
		status = map(registry, fd);
	if (fd >= 0)
		close(fd);
	return status;
}

int
registry_open(struct registry *registry, int dir_fd, const struct manifest *manifest)
{
	return open_and_map(registry, dir_fd, "roster", O_NOFOLLOW, manifest);
}

int
registry_open_other(struct registry *registry, int from_fd, const char *name,
		    const struct manifest *manifest)
{
	return open_and_map(registry, from_fd, name, O_NONBLOCK, manifest);
}

static bool
is_one_file(int dir_fd)
{
	struct stat ours, shown;

	return fstatat(dir_fd, "roster", &ours, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstatat(dir_fd, "public/roster", &shown, AT_SYMLINK_NOFOLLOW) == 0 &&
	       ours.st_dev == shown.st_dev && ours.st_ino == shown.st_ino;
}

int
registry_show(int dir_fd)
{
	if (is_one_file(dir_fd))
		return DISK_OK;
	if (unlinkat(dir_fd, "public/roster", 0) != 0 && errno != ENOENT)
		return disk_fail_errno("replace", "public/roster");
	if (linkat(dir_fd, "roster", dir_fd, "public/roster", 0) != 0)
		return disk_fail_errno("show the roster as", "public/roster");
	return DISK_OK;
}

void
registry_close(struct registry *registry)
{
	if (registry->map != NULL)
		munmap(registry->map, registry->size);
	*registry = (struct registry){0};
}
