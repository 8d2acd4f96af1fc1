#include "bench/tally-bench/zeros.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/folder.h"
#include "tests/lib/test.h"

static int
next_descriptor(void)
{
	int fd = dup(STDIN_FILENO);

	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	return fd;
}

static void
assert_zeros(uint64_t size)
{
	int file = zeros_file(here.path, size);
	uint8_t *memory = malloc(size + 1);
	struct stat status;

	assert_true(file >= 0);
	assert_non_null(memory);
	assert_int_equal(fstat(file, &status), 0);
	assert_int_equal(status.st_nlink, 0);
	assert_int_equal(status.st_size, size);
	assert_true((uint64_t)status.st_blocks * 512 >= size);
	assert_int_equal(pread(file, memory, size + 1, 0), size);
	for (uint64_t i = 0; i < size; i++)
		assert_int_equal(memory[i], 0);
	assert_int_equal(pwrite(file, "x", 1, 0), 1);
	free(memory);
	assert_int_equal(close(file), 0);
}

static void
whole_and_without_a_name(void **state)
{
	(void)state;
	assert_zeros(0);
	assert_zeros(1);
	assert_zeros(3 * 1024 * 1024 + 17);
}

static void
what_fails_is_told_and_leaves_nothing_open(void **state)
{
	struct rlimit old, small;
	int next = next_descriptor();

	(void)state;
	errno = 0;
	assert_int_equal(zeros_file("/nowhere", 1), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = (struct rlimit){.rlim_cur = 100000, .rlim_max = old.rlim_max};
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(zeros_file(here.path, 200000), -1);
	assert_int_equal(errno, EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(next_descriptor(), next);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    WITH_FOLDER(whole_and_without_a_name),
	    WITH_FOLDER(what_fails_is_told_and_leaves_nothing_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
