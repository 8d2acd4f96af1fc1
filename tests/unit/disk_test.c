#include "tests/lib/test.h"

#include "shell/disk.h"
#include "tests/lib/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void
replace_then_load(void **state)
{
	static const uint8_t big[100000] = {1, 2, 3};
	uint8_t *memory;
	size_t size;

	(void)state;
	assert_int_equal(disk_replace(here.fd, "a", BYTES_OF("first"), 0600, true), DISK_OK);
	assert_int_equal(disk_replace(here.fd, "a", bytes_make(big, sizeof big), 0600, false),
			 DISK_OK);
	assert_int_equal(disk_load(here.fd, "a", sizeof big, &memory, &size), DISK_OK);
	assert_int_equal(size, sizeof big);
	assert_memory_equal(memory, big, size);
	assert_int_equal(memory[size], 0);
	free(memory);
	assert_int_equal(faccessat(here.fd, "a.tmp", F_OK, 0), -1);
}

static void
replace_makes_folders(void **state)
{
	uint8_t *memory;
	size_t size;

	(void)state;
	assert_int_equal(disk_replace(here.fd, "x/y/z", BYTES_OF("deep"), 0644, true), DISK_OK);
	assert_int_equal(disk_replace(here.fd, "x/w/z", BYTES_OF(""), 0644, false), DISK_OK);
	assert_int_equal(disk_load(here.fd, "x/y/z", 4, &memory, &size), DISK_OK);
	assert_memory_equal(memory, "deep", 5);
	free(memory);
	assert_int_equal(disk_load(here.fd, "x/w/z", 0, &memory, &size), DISK_OK);
	assert_int_equal(size, 0);
	free(memory);
	assert_int_equal(disk_replace(here.fd, "x/y/z/no", BYTES_OF(""), 0644, false),
			 DISK_FAILED);
}

/* A temporary file that a crash left readable by all must not lend its rights to a key. */
static void
replace_ignores_leftover(void **state)
{
	struct stat about;
	int fd;

	(void)state;
	assert_int_equal(disk_open(here.fd, "key.tmp", O_WRONLY | O_CREAT, 0644, &fd), DISK_OK);
	assert_int_equal(disk_write_at(fd, "key.tmp", "longer than new", 15, 0), DISK_OK);
	close(fd);
	assert_int_equal(disk_replace(here.fd, "key", BYTES_OF("new"), 0600, true), DISK_OK);
	assert_int_equal(fstatat(here.fd, "key", &about, 0), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
	assert_int_equal(about.st_size, 3);
}

static void
absence_has_its_status(void **state)
{
	uint8_t *memory;
	size_t size;
	int fd;

	(void)state;
	assert_int_equal(disk_open(here.fd, "none", O_RDONLY, 0, &fd), DISK_ABSENT);
	assert_int_equal(fd, -1);
	assert_string_equal(disk_error(), "open none: No such file or directory");
	assert_int_equal(disk_load(here.fd, "none", 10, &memory, &size), DISK_ABSENT);
	assert_null(memory);
}

static void
damage_has_its_status(void **state)
{
	uint8_t *memory;
	char four[4];
	size_t size;
	int fd;

	(void)state;
	assert_int_equal(disk_replace(here.fd, "a", BYTES_OF("12345"), 0600, false), DISK_OK);
	assert_int_equal(disk_load(here.fd, "a", 4, &memory, &size), DISK_DAMAGED);
	assert_null(memory);
	assert_int_equal(disk_load(here.fd, ".", 4, &memory, &size), DISK_FAILED);
	assert_int_equal(disk_open(here.fd, "a", O_RDONLY, 0, &fd), DISK_OK);
	assert_int_equal(disk_read_at(fd, "a", four, 4, 1), DISK_OK);
	assert_memory_equal(four, "2345", 4);
	assert_int_equal(disk_read_at(fd, "a", four, 4, 2), DISK_DAMAGED);
	assert_string_equal(disk_error(), "read a: it ends at 5, 4 bytes at 2 wanted");
	assert_int_equal(disk_write_at(fd, "a", four, 4, 0), DISK_FAILED);
	assert_string_equal(disk_error(), "write a: Bad file descriptor");
	close(fd);
	assert_int_equal(disk_sync(fd, "a"), DISK_FAILED);
}

static void
directories(void **state)
{
	int first;
	int second;

	(void)state;
	assert_int_equal(disk_directory(here.fd, "d", 0700, &first), DISK_OK);
	assert_int_equal(disk_directory(here.fd, "d", 0700, &second), DISK_OK);
	assert_int_equal(disk_sync_directory(first, "d"), DISK_OK);
	close(first);
	close(second);
	assert_int_equal(disk_replace(here.fd, "f", BYTES_OF(""), 0600, false), DISK_OK);
	assert_int_equal(disk_directory(here.fd, "f", 0700, &first), DISK_FAILED);
	assert_int_equal(first, -1);
}

/* The kernel takes the first half of the write (a true short write) and refuses the rest. */
static void
file_size_limit(void **state)
{
	struct rlimit before;
	struct rlimit small;
	uint8_t *memory;
	size_t size;
	uint8_t page[4096] = {7};

	(void)state;
	assert_int_equal(disk_replace(here.fd, "a", BYTES_OF("old"), 0600, false), DISK_OK);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){2048, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(disk_replace(here.fd, "a", bytes_make(page, sizeof page), 0600, true),
			 DISK_FAILED);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_string_equal(disk_error(), "write a.tmp: File too large");
	assert_int_equal(disk_load(here.fd, "a", 10, &memory, &size), DISK_OK);
	assert_memory_equal(memory, "old", 4);
	free(memory);
	assert_int_equal(faccessat(here.fd, "a.tmp", F_OK, 0), -1);
}

static void
full_disk(void **state)
{
	int fd;

	(void)state;
	if (disk_open(AT_FDCWD, "/dev/full", O_WRONLY, 0, &fd) != DISK_OK)
		skip();
	assert_int_equal(disk_write_at(fd, "/dev/full", "x", 1, 0), DISK_FULL);
	assert_string_equal(disk_error(), "write /dev/full: No space left on device");
	close(fd);
}

static void *
fail_elsewhere(void *context)
{
	(void)context;
	disk_fail(DISK_DAMAGED, "theirs");
	return NULL;
}

static void
sentence_is_per_thread(void **state)
{
	pthread_t thread;

	(void)state;
	assert_int_equal(disk_fail(DISK_FULL, "mine: %d", 5), DISK_FULL);
	assert_int_equal(pthread_create(&thread, NULL, fail_elsewhere, NULL), 0);
	pthread_join(thread, NULL);
	assert_string_equal(disk_error(), "mine: 5");
	assert_int_equal(disk_fail(DISK_FAILED, "start: %s", disk_error()), DISK_FAILED);
	assert_string_equal(disk_error(), "start: mine: 5");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_FOLDER(replace_then_load),
	    WITH_FOLDER(replace_makes_folders),
	    WITH_FOLDER(replace_ignores_leftover),
	    WITH_FOLDER(absence_has_its_status),
	    WITH_FOLDER(damage_has_its_status),
	    WITH_FOLDER(directories),
	    WITH_FOLDER(file_size_limit),
	    cmocka_unit_test(full_disk),
	    cmocka_unit_test(sentence_is_per_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
