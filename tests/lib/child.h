/* child: runs a function in a child process, for what ends its process or speaks on stderr. */
#ifndef TALLY_TESTS_CHILD_H
#define TALLY_TESTS_CHILD_H

#include "tests/lib/test.h"

#include <sys/types.h>

struct test_child {
	pid_t pid;
	int fd; /* the other end of its stderr */
	size_t size;
	char said[32 * 1024]; /* so far; a NUL after it */
};

/* What the child does; it exits with what is returned. */
typedef int
test_child_act(void *context);

void
test_child_start(struct test_child *child, test_child_act *act, void *context);

/* Waits until it has said `text`; fails the test if it ends before or after ten seconds. */
void
test_child_await(struct test_child *child, const char *text);

/* Waits for its end (ended by force after twenty seconds): exit code, or the negative number of
 * the signal that ended it. */
int
test_child_end(struct test_child *child);

/* Both. */
int
test_child_run(struct test_child *child, test_child_act *act, void *context);

/* Fails the test unless the child said `text`. */
void
assert_said(const struct test_child *child, const char *text);

#endif
