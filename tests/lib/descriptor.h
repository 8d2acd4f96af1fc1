/* descriptor: finds the descriptor by which some other part of this process has a file open, so
 * that a test can make its writes and syncs fail. */
#ifndef TALLY_TESTS_DESCRIPTOR_H
#define TALLY_TESTS_DESCRIPTOR_H

#include "tests/lib/test.h"

/* The one that is open for reading and writing; fails the test if there is none. */
int
test_descriptor(const char *path);

/* From now on `fd` is another file. /dev/null takes every write and refuses every sync; /dev/full
 * is a full disk; what is open for reading alone refuses every write. */
void
test_descriptor_exchange(int fd, const char *path, int flags);

#endif
