/* decision: what a ballot's tag, rank, revision and digest mean against the poll book.
 *
 * V1: a tag counts at most once at every index; of each tag (rank, revision), compared as a pair,
 * ascends in the log. A ballot of a higher rank replaces one of a lower rank whatever the policy;
 * behind a void `again` the tag votes with the revision that follows (policy first: no other), in
 * the same rank or a higher one; a barred tag never again.
 *
 * Thread: the loop. No allocation. */
#ifndef TALLY_POLLBOOK_DECISION_H
#define TALLY_POLLBOOK_DECISION_H

#include "pollbook/table.h"
#include "tally/status.h"

struct pollbook_ballot {
	const uint8_t *tag;                /* 32 */
	const struct pollbook_name *voter; /* of POLLBOOK_VOTER and the tag, or NULL: not yet
					      made */
	uint16_t revision;
	unsigned rank;            /* 1: its signer's kind takes precedence; else 0 */
	const uint8_t *digest;    /* 16 */
	const uint8_t *voter_key; /* 32 in voter mode, else NULL */
	uint64_t serial;
};

enum pollbook_outcome {
	POLLBOOK_COUNTS,   /* nothing else of its tag counts */
	POLLBOOK_REPLACES, /* counts in place of the one at `index` */
	POLLBOOK_SAME, /* these signed bytes are in the log at `index`: the first answer again */
	POLLBOOK_REFUSED, /* `verdict` says why */
};

struct pollbook_decision {
	enum pollbook_outcome outcome;
	enum tally_verdict verdict;
	uint64_t index; /* of the tag's newest ballot, but for SAME; 0: it has none */
};

/* Changes nothing. table->voters_max is the campaign's. `revotes` = the campaign's policy is
 * `last`. Verdicts of a refusal: TALLY_OLD_CERTIFICATE, TALLY_KEY_IN_USE, TALLY_BARRED,
 * TALLY_HAS_VOTED (policy first), TALLY_SUPERSEDED (policy last: (rank, revision) not greater),
 * TALLY_BAD_REVISION (policy first: not 1, or not the one behind the voided), TALLY_ROLL_FULL (a
 * new tag past voters_max, or no room for another key of an old one). The question of SAME comes
 * before every refusal, the certificate before the vote. */
void
pollbook_decide(const struct pollbook_table *table, const struct pollbook_ballot *ballot,
		bool revotes, struct pollbook_decision *out);

/* Enters a ballot that counts or replaces, at its index (below 2^44). The room was promised by
 * the decision: `voters_max` voters always fit, each with a key; new keys of old voters and OLD
 * records have room of their own. An OLD record without room is dropped: that ballot, sent
 * again, is refused instead of being told its index; after a restart it may be another one. */
void
pollbook_enter(struct pollbook_table *table, const struct pollbook_ballot *ballot,
	       uint64_t index);

/* Puts back a record that was kept of a book. What no decision has promised room (an OLD record
 * behind as many as fit, in the order of the home) is left out. False: there is no room. */
MUST_USE bool
pollbook_restore(struct pollbook_table *table, const struct pollbook_name *name,
		 const struct pollbook_record *record);

/* Is the ballot at `index` the one of this tag that counts? */
bool
pollbook_counts(const struct pollbook_table *table, const uint8_t tag[32], uint64_t index);

/* Takes out the tag's ballot, which counts. `fate`: POLLBOOK_AGAIN or POLLBOOK_BARRED. */
void
pollbook_void(struct pollbook_table *table, const uint8_t tag[32], enum pollbook_standing fate);

/* The district that a notice has enrolled the tag in; -1: none has. */
int
pollbook_enrolled(const struct pollbook_table *table, const uint8_t tag[32]);

/* Enrols a tag that is not. There is room for table->rolls_max of them, which is the caller's
 * bound. */
void
pollbook_enrol(struct pollbook_table *table, const uint8_t tag[32], uint16_t district);

#endif
