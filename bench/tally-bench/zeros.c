#include "bench/tally-bench/zeros.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* 0, or an errno. */
static int
fill(int file, uint64_t size)
{
	static const uint8_t zeros[1024 * 1024];
	int error = size > 0 ? posix_fallocate(file, 0, (off_t)size) : 0;

	for (uint64_t at = 0; at < size && error == 0;) {
		uint64_t part = size - at < sizeof zeros ? size - at : sizeof zeros;
		ssize_t written = pwrite(file, zeros, part, (off_t)at);

		if (written >= 0)
			at += (uint64_t)written;
		else if (errno != EINTR)
			error = errno;
	}
	return error == 0 && fsync(file) != 0 ? errno : error;
}

int
zeros_file(const char *folder, uint64_t size)
{
	int file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	int error = file >= 0 ? fill(file, size) : errno;

	if (error == 0)
		return file;
	if (file >= 0)
		close(file);
	errno = error;
	return -1;
}
