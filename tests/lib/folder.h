/* folder: a temporary folder of one test. */
#ifndef TALLY_TESTS_FOLDER_H
#define TALLY_TESTS_FOLDER_H

#include "tests/lib/test.h"

struct test_folder {
	char path[256];
	int fd;
};

/* Makes one below $TMPDIR, else /tmp. What a failing test leaves goes with the program. */
struct test_folder
test_folder_make(void);

/* Closes it and removes all that is in it. */
void
test_folder_remove(struct test_folder *folder);

/* The folder of the test that runs, if it is listed as WITH_FOLDER(test). */
extern struct test_folder here;

#define WITH_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, test_folder_set_up, test_folder_tear_down)

/* Make and remove `here`. */
int
test_folder_set_up(void **state);

int
test_folder_tear_down(void **state);

/* Removes all that is in a folder. */
void
test_folder_clear(const char *path);

#endif
