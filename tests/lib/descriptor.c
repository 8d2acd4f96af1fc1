#include "tests/lib/descriptor.h"

#include <fcntl.h>
#include <unistd.h>

int
test_descriptor(const char *path)
{
	char found[600];
	char link[64];

	for (int fd = 3; fd < 256; fd++) {
		ssize_t size;

		snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
		size = readlink(link, found, sizeof found - 1);
		if (size < 0 || (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDWR)
			continue;
		found[size] = '\0';
		if (strcmp(found, path) == 0)
			return fd;
	}
	fail_msg("%s is not open", path);
	return -1;
}

void
test_descriptor_exchange(int fd, const char *path, int flags)
{
	int other = open(path, flags | O_CLOEXEC);

	assert_true(other >= 0);
	assert_int_equal(dup2(other, fd), fd);
	close(other);
}
