#include "tools/lib/deposit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/folder.h"
#include "tests/lib/snapshot.h"

static struct test_folder folder;

static struct deposit
deposit_of(mode_t files, mode_t folders)
{
	return (struct deposit){folder.fd, folder.path, files, folders};
}

static void
assert_file(const char *name, const char *content, mode_t mode)
{
	char path[600];
	struct stat about;
	size_t size;
	uint8_t *data;

	snprintf(path, sizeof path, "%s/%s", folder.path, name);
	data = test_file_read(path, &size);
	assert_non_null(data);
	assert_true(bytes_equal(bytes_make(data, size), bytes_of_string(content)));
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 07777, mode);
	free(data);
}

static void
puts_files(void **state)
{
	struct deposit deposit = deposit_of(0600, 0700);
	struct trouble trouble;
	char *names;

	(void)state;
	assert_int_equal(deposit_put(&deposit, ".t", "a/b/c", BYTES_OF("one"), &trouble), 0);
	assert_file("a/b/c", "one", 0600);
	assert_int_equal(deposit_put(&deposit, ".t", "a/b/c", BYTES_OF("second"), &trouble), 0);
	assert_file("a/b/c", "second", 0600);
	assert_int_equal(deposit_put(&deposit, ".t", "d", BYTES_OF(""), &trouble), 0);
	assert_file("d", "", 0600);
	assert_int_equal(deposit_sync(&deposit, &trouble), 0);
	names = test_names(folder.path); /* nothing temporary is left */
	assert_string_equal(names, "a/ a/b/ a/b/c d");
	free(names);
}

/* A link on the way leads out of the folder. */
static void
follows_no_link(void **state)
{
	struct deposit deposit = deposit_of(0644, 0755);
	struct test_folder other = test_folder_make();
	struct trouble trouble;
	char *names;

	(void)state;
	assert_int_equal(symlinkat(other.path, folder.fd, "tile"), 0);
	assert_int_equal(deposit_put(&deposit, ".t", "tile/0", BYTES_OF("x"), &trouble),
			 TALLY_EXIT_WORLD);
	names = test_names(other.path);
	assert_string_equal(names, "");
	free(names);
	assert_int_equal(deposit_put(&deposit, ".t", "kept", BYTES_OF("kept"), &trouble), 0);
	assert_int_equal(symlinkat("kept", folder.fd, ".u"), 0);
	assert_int_equal(deposit_put(&deposit, ".u", "file", BYTES_OF("x"), &trouble),
			 TALLY_EXIT_WORLD);
	assert_file("kept", "kept", 0644);
	test_folder_remove(&other);
}

static void
says_why_not(void **state)
{
	struct deposit deposit = deposit_of(0644, 0755);
	struct trouble trouble;

	(void)state;
	assert_int_equal(deposit_put(&deposit, ".t", "file", BYTES_OF("x"), &trouble), 0);
	assert_int_equal(deposit_put(&deposit, ".t", "file/0", BYTES_OF("x"), &trouble),
			 TALLY_EXIT_WORLD);
	assert_non_null(strstr(trouble.sentence, "file/0: cannot write it: "));
	assert_int_equal(mkdirat(folder.fd, ".u", 0700), 0);
	assert_int_equal(deposit_put(&deposit, ".u", "file", BYTES_OF("x"), &trouble),
			 TALLY_EXIT_WORLD);
}

static int
begin(void **state)
{
	(void)state;
	folder = test_folder_make();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	test_folder_remove(&folder);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(puts_files, begin, end),
	    cmocka_unit_test_setup_teardown(follows_no_link, begin, end),
	    cmocka_unit_test_setup_teardown(says_why_not, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
