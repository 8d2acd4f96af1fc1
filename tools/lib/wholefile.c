#include "tools/lib/wholefile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/complain.h"

enum {
	chunk_least = 64 * 1024
};

static bool
grow(struct wholefile *file, size_t *capacity)
{
	size_t wanted = *capacity ? *capacity * 2 : chunk_least;
	uint8_t *data = realloc(file->data, wanted + 1);

	if (!data)
		return false;
	file->data = data;
	*capacity = wanted;
	return true;
}

/* Reads to the end or past size_max. Regular files come in one read, pipes in many. */
static bool
fill(int fd, struct wholefile *file, size_t size_max)
{
	struct stat status;
	size_t capacity = 0;

	if (fstat(fd, &status) < 0)
		return false;
	file->mode = status.st_mode;
	if (S_ISREG(status.st_mode) && (uintmax_t)status.st_size <= size_max)
		capacity = (size_t)status.st_size / 2 + 1; /* grow() doubles it */
	while (file->size <= size_max) {
		ssize_t got;

		if ((file->size == capacity || !file->data) && !grow(file, &capacity))
			return false;
		got = read(fd, file->data + file->size, capacity - file->size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0;
		file->size += (size_t)got;
	}
	return true;
}

static enum tally_exit
refuse(struct wholefile *out, enum tally_exit code)
{
	free(out->data);
	*out = (struct wholefile){0};
	return code;
}

enum tally_exit
wholefile_read(const char *path, size_t size_max, struct wholefile *out)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	bool read_whole;

	*out = (struct wholefile){0};
	if (fd < 0)
		return complain_errno("cannot open %s", path);
	read_whole = fill(fd, out, size_max);
	if (!read_whole) {
		enum tally_exit code = complain_errno("cannot read %s", path);

		if (!is_stdin)
			close(fd);
		return refuse(out, code);
	}
	if (!is_stdin)
		close(fd);
	if (out->size > size_max) {
		complain("%s: larger than %zu bytes", path, size_max);
		return refuse(out, TALLY_EXIT_USAGE);
	}
	out->data[out->size] = 0;
	return TALLY_EXIT_FINE;
}

static bool
write_all(int fd, struct bytes bytes)
{
	size_t done = 0;

	while (done < bytes.size) {
		ssize_t put = write(fd, bytes.data + done, bytes.size - done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		done += (size_t)put;
	}
	return true;
}

enum tally_exit
wholefile_create(const char *path, mode_t mode, struct bytes bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode & 0600);
	enum tally_exit code;

	if (fd < 0)
		return complain_errno("cannot create %s", path);
	if (fchmod(fd, mode) == 0 && write_all(fd, bytes) && fsync(fd) == 0 && close(fd) == 0)
		return TALLY_EXIT_FINE;
	code = complain_errno("cannot write %s", path);
	unlink(path);
	return code;
}

enum tally_exit
wholefile_write(const char *path, struct bytes bytes)
{
	bool is_stdout = strcmp(path, "-") == 0;
	int fd = is_stdout ? STDOUT_FILENO
			   : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0)
		return complain_errno("cannot create %s", path);
	if (!write_all(fd, bytes) || (!is_stdout && close(fd) != 0))
		return complain_errno("cannot write %s", path);
	return TALLY_EXIT_FINE;
}
