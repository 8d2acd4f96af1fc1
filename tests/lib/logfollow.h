/* logfollow: the builder's own honest replay of a log in the making; for log.c alone. */
#ifndef TALLY_TESTS_LOGFOLLOW_H
#define TALLY_TESTS_LOGFOLLOW_H

#include "tests/lib/log.h"

/* Replays the last entry. One against the rules only moves the index: a ballot out of its tag's
 * order, a void of what does not count, whatever replay_step refuses. Every question about earlier
 * ballots is answered by looking through them all. */
void
log_follow(struct test_log *log);

#endif
