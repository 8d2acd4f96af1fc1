/* profile: the counted ballots of one contest, equal ones together: what rules over ballots read.
 *
 * Rows stand in one order whatever the order in which ballots came: so every reader of a log makes
 * the same profile. Ballots without a choice in the contest (blank, abstained, of districts that do
 * not vote in it) are not in it.
 *
 * Thread: one at a time. Allocates; profile_free gives it back. */
#ifndef TALLY_OUTCOME_PROFILE_H
#define TALLY_OUTCOME_PROFILE_H

#include "ballot/ballot.h"
#include "base/check.h"

struct profile_choice {
	uint16_t option; /* place in the contest */
	int32_t value;   /* points; rank from 1; 1 where options are marked */
};

struct profile_row {
	uint64_t weight; /* ballots with exactly these choices; > 0 */
	size_t first;    /* in choices */
	size_t count;    /* > 0 */
};

struct profile {
	uint64_t ballots; /* sum of weights */
	size_t rows_count;
	struct profile_row *rows;
	size_t choices_count;
	struct profile_choice *choices; /* of a row ascending by option */
	struct profile_index *index;    /* profile.c's own, until profile_settle */
};

/* Empty. */
void
profile_init(struct profile *profile);

/* Enters one ballot's choices in the contest; nothing if there are none. False: no memory. */
MUST_USE bool
profile_add(struct profile *profile, const struct ballot_choices *choices);

/* Brings the rows into their order: ascending by their choices as sequences of (option, value). No
 * more is added afterwards. False: no memory. */
MUST_USE bool
profile_settle(struct profile *profile);

void
profile_free(struct profile *profile);

#endif
