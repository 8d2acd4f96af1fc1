/* folder: a temporary folder of one test. */
#ifndef TALLY_TESTS_FOLDER_H
#define TALLY_TESTS_FOLDER_H

#include "tests/lib/test.h"

struct test_folder {
	char path[256];
	int fd;
};

/* Makes one below $TMPDIR, else /tmp. */
struct test_folder
test_folder_make(void);

/* Closes it and removes all that is in it. */
void
test_folder_remove(struct test_folder *folder);

#endif
