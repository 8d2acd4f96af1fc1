/* Journals as files. */
#include "tests/lib/notebook.h"

#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

static void
assert_refused(const struct tally_journal_options *wanted, int status, const char *words)
{
	struct tally_journal *journal;

	assert_int_equal(tally_journal_open(&journal, wanted, notebook.trouble), status);
	assert_null(journal);
	if (strstr(notebook.trouble, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", notebook.trouble, words);
}

static void
submit(struct tally_journal *journal, const char *ballot)
{
	uint64_t number;

	assert_int_equal(tally_journal_submit(journal, ballot, strlen(ballot), &number), 0);
	assert_int_equal(tally_journal_answer(journal, number, TALLY_ACCEPTED, number + 7), 0);
}

static void
assert_sealed(uint64_t ballots, size_t answers, size_t seals)
{
	struct notebook_content content = notebook_content();

	assert_int_equal(content.tape.ballots, ballots);
	assert_int_equal(content.answers, answers);
	assert_int_equal(content.seals, seals);
	assert_int_equal(content.tape.sealed, content.file_size);
}

static void
made_and_continued(void **state)
{
	struct tally_journal *journal = notebook_open();
	struct stat status;

	(void)state;
	assert_true(
	    tally_journal_is(journal, notebook.session.campaign, notebook.session.key.id));
	assert_false(tally_journal_is(journal, notebook.session.tag, notebook.session.key.id));
	assert_false(
	    tally_journal_is(journal, notebook.session.campaign, notebook.session.key.id + 1));
	assert_int_equal(stat(notebook.path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	submit(journal, "one");
	submit(journal, "two");
	assert_int_equal(tally_journal_close(journal, notebook.trouble), 0);
	assert_sealed(2, 2, 1);
	journal = notebook_open();
	assert_int_equal(tally_journal_cut(journal), 0);
	assert_int_equal(tally_journal_close(journal, notebook.trouble), 0);
	assert_sealed(2, 2, 1); /* nothing new: no other seal */
	journal = notebook_open();
	submit(journal, "three");
	assert_int_equal(tally_journal_close(journal, notebook.trouble), 0);
	assert_sealed(3, 3, 2);
	assert_int_equal(tally_journal_close(NULL, notebook.trouble), 0);
}

/* Nothing is in the file before the flush, all of it after. */
static void
flushed(void **state)
{
	struct tally_journal_options wanted = notebook_options();
	struct tally_journal *journal;
	uint64_t number;

	(void)state;
	wanted.sync = true;
	assert_int_equal(tally_journal_open(&journal, &wanted, notebook.trouble), 0);
	assert_int_equal(tally_journal_submit(journal, "one", 3, &number), 0);
	assert_int_equal(notebook_content().tape.ballots, 0);
	assert_int_equal(tally_journal_flush(journal), 0);
	assert_int_equal(notebook_content().tape.ballots, 1);
	assert_int_equal(notebook_content().tape.sealed, 0);
	assert_int_equal(tally_journal_close(journal, notebook.trouble), 0);
	assert_sealed(1, 0, 1);
}

static void
one_at_a_time(void **state)
{
	struct tally_journal *journal = notebook_open();
	struct tally_journal_options wanted = notebook_options();

	(void)state;
	assert_refused(&wanted, TALLY_CLIENT_NOT_THIS_JOURNAL, "somebody else is writing it");
	assert_int_equal(tally_journal_close(journal, notebook.trouble), 0);
	assert_int_equal(tally_journal_close(notebook_open(), notebook.trouble), 0);
}

static void
overwrite(size_t offset, const void *bytes, size_t size)
{
	int file = open(notebook.path, O_WRONLY | O_CLOEXEC);

	assert_true(file >= 0);
	assert_int_equal(pwrite(file, bytes, size, (off_t)offset), size);
	close(file);
}

static void
not_this_one(void **state)
{
	struct tally_journal *journal = notebook_open();
	struct tally_journal_options wanted = notebook_options();
	struct tally_client_key other;
	char link[400];

	(void)state;
	submit(journal, "one");
	assert_int_equal(tally_journal_close(journal, notebook.trouble), 0);
	wanted.campaign = notebook.session.tag;
	assert_refused(&wanted, TALLY_CLIENT_NOT_THIS_JOURNAL, "another campaign or key");
	wanted = notebook_options();
	assert_true(tally_client_key_make("front.example/b", notebook.session.tag, &other));
	wanted.key = &other;
	assert_refused(&wanted, TALLY_CLIENT_NOT_THIS_JOURNAL,
		       "a seal in it is not this key's");
	wanted = notebook_options();
	wanted.path = notebook.folder.path;
	assert_refused(&wanted, TALLY_CLIENT_JOURNAL, "Is a directory");
	wanted.path = "/dev/null";
	assert_refused(&wanted, TALLY_CLIENT_NOT_THIS_JOURNAL, "no regular file");
	snprintf(link, sizeof link, "%s/link", notebook.folder.path);
	assert_int_equal(symlink(notebook.path, link), 0);
	wanted.path = link;
	assert_refused(&wanted, TALLY_CLIENT_JOURNAL, "symbolic link");
	snprintf(link, sizeof link, "%s/no/such", notebook.folder.path);
	assert_refused(&wanted, TALLY_CLIENT_JOURNAL, "No such file");
	wanted = notebook_options();
	overwrite(TALLY_JOURNAL_HEAD_SIZE + 4, "x", 1);
	assert_refused(&wanted, TALLY_CLIENT_NOT_THIS_JOURNAL,
		       "a seal in it is not this key's");
	overwrite(TALLY_JOURNAL_HEAD_SIZE, "\11", 1);
	assert_refused(&wanted, TALLY_CLIENT_NOT_THIS_JOURNAL,
		       "offset 53: no record is of this kind");
	overwrite(0, "T", 1);
	assert_refused(&wanted, TALLY_CLIENT_NOT_THIS_JOURNAL, "does not begin as");
	sodium_memzero(&other, sizeof other);
}

/* A crash at any byte: what was whole stays, the rest goes, and the journal goes on. */
static void
cut_anywhere(void **state)
{
	struct tally_journal *journal = notebook_open();
	size_t size;
	uint8_t *data;

	(void)state;
	submit(journal, "one");
	submit(journal, "the other");
	assert_int_equal(tally_journal_close(journal, notebook.trouble), 0);
	data = test_file_read(notebook.path, &size);
	for (size_t cut = 0; cut < size; cut++) {
		/* as a file system may leave it */
		size_t zeros = cut % 3 == 0 && cut >= TALLY_JOURNAL_HEAD_SIZE ? 4096 : 0;
		struct notebook_content before;

		assert_int_equal(truncate(notebook.path, 0), 0);
		overwrite(0, data, cut);
		assert_int_equal(truncate(notebook.path, (off_t)(cut + zeros)), 0);
		before = notebook_content();
		journal = notebook_open();
		if (before.tape.offset > 0)
			assert_int_equal(tally_journal_cut(journal),
					 cut + zeros - before.tape.offset);
		submit(journal, "a third");
		assert_int_equal(tally_journal_close(journal, notebook.trouble), 0);
		assert_sealed(before.tape.ballots + 1, before.answers + 1, before.seals + 1);
	}
	free(data);
}

/* Longer than anything that is read or kept in one piece. */
static void
a_long_one(void **state)
{
	static char ballot[60000];
	struct tally_journal *journal = notebook_open();
	uint64_t number;

	(void)state;
	memset(ballot, 'b', sizeof ballot - 1);
	for (size_t i = 0; i < 40; i++)
		submit(journal, ballot + i * 17);
	assert_int_equal(
	    tally_journal_submit(journal, ballot, TALLY_JOURNAL_SUBMIT_MAX + 1, &number),
	    TALLY_CLIENT_TOO_LARGE);
	assert_int_equal(tally_journal_close(journal, notebook.trouble), 0);
	assert_sealed(40, 40, 1);
	journal = notebook_open();
	submit(journal, "and on");
	assert_int_equal(tally_journal_close(journal, notebook.trouble), 0);
	assert_sealed(41, 41, 2);
}

/* A hole as large as any window, after a crash. */
static void
many_zeros(void **state)
{
	struct tally_journal *journal = notebook_open();
	struct tally_journal_options wanted = notebook_options();
	size_t size;

	(void)state;
	submit(journal, "one");
	assert_int_equal(tally_journal_close(journal, notebook.trouble), 0);
	size = notebook_content().file_size;
	for (size_t zeros = 1; zeros < 1 << 20; zeros = 2 * zeros + 1) {
		assert_int_equal(truncate(notebook.path, (off_t)(size + zeros)), 0);
		journal = notebook_open();
		assert_int_equal(tally_journal_cut(journal), zeros);
		assert_int_equal(tally_journal_close(journal, notebook.trouble), 0);
		assert_sealed(1, 1, 1);
		overwrite(size + zeros, "\1", 1);
		assert_refused(&wanted, TALLY_CLIENT_NOT_THIS_JOURNAL, "offset ");
		assert_int_equal(truncate(notebook.path, (off_t)size), 0);
	}
}

static void
disk_full(void **state)
{
	struct tally_journal *journal = notebook_open();
	struct rlimit before = notebook_limit(150);
	struct notebook_content content;
	uint64_t number;

	(void)state;
	submit(journal, "one");
	assert_int_equal(tally_journal_flush(journal), 0);
	submit(journal, "a ballot that only its first part has room for, and not its answer, "
			"nor anything");
	assert_int_equal(tally_journal_flush(journal), TALLY_CLIENT_JOURNAL);
	assert_non_null(strstr(tally_journal_trouble(journal), "write journal "));
	assert_non_null(strstr(tally_journal_trouble(journal), "File too large"));
	setrlimit(RLIMIT_FSIZE, &before);
	/* It stays so: what lies between is lost. */
	assert_int_equal(tally_journal_submit(journal, "two", 3, &number),
			 TALLY_CLIENT_JOURNAL);
	assert_int_equal(tally_journal_answer(journal, 0, 0, 0), TALLY_CLIENT_JOURNAL);
	assert_int_equal(tally_journal_close(journal, notebook.trouble), TALLY_CLIENT_JOURNAL);
	assert_non_null(strstr(notebook.trouble, "File too large"));
	content = notebook_content();
	assert_int_equal(content.tape.ballots, 1);
	assert_int_equal(content.tape.offset, content.file_size);
	assert_int_equal(content.seals, 0);
	journal = notebook_open();
	submit(journal, "two");
	assert_int_equal(tally_journal_close(journal, notebook.trouble), 0);
	assert_sealed(2, 2, 1);
}

enum {
	WRITERS = 4,
	EACH = 500
};

static void *
write_some(void *context)
{
	struct tally_journal *journal = context;

	for (int i = 0; i < EACH; i++) {
		submit(journal, "a ballot of one of several threads");
		assert_int_equal(tally_journal_flush(journal), 0);
	}
	return NULL;
}

static void
from_several_threads(void **state)
{
	struct tally_journal *journal = notebook_open();
	pthread_t threads[WRITERS];

	(void)state;
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_some, journal), 0);
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(tally_journal_close(journal, notebook.trouble), 0);
	assert_sealed(WRITERS * EACH, WRITERS * EACH, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, notebook_begin, notebook_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(made_and_continued), TEST(flushed),      TEST(one_at_a_time),
	    TEST(not_this_one),       TEST(cut_anywhere), TEST(a_long_one),
	    TEST(many_zeros),         TEST(disk_full),    TEST(from_several_threads),
	};

	return cmocka_run_group_tests(tests, notebook_setup, NULL);
}
