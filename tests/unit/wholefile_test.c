#include "tests/lib/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/wholefile.h"

static char folder[] = "/tmp/tally-wholefile-XXXXXX";
static char path[sizeof folder + 8];

static void
every_size_comes_back(void **state)
{
	static const size_t sizes[] = {0, 1, 2, 3, 65535, 65536, 65537, 300000};
	struct test_random random = test_random_make(3);
	uint8_t *data = malloc(300000);
	struct wholefile file;

	(void)state;
	assert_non_null(data);
	test_random_fill(&random, data, 300000);
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		assert_int_equal(wholefile_write(path, bytes_make(data, sizes[i])),
				 TALLY_EXIT_FINE);
		assert_int_equal(wholefile_read(path, sizes[i], &file), TALLY_EXIT_FINE);
		assert_int_equal(file.size, sizes[i]);
		assert_memory_equal(file.data, data, sizes[i]);
		assert_int_equal(file.data[file.size], 0);
		free(file.data);
		if (sizes[i]) {
			assert_int_equal(wholefile_read(path, sizes[i] - 1, &file),
					 TALLY_EXIT_USAGE);
			assert_null(file.data);
		}
	}
	free(data);
	assert_int_equal(unlink(path), 0);
}

static void
create_never_overwrites(void **state)
{
	struct wholefile file;
	mode_t before = umask(0);

	(void)state;
	assert_int_equal(wholefile_create(path, 0600, BYTES_OF("one")), TALLY_EXIT_FINE);
	assert_int_equal(wholefile_create(path, 0600, BYTES_OF("two")), TALLY_EXIT_USAGE);
	umask(before);
	assert_int_equal(wholefile_read(path, 100, &file), TALLY_EXIT_FINE);
	assert_string_equal((char *)file.data, "one");
	assert_int_equal(file.mode & 07777, 0600);
	free(file.data);
	assert_int_equal(unlink(path), 0);
}

static void
what_cannot_be_read_is_told(void **state)
{
	struct wholefile file;

	(void)state;
	assert_int_equal(wholefile_read("/nowhere/at/all", 10, &file), TALLY_EXIT_USAGE);
	assert_int_equal(wholefile_read(folder, 10, &file), TALLY_EXIT_USAGE);
	assert_null(file.data);
	assert_int_equal(wholefile_write("/nowhere/at/all", BYTES_OF("")), TALLY_EXIT_USAGE);
	assert_int_equal(wholefile_write("/dev/full", BYTES_OF("x")), TALLY_EXIT_WORLD);
}

static int
begin(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof path, "%s/file", folder);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_size_comes_back),
	    cmocka_unit_test(create_never_overwrites),
	    cmocka_unit_test(what_cannot_be_read_is_told),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
