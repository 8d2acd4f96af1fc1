#include "tests/lib/test.h"

#include <unistd.h>

#include "tools/lib/ballotfile.h"

static char path[] = "/tmp/tally-ballotfile-XXXXXX";

static void
put(const void *data, size_t size)
{
	assert_int_equal(wholefile_write(path, bytes_make(data, size)), TALLY_EXIT_FINE);
}

static void
what_is_appended_is_read(void **state)
{
	struct test_random random = test_random_make(11);
	struct ballotfile_maker maker = {0};
	uint8_t ballot[UINT16_MAX];
	struct ballotfile file;
	struct bytes written;
	size_t at = 0;

	(void)state;
	test_random_fill(&random, ballot, sizeof ballot);
	ballotfile_append(&maker, bytes_make(ballot, 0));
	for (size_t i = 0; i < 500; i++)
		ballotfile_append(&maker, bytes_make(ballot, test_random_below(&random, 400)));
	ballotfile_append(&maker, bytes_make(ballot, sizeof ballot));
	written = ballotfile_view(&maker);
	put(written.data, written.size);
	assert_int_equal(ballotfile_read(path, &file), TALLY_EXIT_FINE);
	assert_int_equal(file.count, 502);
	assert_int_equal(file.ballots[0].size, 0);
	for (size_t i = 0; i < file.count; i++) {
		assert_memory_equal(file.ballots[i].data, ballot, file.ballots[i].size);
		at += 2 + file.ballots[i].size;
	}
	assert_int_equal(at, written.size);
	assert_int_equal(file.ballots[501].size, sizeof ballot);
	ballotfile_free(&file);
	free(maker.data);
}

static void
an_empty_file_has_no_ballots(void **state)
{
	struct ballotfile file;

	(void)state;
	put("", 0);
	assert_int_equal(ballotfile_read(path, &file), TALLY_EXIT_FINE);
	assert_int_equal(file.count, 0);
	ballotfile_free(&file);
}

static void
a_cut_off_end_is_refused(void **state)
{
	static const char whole[] = "\0\3abc\0\2de";
	struct ballotfile file;

	(void)state;
	for (size_t size = 0; size < sizeof whole; size++) {
		bool between = size == 0 || size == 5 || size == 9;

		put(whole, size);
		assert_int_equal(ballotfile_read(path, &file),
				 between ? TALLY_EXIT_FINE : TALLY_EXIT_USAGE);
		ballotfile_free(&file);
	}
	assert_int_equal(ballotfile_read("/nowhere/at/all", &file), TALLY_EXIT_USAGE);
	assert_null(file.ballots);
}

static int
begin(void **state)
{
	(void)state;
	return mkstemp(path) < 0;
}

static int
end(void **state)
{
	(void)state;
	return unlink(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_appended_is_read),
	    cmocka_unit_test(an_empty_file_has_no_ballots),
	    cmocka_unit_test(a_cut_off_end_is_refused),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
