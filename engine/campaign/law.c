#include "campaign/law.h"

#include <string.h>

#include "base/bitset.h"

static bool
ties_are_drawn(const struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->contests_count; i++)
		if (manifest->contests[i].outcome.ties == MANIFEST_TIES_DRAWN)
			return true;
	return false;
}

void
law_init(struct law *law, const struct manifest *manifest)
{
	*law = (struct law){.phase = TALLY_PHASE_BEFORE,
			    .owed = TALLY_PHASE_BEFORE,
			    .draw_missing = ties_are_drawn(manifest),
			    .opens = manifest->opens,
			    .closes = manifest->closes};
}

enum tally_verdict
law_ballot(const struct law *law)
{
	if (law->phase == TALLY_PHASE_CLOSED || law->owed == TALLY_PHASE_CLOSED)
		return TALLY_CLOSED;
	if (law->phase != TALLY_PHASE_OPEN)
		return TALLY_NOT_OPEN_YET;
	return law->paused ? TALLY_PAUSED : TALLY_ACCEPTED;
}

bool
law_frontend_revoked(const struct law *law, size_t place)
{
	CHECK(place < frontends_max);
	return bitset_has(law->frontends_revoked, place);
}

bool
law_option_withdrawn(const struct law *law, size_t place)
{
	CHECK(place < options_max);
	return bitset_has(law->options_withdrawn, place);
}

static enum tally_verdict
signer_permitted(const struct law *law, const struct manifest *manifest,
		 const struct ballot *ballot)
{
	bool voter = ballot->signing == TALLY_SIGNING_VOTER;
	size_t place = voter ? manifest_registrar_place(manifest, ballot->key_id)
			     : manifest_frontend_place(manifest, ballot->key_id);

	CHECK(place < (voter ? manifest->registrars_count : manifest->frontends_count));
	if (!bitset_has(voter ? law->registrars_revoked : law->frontends_revoked, place))
		return TALLY_ACCEPTED;
	return voter ? TALLY_REVOKED_REGISTRAR : TALLY_REVOKED_SIGNER;
}

static bool
names_withdrawn(const struct law *law, const struct manifest *manifest,
		const struct ballot *ballot)
{
	struct reader reader = reader_make(ballot->choices);

	for (size_t i = 0; i < manifest->contests_count; i++) {
		const struct manifest_contest *contest = &manifest->contests[i];
		struct ballot_choices choices;

		if (!manifest_votes_in(contest, ballot->district))
			continue;
		choices = ballot_choices_next(&reader);
		for (size_t j = 0; !choices.blank && j < choices.count; j++)
			if (law_option_withdrawn(law, contest->options_first +
							  ballot_choice_at(&choices, j).option))
				return true;
	}
	return false;
}

enum tally_verdict
law_permits(const struct law *law, const struct manifest *manifest, const struct ballot *ballot)
{
	enum tally_verdict verdict = law_ballot(law);

	if (verdict == TALLY_ACCEPTED && law->revoked_count > 0)
		verdict = signer_permitted(law, manifest, ballot);
	if (verdict == TALLY_ACCEPTED && law->withdrawn_count > 0 &&
	    names_withdrawn(law, manifest, ballot))
		verdict = TALLY_WITHDRAWN_OPTION;
	return verdict;
}

bool
law_results_public(const struct law *law, const struct manifest *manifest)
{
	return !manifest->sealed || law->unsealed;
}

enum tally_verdict
law_sheet_check(const struct law *law, const struct manifest *manifest,
		const struct sheet *sheet)
{
	size_t place = manifest_frontend_place(manifest, sheet->key_id);

	CHECK(place < manifest->frontends_count);
	if (law->phase == TALLY_PHASE_BEFORE)
		return TALLY_NOT_OPEN_YET;
	if (law->unsealed)
		return TALLY_CLOSED;
	if (law_frontend_revoked(law, place))
		return TALLY_REVOKED_SIGNER;
	return sheet->number - 1 == law->booths[place].sheets_count ? TALLY_ACCEPTED
								    : TALLY_SHEET_OUT_OF_ORDER;
}

void
law_sheet_apply(struct law *law, const struct manifest *manifest, const struct sheet *sheet,
		uint64_t index)
{
	struct law_booth *booth =
	    &law->booths[manifest_frontend_place(manifest, sheet->key_id)];

	CHECK(law_sheet_check(law, manifest, sheet) == TALLY_ACCEPTED);
	booth->sheets_count = sheet->number;
	booth->last_index = index;
	sheet_digest(sheet, booth->last_digest);
}

bool
law_sheet_is_last(const struct law *law, const struct manifest *manifest,
		  const struct sheet *sheet, uint64_t *index)
{
	size_t place = manifest_frontend_place(manifest, sheet->key_id);
	const struct law_booth *booth;
	uint8_t digest[SHEET_DIGEST_SIZE];

	CHECK(place < manifest->frontends_count);
	booth = &law->booths[place];
	sheet_digest(sheet, digest);
	if (booth->sheets_count == 0 || memcmp(digest, booth->last_digest, sizeof digest) != 0)
		return false;
	*index = booth->last_index;
	return true;
}

static bool
is_voting_time(const struct law *law, int64_t seconds)
{
	return law->opens <= seconds && seconds < law->closes;
}

static bool
clock_allows(const struct law *law, enum tally_phase phase, int64_t seconds)
{
	if (phase == TALLY_PHASE_OPEN)
		return law->phase == TALLY_PHASE_BEFORE && !law->draw_missing &&
		       is_voting_time(law, seconds);
	return phase == TALLY_PHASE_CLOSED && law->phase != TALLY_PHASE_CLOSED &&
	       law->closes <= seconds;
}

bool
law_phase_check(const struct law *law, enum tally_phase phase, enum tally_cause cause,
		int64_t minute)
{
	if (minute < law->phase_minute || minute > UINT32_MAX)
		return false;
	if (cause == TALLY_CAUSE_NOTICE)
		return law->owed != TALLY_PHASE_BEFORE && phase == law->owed &&
		       (phase == TALLY_PHASE_CLOSED ||
			(!law->draw_missing && is_voting_time(law, minute * 60)));
	return cause == TALLY_CAUSE_CLOCK && law->owed == TALLY_PHASE_BEFORE &&
	       clock_allows(law, phase, minute * 60);
}

void
law_phase_apply(struct law *law, enum tally_phase phase, enum tally_cause cause, int64_t minute)
{
	CHECK(law_phase_check(law, phase, cause, minute));
	law->phase = phase;
	law->owed = TALLY_PHASE_BEFORE;
	law->phase_minute = minute;
}

enum tally_phase
law_phase_due(const struct law *law, int64_t seconds)
{
	if (law->owed != TALLY_PHASE_BEFORE || seconds < law->phase_minute * 60)
		return law->phase;
	if (law->phase != TALLY_PHASE_CLOSED && law->closes <= seconds)
		return TALLY_PHASE_CLOSED;
	if (law->phase == TALLY_PHASE_BEFORE && law->opens <= seconds && !law->draw_missing)
		return TALLY_PHASE_OPEN;
	return law->phase;
}
