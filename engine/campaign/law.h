/* law: what is in force at an index: the manifest, changed by the entries before it.
 *
 * Phases. A campaign is before, open or closed; PHASE entries alone change that. A clock-driven
 * PHASE states the minute tallyd's clock showed: open needs opens <= minute < closes, closed needs
 * closes <= minute (closes as extended), and minutes never go back. Whatever opens a campaign, it
 * is open only between opens and closes. A notice that changes the phase (close while not closed;
 * extend while closed) owes a PHASE entry with cause `notice`: it must be the very next entry.
 *
 * Results of a sealed campaign become public by a notice unseal: once the campaign is closed, and
 * naming a time at least unseal_delay_s behind the PHASE that closed it. Nothing reopens the vote
 * after that.
 *
 * Moves:  before -> open (clock)   before -> closed (clock: down over the whole campaign; notice)
 *         open -> closed (clock, notice)   closed -> open (notice extend)
 *
 * Plain data: copied by assignment, written and read by law_write and law_read. */
#ifndef TALLY_CAMPAIGN_LAW_H
#define TALLY_CAMPAIGN_LAW_H

#include "ballot/notice.h"
#include "campaign/manifest.h"

enum {
	LAW_WRITTEN_SIZE = 1 + 1 + 1 + 8 + 8 + 8 + 4 + TALLY_HASH_SIZE
};

struct law {
	enum tally_phase phase;
	enum tally_phase owed;                /* TALLY_PHASE_BEFORE: nothing is owed */
	bool unsealed;                        /* a notice unseal has come */
	int64_t opens;                        /* seconds since 1970 */
	int64_t closes;                       /* as extended */
	int64_t phase_minute;                 /* of the last PHASE entry, minutes since 1970 */
	uint32_t notices_count;               /* also the number of the last notice */
	uint8_t notice_hash[TALLY_HASH_SIZE]; /* of the last notice; zeros before the first */
};

void
law_init(struct law *law, const struct manifest *manifest);

/* May a ballot be counted now? TALLY_ACCEPTED, TALLY_NOT_OPEN_YET or TALLY_CLOSED. */
enum tally_verdict
law_ballot(const struct law *law);

/* The notice's order and effect, its signature already checked: TALLY_ACCEPTED,
 * TALLY_WRONG_CAMPAIGN, TALLY_NOTICE_OUT_OF_ORDER, or TALLY_NOTICE_IMPOSSIBLE (close when closed;
 * extend to a time not later than the closing time in force, or once unsealed; unseal when not
 * closed, too early, again, or where nothing is sealed; anything while a PHASE is owed). */
MUST_USE enum tally_verdict
law_notice_check(const struct law *law, const struct manifest *manifest,
		 const struct notice *notice);

/* After law_notice_check has accepted it. */
void
law_notice_apply(struct law *law, const struct notice *notice);

/* True if counts and ballots are public: results are live, or have been unsealed. */
bool
law_results_public(const struct law *law, const struct manifest *manifest);

/* A PHASE entry; false if the moves or the clock rule above forbid it. */
MUST_USE bool
law_phase_check(const struct law *law, enum tally_phase phase, enum tally_cause cause,
		int64_t minute);

void
law_phase_apply(struct law *law, enum tally_phase phase, enum tally_cause cause,
		int64_t minute);

/* The phase the clock asks for at `seconds`, which is the present one if nothing is due, if a
 * PHASE is owed, or if the clock is behind the last PHASE entry. */
enum tally_phase
law_phase_due(const struct law *law, int64_t seconds);

void
law_write(struct writer *writer, const struct law *law);

MUST_USE bool
law_read(struct reader *reader, struct law *law);

#endif
