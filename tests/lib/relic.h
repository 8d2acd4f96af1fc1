/* relic: what is left of a log whose tallyd is gone: a copy, the log's key, a checkpoint that
 * somebody kept; and a place for a new data directory. */
#ifndef TALLY_TESTS_RELIC_H
#define TALLY_TESTS_RELIC_H

#include "shell/adopt.h"
#include "tests/lib/founded.h"
#include "tests/lib/story.h"

struct relic {
	struct founded founded; /* its log is the story; data and anchor are not made */
	char copy[300];
	char newest[300];   /* the checkpoint of all entries */
	struct adopt adopt; /* copy, data, key, newest */
};

/* Makes the story (tests/lib/story.h) and publishes all of it to the copy. */
void
relic_make(struct relic *relic, const struct campaign_wish *wish, story_hook *hook);

/* The same, with a change to the complete story (or NULL) before it is published. */
void
relic_make_changed(struct relic *relic, const struct campaign_wish *wish, story_hook *hook,
		   void (*change)(struct test_log *log));

void
relic_free(struct relic *relic);

/* Makes an anchor that remembers the first `size` entries. */
void
relic_anchor(struct relic *relic, size_t size);

/* Writes the checkpoint of `size` entries where adopt.newest says. */
void
relic_newest(const struct relic *relic, size_t size);

/* Adopts; fails the test if it is refused. */
void
relic_adopts(struct relic *relic);

/* Fails the test unless it is refused with this exit code and these words, and nothing is made. */
void
relic_refused(struct relic *relic, int code, const char *words);

#endif
