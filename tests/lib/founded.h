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

/* Appends the log's entries up to `size` as one batch: starts, commits, and ends without a
 * signature, as a process does that is killed behind its commit. What was appended before is
 * signed by that start. */
void
founded_append(struct founded *founded, size_t size);

#endif
