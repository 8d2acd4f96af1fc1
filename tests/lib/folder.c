#include "tests/lib/folder.h"

#include <fcntl.h>
#include <ftw.h>
#include <unistd.h>

enum {
	FOLDERS_MAX = 16,
};

static int
remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	(void)about;
	(void)kind;
	(void)where;
	return remove(path);
}

static int
remove_below(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	return where->level == 0 ? 0 : remove_one(path, about, kind, where);
}

/* Folders that are there: a test that fails does not come to removing its own. */
static struct {
	char path[sizeof((struct test_folder *)NULL)->path];
	pid_t maker;
} kept[FOLDERS_MAX];

static void
remove_kept(void)
{
	for (size_t i = 0; i < FOLDERS_MAX; i++)
		if (kept[i].path[0] != '\0' && kept[i].maker == getpid())
			(void)nftw(kept[i].path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void
note(const char *path)
{
	static bool armed;

	if (!armed)
		assert_int_equal(atexit(remove_kept), 0);
	armed = true;
	for (size_t i = 0; i < FOLDERS_MAX; i++)
		if (kept[i].path[0] == '\0') {
			snprintf(kept[i].path, sizeof kept[i].path, "%s", path);
			kept[i].maker = getpid();
			return;
		}
}

static void
forget(const char *path)
{
	for (size_t i = 0; i < FOLDERS_MAX; i++)
		if (strcmp(kept[i].path, path) == 0)
			kept[i].path[0] = '\0';
}

struct test_folder
test_folder_make(void)
{
	const char *base = getenv("TMPDIR");
	struct test_folder folder;

	snprintf(folder.path, sizeof folder.path, "%s/tally-test-XXXXXX",
		 base != NULL ? base : "/tmp");
	assert_non_null(mkdtemp(folder.path));
	note(folder.path);
	folder.fd = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(folder.fd >= 0);
	return folder;
}

void
test_folder_clear(const char *path)
{
	assert_int_equal(nftw(path, remove_below, 16, FTW_DEPTH | FTW_PHYS), 0);
}

void
test_folder_remove(struct test_folder *folder)
{
	close(folder->fd);
	forget(folder->path);
	assert_int_equal(nftw(folder->path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

struct test_folder here;

int
test_folder_set_up(void **state)
{
	(void)state;
	here = test_folder_make();
	return 0;
}

int
test_folder_tear_down(void **state)
{
	(void)state;
	test_folder_remove(&here);
	return 0;
}
