#include "tools/lib/resend.h"

#include <sodium.h>

#include "tally/journal.h"
#include "tests/lib/folder.h"

static struct test_folder folder;
static char path[300];
static uint8_t memory[8192];
static struct writer writer;
static struct tally_journal_tape tape;

/* Puts the journal together in memory. */
static void
begin(void)
{
	static const uint8_t campaign[TALLY_HASH_SIZE] = {1};

	writer = writer_make(memory, sizeof memory);
	writer.size = tally_journal_put_head(&tape, campaign, 7, memory);
}

static void
submit(const char *ballot)
{
	writer.size +=
	    tally_journal_put_submit(&tape, ballot, strlen(ballot), memory + writer.size);
}

static void
answer(uint64_t number, enum tally_verdict verdict, uint64_t index)
{
	writer.size +=
	    tally_journal_put_answer(&tape, number, verdict, index, memory + writer.size);
}

static void
store(struct bytes bytes)
{
	snprintf(path, sizeof path, "%s/file", folder.path);
	assert_int_equal(wholefile_write(path, bytes), TALLY_EXIT_FINE);
}

/* The ballots that are sent, a space behind each. */
static void
assert_sent(const char *expected)
{
	struct ballotfile file;
	char sent[512] = "";

	store(writer_view(&writer));
	assert_int_equal(resend_read(path, &file), TALLY_EXIT_FINE);
	for (size_t i = 0; i < file.count; i++) {
		strncat(sent, (const char *)file.ballots[i].data, file.ballots[i].size);
		strcat(sent, " ");
	}
	assert_string_equal(sent, expected);
	ballotfile_free(&file);
}

static void
accepted_by_index_then_unanswered(void **state)
{
	(void)state;
	begin();
	assert_sent("");
	for (size_t i = 0; i < 7; i++)
		submit(((const char *[]){"late", "refused", "open", "early", "later", "other",
					 "open"})[i]);
	answer(0, TALLY_ACCEPTED, 900);
	answer(1, TALLY_HAS_VOTED, TALLY_CLIENT_NO_INDEX);
	answer(3, TALLY_ACCEPTED, 12);
	answer(4, TALLY_UNAVAILABLE, TALLY_CLIENT_NO_INDEX);
	answer(5, TALLY_CLOSED, TALLY_CLIENT_NO_INDEX);
	assert_sent("early late open open ");
	submit("later"); /* asked again, and taken */
	answer(7, TALLY_ACCEPTED, 500);
	assert_sent("early later late open open ");
	submit("early"); /* sent again: its first answer */
	answer(8, TALLY_ACCEPTED, 12);
	assert_sent("early later late open open ");
	submit("after"); /* a loss: its index was another's before */
	answer(9, TALLY_ACCEPTED, 12);
	assert_sent("early after later late open open ");
}

static void
as_a_crash_left_it(void **state)
{
	(void)state;
	begin();
	submit("one");
	submit("two");
	writer.size -= 2;
	assert_sent("one ");
	memset(memory + writer.size, 0, 100);
	writer.size += 100;
	assert_sent("one ");
	writer.size = 20;
	assert_sent("");
}

static void
damage_and_other_files(void **state)
{
	struct ballotfile file;

	(void)state;
	begin();
	submit("one");
	memory[writer.size - 1] = 9;
	store(writer_view(&writer));
	assert_int_equal(resend_read(path, &file), TALLY_EXIT_USAGE);
	assert_null(file.ballots);
	store(BYTES_OF("\0\3abc\0\1d"));
	assert_int_equal(resend_read(path, &file), TALLY_EXIT_FINE);
	assert_int_equal(file.count, 2);
	ballotfile_free(&file);
	store(BYTES_OF("\0\3ab"));
	assert_int_equal(resend_read(path, &file), TALLY_EXIT_USAGE);
	assert_int_equal(resend_read("/no/such", &file), TALLY_EXIT_USAGE);
}

static int
setup(void **state)
{
	(void)state;
	folder = test_folder_make();
	return sodium_init() < 0;
}

static int
teardown(void **state)
{
	(void)state;
	test_folder_remove(&folder);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(accepted_by_index_then_unanswered),
	    cmocka_unit_test(as_a_crash_left_it),
	    cmocka_unit_test(damage_and_other_files),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
