/* replay: what one entry does to law and tally. The same function at sequencing, at restart and
 * in the auditor's hands (T1: the running tally at index n is the replay of entries [0, n)).
 *
 * Signatures and choices of a ballot are facts the caller has checked; which earlier ballot it
 * replaces is a fact the caller found by its own means (poll book, or sorting).
 *
 * Thread: whoever owns the state. No allocation: memory is given at init. */
#ifndef TALLY_REPLAY_REPLAY_H
#define TALLY_REPLAY_REPLAY_H

#include "ballot/ballot.h"
#include "campaign/law.h"
#include "campaign/manifest.h"
#include "ledger/entry.h"
#include "tally/counts.h"

/* Rule an entry broke; the name in words is replay_fault_sentence(). */
enum replay_fault {
	REPLAY_FINE = 0,
	REPLAY_UNKNOWN_ENTRY, /* kind unknown or shape wrong */
	REPLAY_CAMPAIGN_PART, /* a manifest part missing, repeated, out of place or altered */
	REPLAY_BALLOT_MALFORMED,     /* or against the campaign's rules (rules_check) */
	REPLAY_BALLOT_OUTSIDE_PHASE, /* or while paused */
	REPLAY_BALLOT_FORBIDDEN,     /* its signer is revoked, or it names a withdrawn option */
	REPLAY_PHASE_FORBIDDEN,      /* no such move, or against the clock rule */
	REPLAY_PHASE_OWED,           /* something else came where a notice owed a PHASE */
	REPLAY_SHEET_MALFORMED,      /* or its totals cannot be (sheetrules_check) */
	REPLAY_SHEET_REFUSED, /* order, time, or more papers than voters (replay_sheet_check) */
	REPLAY_NOTICE_MALFORMED,
	REPLAY_NOTICE_REFUSED, /* order or effect (law_notice_check) */
	REPLAY_TALLY_INDEX,    /* covers another index than its own */
	REPLAY_TALLY_WRONG,    /* its hash is not the recount's */
};

const char *
replay_fault_sentence(enum replay_fault fault);

struct replay {
	const struct manifest *manifest;
	uint64_t index; /* of the next entry */
	struct law law;
	struct counts counts;
	uint64_t last_tally;  /* index of the last TALLY entry + 1, 0 if none */
	uint64_t last_notice; /* index of the last NOTICE entry */
	uint64_t ballots_since_tally;
	bool changed_since_tally; /* by a notice void or a sheet */
	struct writer text;       /* canonical text of the last TALLY entry replayed */
	struct writer draft;      /* of the next one, while its hash is compared */
};

/* Bytes of memory replay_init needs. */
size_t
replay_memory(const struct manifest *manifest);

/* `memory` aligned to 8, zero or not; held until the state is no longer used. */
void
replay_init(struct replay *replay, const struct manifest *manifest, void *memory);

/* Applies the entry at replay->index. `replaced` is the ballot that a BALLOT entry replaces, or
 * NULL: one that was counted at an earlier index and neither replaced nor voided since. `voided` is
 * what the ballots count that a notice void takes out (made by counts_add of each), or NULL: none,
 * which is right where law alone is replayed. On any fault nothing has changed. */
MUST_USE enum replay_fault
replay_step(struct replay *replay, struct bytes entry, const struct ballot *replaced,
	    const struct counts *voided);

/* As replay_step of the BALLOT entry that `ballot` was parsed from, for those who know already that
 * it keeps the rules of the campaign (rules_check): at sequencing a worker has just found that, at
 * a start a thread that reads ahead. */
MUST_USE enum replay_fault
replay_step_ballot(struct replay *replay, const struct ballot *ballot,
		   const struct ballot *replaced);

/* May this sheet, which keeps the rules of its totals and is genuine, stand at replay->index? As
 * law_sheet_check, else TALLY_ROLL_FULL: more papers than voters_max. */
enum tally_verdict
replay_sheet_check(const struct replay *replay, const struct sheet *sheet);

/* Goes on at `index`, past entries that nobody has shown us (of a sealed campaign only the law is
 * public): they are no part of the manifest, no PHASE and no NOTICE. From then on only index and
 * law are right, no counts. REPLAY_CAMPAIGN_PART or REPLAY_PHASE_OWED, and nothing has changed,
 * where such an entry cannot stand. */
MUST_USE enum replay_fault
replay_skip(struct replay *replay, uint64_t index);

/* Have counts changed since the last TALLY? */
bool
replay_is_owed_tally(const struct replay *replay);

/* Makes the TALLY entry that would be right at replay->index, for sequencing. */
void
replay_tally_entry(struct replay *replay, const uint8_t salt[32], struct writer *entry);

/* Index, law, counts and what belongs to them; for the poll book's home. */
void
replay_write(struct writer *writer, const struct replay *replay);

/* Into a state that replay_init has made; after false it must be made anew. */
MUST_USE bool
replay_read(struct reader *reader, struct replay *replay);

/* Upper bound of what replay_write writes. */
size_t
replay_written_max(const struct manifest *manifest);

#endif
