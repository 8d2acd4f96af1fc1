#include "tools/lib/deposit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PART_MAX = 256
};

static enum tally_exit
failed(const struct deposit *deposit, const char *name, struct trouble *trouble)
{
	return trouble_set(trouble, TALLY_EXIT_WORLD, "%s/%s: cannot write it: %s",
			   deposit->path, name, strerror(errno));
}

static bool
write_all(int file, struct bytes bytes)
{
	while (bytes.size > 0) {
		ssize_t put = write(file, bytes.data, bytes.size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return false;
		bytes = bytes_make(bytes.data + put, bytes.size - (size_t)put);
	}
	return true;
}

/* A descriptor of the last folder on the way to `name`, or -1. */
static int
make_way(const struct deposit *deposit, const char *name, const char **last)
{
	int at = fcntl(deposit->folder, F_DUPFD_CLOEXEC, 0);

	for (const char *slash = strchr(name, '/'); slash != NULL && at >= 0;
	     slash = strchr(name, '/')) {
		char part[PART_MAX];
		int next = -1;

		snprintf(part, sizeof part, "%.*s", (int)(slash - name), name);
		if (mkdirat(at, part, deposit->folders) == 0 || errno == EEXIST)
			next =
			    openat(at, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		close(at);
		at = next;
		name = slash + 1;
	}
	*last = name;
	return at;
}

enum tally_exit
deposit_put(const struct deposit *deposit, const char *temporary, const char *name,
	    struct bytes bytes, struct trouble *trouble)
{
	int file =
	    openat(deposit->folder, temporary,
		   O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, deposit->files);
	const char *last;
	bool written;
	int way;

	if (file < 0)
		return failed(deposit, temporary, trouble);
	written = write_all(file, bytes);
	if (close(file) != 0 || !written) {
		failed(deposit, name, trouble);
		(void)unlinkat(deposit->folder, temporary, 0);
		return trouble->exit;
	}
	way = make_way(deposit, name, &last);
	if (way < 0 || renameat(deposit->folder, temporary, way, last) != 0)
		failed(deposit, name, trouble);
	else
		trouble->exit = TALLY_EXIT_FINE;
	if (way >= 0)
		close(way);
	return trouble->exit;
}

enum tally_exit
deposit_sync(const struct deposit *deposit, struct trouble *trouble)
{
	if (syncfs(deposit->folder) == 0)
		return TALLY_EXIT_FINE;
	return trouble_set(trouble, TALLY_EXIT_WORLD, "%s: cannot sync it: %s", deposit->path,
			   strerror(errno));
}
