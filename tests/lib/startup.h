/* startup: what a start makes of a founded directory. */
#ifndef TALLY_TESTS_STARTUP_H
#define TALLY_TESTS_STARTUP_H

#include "tests/lib/founded.h"

/* Fails the test unless station, tree and signed checkpoint are of the log's first `size`
 * entries. */
void
assert_restored(const struct founded *founded, const struct start *start, size_t size);

/* Starts, and that; ends. */
void
assert_restores(const struct founded *founded, size_t size);

/* Starts in a child process, says `line` on the way ("": anything), ends. */
void
assert_starts_saying(struct founded *founded, const char *line);

/* Refused with exit code 3 and this line; nothing below DIR/`unchanged` but the lock is
 * another. */
void
assert_start_refused(struct founded *founded, const char *unchanged, const char *line);

/* Starts, publishes what is signed there, ends. */
void
startup_publish(const struct founded *founded);

/* Starts, ends: where the next batch goes. */
struct committer_place
startup_place(const struct founded *founded);

#endif
