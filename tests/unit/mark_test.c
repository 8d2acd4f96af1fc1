#include "tests/lib/test.h"

#include "shell/mark.h"
#include "tests/lib/folder.h"

static void
written_and_read(void **state)
{
	static const uint64_t marks[] = {0, 1, 700, UINT64_MAX};
	struct test_folder folder = test_folder_make();
	uint64_t mark = 5;

	(void)state;
	assert_int_equal(mark_read(folder.fd, "mark", &mark), DISK_OK);
	assert_int_equal(mark, 0);
	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
		assert_int_equal(mark_write(folder.fd, "mark", marks[i]), DISK_OK);
		assert_int_equal(mark_read(folder.fd, "mark", &mark), DISK_OK);
		assert_true(mark == marks[i]);
	}
	assert_int_equal(mark_write(folder.fd, "mark/below", 1), DISK_FAILED);
	test_folder_remove(&folder);
}

static void
rubbish_is_no_mark(void **state)
{
	static const char *const texts[] = {"",
					    "7\n",
					    " 7",
					    "07",
					    "-7",
					    "7x",
					    "18446744073709551616",
					    "1111111111111111111111111"};
	struct test_folder folder = test_folder_make();
	uint64_t mark = 5;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		assert_int_equal(
		    disk_replace(folder.fd, "mark", bytes_of_string(texts[i]), 0644, false),
		    DISK_OK);
		assert_int_equal(mark_read(folder.fd, "mark", &mark), DISK_OK);
		assert_true(mark == 0);
	}
	test_folder_remove(&folder);
}

static void
size_of_a_note(void **state)
{
	static const struct {
		const char *note;
		uint64_t size;
	} notes[] = {
	    {"origin\n700\nroot\n", 700}, {"700\n", 0}, {"origin\n700", 0},
	    {"origin\n 700\nroot\n", 0},  {"", 0},
	};
	struct test_folder folder = test_folder_make();
	uint64_t mark = 5;

	(void)state;
	assert_int_equal(mark_read_note(folder.fd, "note", &mark), DISK_OK);
	assert_true(mark == 0);
	for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
		assert_int_equal(disk_replace(folder.fd, "note", bytes_of_string(notes[i].note),
					      0644, false),
				 DISK_OK);
		assert_int_equal(mark_read_note(folder.fd, "note", &mark), DISK_OK);
		assert_true(mark == notes[i].size);
	}
	test_folder_remove(&folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(written_and_read),
	    cmocka_unit_test(rubbish_is_no_mark),
	    cmocka_unit_test(size_of_a_note),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
