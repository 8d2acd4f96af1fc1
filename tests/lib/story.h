/* story: a whole campaign as one public log: opening, votes and revisions, tallies, an extension,
 * the close; about three bundles long. A test may disturb it at named points. */
#ifndef TALLY_TESTS_STORY_H
#define TALLY_TESTS_STORY_H

#include "tests/lib/log.h"

#define STORY_OPENS "2026-01-01T08:00:00Z"
#define STORY_CLOSES "2026-01-31T20:00:00Z"
#define STORY_EXTENDED "2026-02-02T20:00:00Z"

enum story_point {
	STORY_BEFORE, /* after the manifest */
	STORY_OPEN,   /* after some votes */
	STORY_LATE,   /* after the last vote, before the close */
	STORY_CLOSED, /* after the PHASE entry that closes, before the last TALLY */
	STORY_END,
};

enum {
	STORY_VOTES_FIRST = 300,  /* before STORY_OPEN and the first TALLY */
	STORY_VOTES_SECOND = 340, /* until STORY_LATE */
	STORY_STRANGER = 5000,    /* a voter the story does not know, and all above */
};

/* Called at every point, while the log is built. */
typedef void
story_hook(struct test_log *log, enum story_point point);

/* `hook` may be NULL. Voters 0, 1, ... vote for option voter % 3 of contest 0; each voter whose
 * number is a multiple of 5 votes again, with revision 2, where revisions are allowed. */
void
story_make(struct test_log *log, const struct campaign_wish *wish, story_hook *hook);

/* A vote as the story's voters cast it. */
size_t
story_vote(struct test_log *log, uint64_t voter, uint16_t revision);

/* The same ballot, not appended; memory[TALLY_BALLOT_SIZE_MAX]. */
struct bytes
story_ballot(const struct test_log *log, uint64_t voter, uint16_t revision, uint8_t *memory);

#endif
