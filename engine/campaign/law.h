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
 * Ballots count while the campaign is open and not paused. Pause and resume are no PHASE: the clock
 * goes on. A revoked key signs nothing behind its notice; a withdrawn option is named by no ballot
 * behind its own, and the outcome leaves it out. Where a contest's ties are drawn (manifest), the
 * campaign cannot open before the notice draw.
 *
 * What a void or an enrolment does to ballots and tags is not here: it takes the log (replay.h,
 * pollbook/decision.h).
 *
 * Moves:  before -> open (clock)   before -> closed (clock: down over the whole campaign; notice)
 *         open -> closed (clock, notice)   closed -> open (notice extend)
 *
 * Plain data: copied by assignment, written and read by law_write and law_read. */
#ifndef TALLY_CAMPAIGN_LAW_H
#define TALLY_CAMPAIGN_LAW_H

#include "ballot/ballot.h"
#include "ballot/notice.h"
#include "ballot/sheet.h"
#include "campaign/manifest.h"
#include "limits.h"

/* A booth's sheets of paper totals. */
struct law_booth {
	uint32_t sheets_count; /* also the number of its last one */
	uint64_t last_index;   /* of its last one in the log */
	uint8_t last_digest[SHEET_DIGEST_SIZE];
};

struct law {
	enum tally_phase phase;
	enum tally_phase owed; /* TALLY_PHASE_BEFORE: nothing is owed */
	bool unsealed;         /* a notice unseal has come */
	bool paused;
	bool draw_missing;      /* a notice draw must come before the vote opens */
	int64_t opens;          /* seconds since 1970 */
	int64_t closes;         /* as extended */
	int64_t phase_minute;   /* of the last PHASE entry, minutes since 1970 */
	uint32_t notices_count; /* also the number of the last notice */
	uint8_t notice_hash[TALLY_HASH_SIZE]; /* of the last notice; zeros before the first */
	uint8_t draw[TALLY_HASH_SIZE]; /* seed of the drawn orders; zeros before the draw */
	uint16_t revoked_count;
	uint16_t withdrawn_count;
	uint8_t frontends_revoked[frontends_max / 8]; /* bit i: place i in the manifest */
	uint8_t registrars_revoked[registrars_max / 8];
	uint8_t options_withdrawn[options_max / 8]; /* by place among all of the campaign's */
	struct law_booth booths[frontends_max];     /* by place in the manifest */
};

enum {
	LAW_WRITTEN_SIZE = 5 + 3 * 8 + 4 + 2 * TALLY_HASH_SIZE + 2 * 2 +
			   (frontends_max + registrars_max + options_max) / 8 +
			   frontends_max * (4 + 8 + SHEET_DIGEST_SIZE)
};

void
law_init(struct law *law, const struct manifest *manifest);

/* May ballots be counted now? TALLY_ACCEPTED, TALLY_NOT_OPEN_YET, TALLY_CLOSED or TALLY_PAUSED. */
enum tally_verdict
law_ballot(const struct law *law);

/* May this one, which keeps the manifest's rules and is genuine? As law_ballot, else
 * TALLY_REVOKED_SIGNER, TALLY_REVOKED_REGISTRAR or TALLY_WITHDRAWN_OPTION. */
enum tally_verdict
law_permits(const struct law *law, const struct manifest *manifest,
	    const struct ballot *ballot);

/* Has that frontend's key been revoked? `place` is its place in the manifest. */
bool
law_frontend_revoked(const struct law *law, size_t place);

/* Has the option been withdrawn? `place` is its place among all options of the campaign. */
bool
law_option_withdrawn(const struct law *law, size_t place);

/* The notice's order and effect, its signature already checked: TALLY_ACCEPTED,
 * TALLY_WRONG_CAMPAIGN, TALLY_NOTICE_OUT_OF_ORDER, or TALLY_NOTICE_IMPOSSIBLE (close when closed;
 * extend to a time not later than the closing time in force, or once unsealed; unseal when not
 * closed, too early, again, or where nothing is sealed; pause when paused or closed; resume when
 * not paused; revoke and withdraw of what is not in the manifest, or again; a void by a signer that
 * is not in the manifest; enrol without a roster, or into a district that there is not; draw once
 * the vote has opened or closed, again, or where nothing is drawn; anything while a PHASE is owed).
 * What a void or an enrolment asks of ballots and tags is the caller's. */
MUST_USE enum tally_verdict
law_notice_check(const struct law *law, const struct manifest *manifest,
		 const struct notice *notice);

/* After law_notice_check has accepted it. */
void
law_notice_apply(struct law *law, const struct manifest *manifest, const struct notice *notice);

/* True if counts and ballots are public: results are live, or have been unsealed. */
bool
law_results_public(const struct law *law, const struct manifest *manifest);

/* A sheet that keeps the rules of its totals (sheetrules.h): TALLY_ACCEPTED, TALLY_NOT_OPEN_YET,
 * TALLY_CLOSED (results have been unsealed: paper is counted before that, also once voting is
 * closed), TALLY_REVOKED_SIGNER or TALLY_SHEET_OUT_OF_ORDER. A pause does not concern paper. */
MUST_USE enum tally_verdict
law_sheet_check(const struct law *law, const struct manifest *manifest,
		const struct sheet *sheet);

/* After law_sheet_check has accepted it; `index` is its place in the log. */
void
law_sheet_apply(struct law *law, const struct manifest *manifest, const struct sheet *sheet,
		uint64_t index);

/* Is it its booth's last sheet, byte for byte of what is signed? Then *index is where it lies. */
bool
law_sheet_is_last(const struct law *law, const struct manifest *manifest,
		  const struct sheet *sheet, uint64_t *index);

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
