/* notebook: a frontend's journal in a temporary folder, for tests of what writes it. */
#ifndef TALLY_TESTS_NOTEBOOK_H
#define TALLY_TESTS_NOTEBOOK_H

#include <sys/resource.h>

#include "tally/journal.h"
#include "tests/lib/folder.h"
#include "tests/lib/session.h"

/* Of the session's campaign and frontend; made anew for each test. */
struct notebook {
	struct session session;
	struct test_folder folder;
	char path[300];
	char trouble[TALLY_TROUBLE_MAX];
};

extern struct notebook notebook;

/* Setup and teardown of a group, and of each of its tests. */
int
notebook_setup(void **state);

int
notebook_begin(void **state);

int
notebook_end(void **state);

struct tally_journal_options
notebook_options(void);

/* Opens or continues it; fails the test if that is refused. */
struct tally_journal *
notebook_open(void);

/* What the file says, up to a cut end. */
struct notebook_content {
	struct tally_journal_tape tape;
	size_t answers;
	size_t seals;
	uint64_t file_size;
};

/* Fails the test unless every record has its shape and every seal is the frontend's. */
struct notebook_content
notebook_content(void);

/* No file may grow beyond `size`; what held before. */
struct rlimit
notebook_limit(uint64_t size);

#endif
