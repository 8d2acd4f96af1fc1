/* snapshot: all that lies in a folder, as text, to be compared with a later one. */
#ifndef TALLY_TESTS_SNAPSHOT_H
#define TALLY_TESTS_SNAPSHOT_H

#include "tests/lib/test.h"

/* One line for every name below `path`, sorted: name, mode, size, hash of the content; malloc'ed.
 * `except` (NULL: nothing) is left out. */
char *
test_snapshot(const char *path, const char *except);

/* The names alone, in order, separated by blanks; folders end in '/'; malloc'ed. */
char *
test_names(const char *path);

#endif
