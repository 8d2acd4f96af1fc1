#include "tools/lib/lastgood.h"

#include "tools/lib/interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum {
	PATH_SIZE = 4096,
};

static enum tally_exit
failed(const struct lastgood *last, const char *what, struct trouble *trouble)
{
	return trouble_set(trouble, TALLY_EXIT_WORLD, "%s: cannot %s: %s", last->path, what,
			   strerror(errno));
}

static bool
beside(const struct lastgood *last, const char *suffix, char path[PATH_SIZE])
{
	int used = snprintf(path, PATH_SIZE, "%s%s", last->path, suffix);

	errno = ENAMETOOLONG;
	return used > 0 && used < PATH_SIZE;
}

static enum tally_exit
load(struct lastgood *last, struct trouble *trouble)
{
	int file = open(last->path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (file < 0 && errno == ENOENT)
		return TALLY_EXIT_FINE;
	if (file < 0)
		return failed(last, "read it", trouble);
	got = read(file, last->note, sizeof last->note);
	close(file);
	if (got < 0)
		return failed(last, "read it", trouble);
	if (got == 0)
		return trouble_set(trouble, TALLY_EXIT_USAGE,
				   "%s: it is empty, and should hold the last good checkpoint; "
				   "remove it only if you know why",
				   last->path);
	last->size = (size_t)got;
	return TALLY_EXIT_FINE;
}

enum tally_exit
lastgood_open(struct lastgood *last, const char *path, struct trouble *trouble)
{
	char name[PATH_SIZE];
	enum tally_exit status;

	*last = (struct lastgood){.path = path, .lock = -1};
	if (beside(last, ".lock", name))
		last->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (last->lock < 0)
		return failed(last, "make its lock", trouble);
	if (flock(last->lock, LOCK_EX | LOCK_NB) != 0)
		status = errno == EWOULDBLOCK
			     ? trouble_set(trouble, TALLY_EXIT_WORLD,
					   "%s: another program is using it", path)
			     : failed(last, "lock it", trouble);
	else
		status = load(last, trouble);
	if (status != TALLY_EXIT_FINE)
		lastgood_close(last);
	return status;
}

/* The folder's entry itself. */
static bool
sync_folder(const char *path)
{
	char *copy = strdup(path);
	int folder = -1;
	bool done;

	if (copy != NULL)
		folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(copy);
	if (folder < 0)
		return false;
	done = fsync(folder) == 0;
	close(folder);
	return done;
}

enum tally_exit
lastgood_store(struct lastgood *last, struct bytes note, struct trouble *trouble)
{
	char name[PATH_SIZE];
	int file = -1;
	bool written;

	CHECK(last->lock >= 0 && note.size > 0 && note.size <= sizeof last->note);
	if (beside(last, ".new", name)) {
		interrupt_removes(AT_FDCWD, name);
		file = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	}
	if (file < 0)
		return failed(last, "write it", trouble);
	written = write(file, note.data, note.size) == (ssize_t)note.size && fsync(file) == 0;
	if (close(file) != 0 || !written || rename(name, last->path) != 0 ||
	    !sync_folder(last->path))
		return failed(last, "write it", trouble);
	interrupt_forget();
	memcpy(last->note, note.data, note.size);
	last->size = note.size;
	return TALLY_EXIT_FINE;
}

void
lastgood_close(struct lastgood *last)
{
	if (last->lock >= 0)
		close(last->lock);
	last->lock = -1;
}
