#include "tests/lib/folder.h"

#include <fcntl.h>
#include <ftw.h>
#include <unistd.h>

struct test_folder
test_folder_make(void)
{
	const char *base = getenv("TMPDIR");
	struct test_folder folder;

	snprintf(folder.path, sizeof folder.path, "%s/tally-test-XXXXXX",
		 base != NULL ? base : "/tmp");
	assert_non_null(mkdtemp(folder.path));
	folder.fd = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(folder.fd >= 0);
	return folder;
}

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

void
test_folder_clear(const char *path)
{
	assert_int_equal(nftw(path, remove_below, 16, FTW_DEPTH | FTW_PHYS), 0);
}

void
test_folder_remove(struct test_folder *folder)
{
	close(folder->fd);
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
