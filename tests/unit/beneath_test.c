#include "shell/beneath.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shell/disk.h"
#include "tests/lib/folder.h"
#include "tests/lib/log.h"

typedef int
opening(int folder_fd, const char *name, int *fd, struct stat *about);

static opening *const openings[] = {beneath_open, beneath_walk};

static void
assert_opens(int folder_fd, const char *name, const char *content)
{
	for (size_t i = 0; i < 2; i++) {
		char bytes[16] = "";
		struct stat about;
		int fd;

		assert_int_equal(openings[i](folder_fd, name, &fd, &about), DISK_OK);
		assert_int_equal(about.st_size, strlen(content));
		assert_int_equal(read(fd, bytes, sizeof bytes - 1), strlen(content));
		assert_string_equal(bytes, content);
		assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
		close(fd);
	}
}

static void
assert_absent(int folder_fd, const char *name)
{
	for (size_t i = 0; i < 2; i++) {
		struct stat about;
		int fd = 5;

		if (openings[i](folder_fd, name, &fd, &about) != DISK_ABSENT)
			fail_msg("%s by way %zu: %s", name, i, disk_error());
		assert_int_equal(fd, -1);
	}
}

static struct test_folder folder;
static int public_fd;

static int
set_up(void **state)
{
	(void)state;
	folder = test_folder_make();
	test_file_write(folder.path, "secret", BYTES_OF("key"));
	test_file_write(folder.path, "public/tile/0/x001/000", BYTES_OF("hash"));
	test_file_write(folder.path, "public/checkpoint", BYTES_OF(""));
	public_fd = openat(folder.fd, "public", O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(public_fd >= 0);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	close(public_fd);
	test_folder_remove(&folder);
	return 0;
}

static void
files(void **state)
{
	(void)state;
	assert_opens(public_fd, "tile/0/x001/000", "hash");
	assert_opens(public_fd, "checkpoint", "");
	assert_opens(folder.fd, "secret", "key");
}

static void
what_is_not_there(void **state)
{
	char name[5000];

	(void)state;
	assert_absent(public_fd, "results");
	assert_absent(public_fd, "tile/9/x001/000");
	assert_absent(public_fd, "tile/0");       /* a folder */
	assert_absent(public_fd, "checkpoint/x"); /* a file is no folder */
	assert_absent(public_fd, "tile/0/x001/000/x");
	memset(name, 'a', 300);
	strcpy(name + 300, "/b");
	assert_absent(public_fd, name);
	name[300] = 0;
	assert_absent(public_fd, name);
}

/* Planted links lead nowhere, be they a file, a folder on the way, inside or outside. */
static void
links(void **state)
{
	(void)state;
	assert_int_equal(symlinkat("../secret", public_fd, "results"), 0);
	assert_int_equal(symlinkat("checkpoint", public_fd, "checkpoint.next"), 0);
	assert_int_equal(symlinkat("..", public_fd, "law"), 0);
	assert_int_equal(symlinkat("0", public_fd, "tile/1"), 0);
	assert_int_equal(symlinkat("/etc", public_fd, "tally"), 0);
	assert_absent(public_fd, "results");
	assert_absent(public_fd, "checkpoint.next");
	assert_absent(public_fd, "law/secret");
	assert_absent(public_fd, "tile/1/x001/000");
	assert_absent(public_fd, "tally/passwd");
}

/* Opening a FIFO without a writer must not wait for one. */
static void
what_is_no_file(void **state)
{
	(void)state;
	assert_int_equal(mkfifoat(public_fd, "results", 0644), 0);
	assert_absent(public_fd, "results");
}

static void
no_folder(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct stat about;
		int fd = 5;

		assert_int_equal(openings[i](-1, "checkpoint", &fd, &about), DISK_FAILED);
		assert_string_equal(disk_error(), "open checkpoint: Bad file descriptor");
		assert_int_equal(fd, -1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(files, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_is_not_there, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(links, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(what_is_no_file, set_up, tear_down),
	    cmocka_unit_test(no_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
