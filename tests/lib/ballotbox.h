/* ballotbox: a campaign in memory, for tests of who wins: ballots are dropped into it and come out
 * as the engine's counts and profile. In front of the contest that is decided stands another one,
 * in which everybody abstains. */
#ifndef TALLY_TESTS_BALLOTBOX_H
#define TALLY_TESTS_BALLOTBOX_H

#include "outcome/outcome.h"
#include "tests/lib/slowoutcome.h"

enum {
	BALLOTBOX_CONTEST = 1,       /* the contest's place in the manifest */
	BALLOTBOX_OPTIONS_FIRST = 3, /* and that of its first option in the campaign */
};

struct ballotbox {
	struct manifest manifest;
	struct manifest_contest contests[BALLOTBOX_CONTEST + 1];
	struct law law; /* all that is asked of it: the draw, the withdrawn */
	struct counts counts;
	struct profile profile; /* settled by ballotbox_decide */
	struct outcome outcome; /* after ballotbox_decide, once */
	void *memory;
};

/* For `contest`, which is copied (and still points to the caller's options). The box points into
 * itself: it must not be moved. */
void
ballotbox_init(struct ballotbox *box, const struct manifest_contest *contest);

/* One ballot for each row of `votes`. */
void
ballotbox_drop(struct ballotbox *box, const struct profile *votes);

/* The engine's winners; fails the test if there was no decision. */
void
ballotbox_decide(struct ballotbox *box, struct slow_list *won);

void
ballotbox_free(struct ballotbox *box);

#endif
