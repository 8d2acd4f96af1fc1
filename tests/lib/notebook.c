#include "tests/lib/notebook.h"

#include <signal.h>
#include <sodium.h>

struct notebook notebook;

int
notebook_setup(void **state)
{
	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	session_make(&notebook.session, BYTES_OF("{}"));
	return sodium_init() < 0;
}

int
notebook_begin(void **state)
{
	(void)state;
	notebook.folder = test_folder_make();
	snprintf(notebook.path, sizeof notebook.path, "%s/journal", notebook.folder.path);
	return 0;
}

int
notebook_end(void **state)
{
	(void)state;
	test_folder_remove(&notebook.folder);
	return 0;
}

struct tally_journal_options
notebook_options(void)
{
	return (struct tally_journal_options){.path = notebook.path,
					      .campaign = notebook.session.campaign,
					      .key = &notebook.session.key};
}

struct tally_journal *
notebook_open(void)
{
	struct tally_journal_options wanted = notebook_options();
	struct tally_journal *journal;

	if (tally_journal_open(&journal, &wanted, notebook.trouble) != TALLY_CLIENT_FINE)
		fail_msg("%s", notebook.trouble);
	return journal;
}

struct notebook_content
notebook_content(void)
{
	struct notebook_content content = {0};
	struct tally_journal_record record;
	size_t size;
	uint8_t *data = test_file_read(notebook.path, &size);
	long used = tally_journal_get_head(&content.tape, data, size);

	content.file_size = size;
	while (used > 0) {
		used = tally_journal_get(&content.tape, data + content.tape.offset,
					 size - content.tape.offset, &record);
		content.answers += used > 0 && record.kind == TALLY_JOURNAL_ANSWER;
		if (used <= 0 || record.kind != TALLY_JOURNAL_SEAL)
			continue;
		content.seals++;
		assert_true(tally_journal_seal_valid(&record,
						     notebook.session.frontend.key.public_key));
	}
	assert_int_equal(used, 0);
	free(data);
	return content;
}

struct rlimit
notebook_limit(uint64_t size)
{
	struct rlimit before;
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = size;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	return before;
}
