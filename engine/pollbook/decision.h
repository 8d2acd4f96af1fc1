/* decision: what a ballot's tag, revision and digest mean against the poll book.
 *
 * V1: a tag counts at most once at every index; a ballot counts only if its revision is greater
 * than every one its tag has in the log. Thread: the loop. No allocation. */
#ifndef TALLY_POLLBOOK_DECISION_H
#define TALLY_POLLBOOK_DECISION_H

#include "pollbook/table.h"
#include "tally/status.h"

struct pollbook_ballot {
	const uint8_t *tag; /* 32 */
	uint16_t revision;
	const uint8_t *digest;    /* 16 */
	const uint8_t *voter_key; /* 32 in voter mode, else NULL */
	uint64_t serial;
};

enum pollbook_outcome {
	POLLBOOK_COUNTS,   /* the tag's first ballot */
	POLLBOOK_REPLACES, /* counts in place of the one at `index` */
	POLLBOOK_SAME, /* these signed bytes are in the log at `index`: the first answer again */
	POLLBOOK_REFUSED, /* `verdict` says why; `index` of the ballot in the way, if any */
};

struct pollbook_decision {
	enum pollbook_outcome outcome;
	enum tally_verdict verdict;
	uint64_t index;
};

/* Changes nothing. table->voters_max is the campaign's. `revotes` = the campaign's policy is
 * `last`. Verdicts of a refusal: TALLY_HAS_VOTED (policy first), TALLY_SUPERSEDED (revision not
 * greater), TALLY_OLD_CERTIFICATE, TALLY_KEY_IN_USE, TALLY_ROLL_FULL (a new tag past voters_max,
 * or no room for another key of an old one). The question of SAME comes before every refusal, the
 * certificate before the vote. */
void
pollbook_decide(const struct pollbook_table *table, const struct pollbook_ballot *ballot,
		bool revotes, struct pollbook_decision *out);

/* Enters a ballot that counts or replaces, at its index (below 2^48). The room was promised by
 * the decision: `voters_max` voters always fit, new keys of old voters and OLD records take what
 * is left over. An OLD record without room is dropped: that ballot, sent again, is refused
 * instead of being told its index. */
void
pollbook_enter(struct pollbook_table *table, const struct pollbook_ballot *ballot,
	       uint64_t index);

/* Records a table for a campaign must hold. Under policy `last` (revisions_max > 1) there is room
 * for OLD records of every replaced ballot, up to two million or a quarter of the voters,
 * whichever is more. */
size_t
pollbook_records_for(uint32_t voters_max, uint16_t revisions_max, bool voter_mode);

#endif
