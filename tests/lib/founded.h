/* founded: a campaign's data directory as `tallyd --init` makes it, and a log of entries that it
 * is to hold. */
#ifndef TALLY_TESTS_FOUNDED_H
#define TALLY_TESTS_FOUNDED_H

#include "shell/start.h"
#include "tests/lib/folder.h"
#include "tests/lib/log.h"

struct founded {
	struct test_folder folder;
	struct test_log log; /* begins with the manifest's entries */
	char json[300];      /* FILE.json */
	char key[300];       /* the log's private key */
	char anchor[300];    /* where one may be */
	char data[300];      /* DIR */
	uint64_t batches_count;
};

/* The files that --init needs; no directory yet. */
void
founded_prepare(struct founded *founded, const struct campaign_wish *wish);

/* And the directory. */
void
founded_make(struct founded *founded, const struct campaign_wish *wish, bool anchor);

void
founded_free(struct founded *founded);

/* Starts from the directory; an exit code. start_end is the caller's. */
int
founded_start(const struct founded *founded, struct start *start);

/* Appends the log's entries up to each of `sizes` as a batch: starts, commits, and ends without a
 * signature, as a process does that is killed behind its commits. What was there before is signed
 * by that start. */
void
founded_append_batches(struct founded *founded, const size_t *sizes, size_t count);

/* One batch. */
void
founded_append(struct founded *founded, size_t size);

/* Starts, so that all is signed, and ends. */
void
founded_sign(const struct founded *founded);

/* A file of the directory whole, malloc'ed; fails the test if it is not there. */
uint8_t *
founded_read(const struct founded *founded, const char *name, size_t *size);

/* Writes over bytes of a file of the directory. */
void
founded_write(const struct founded *founded, const char *name, uint64_t offset,
	      struct bytes bytes);

bool
founded_has(const struct founded *founded, const char *name);

void
founded_remove(const struct founded *founded, const char *name);

/* Changes one bit of a file of the directory. */
void
founded_flip(const struct founded *founded, const char *name, uint64_t offset);

/* A snapshot of what lies below DIR/`name` ("."), but for the lock; malloc'ed. */
char *
founded_snapshot(const struct founded *founded, const char *name);

/* founded_make without an anchor, and voting is open: two entries, the first signed. */
void
founded_open_voting(struct founded *founded, const struct campaign_wish *wish);

/* Adds a vote to the log alone. */
void
founded_vote(struct founded *founded, uint64_t voter, uint16_t revision);

/* A batch of votes by voters [first, end). */
void
founded_votes(struct founded *founded, uint64_t first, uint64_t end, uint16_t revision);

/* Keeps the state behind the log's last entry, as the keeper does. */
void
founded_keep(const struct founded *founded);

/* Lets the directory remember another root at the size it remembers. */
void
founded_fork(const struct founded *founded);

#endif
