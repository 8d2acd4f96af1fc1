#include "campaign/law.h"

#include <sodium.h>
#include <string.h>

_Static_assert(frontends_max % 8 == 0 && registrars_max % 8 == 0 && options_max % 8 == 0,
	       "sets of bits are whole bytes");

static bool
bit_is(const uint8_t *bits, size_t at)
{
	return (bits[at / 8] >> at % 8 & 1) != 0;
}

static void
bit_put(uint8_t *bits, size_t at)
{
	bits[at / 8] |= (uint8_t)(1u << at % 8);
}

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
	return bit_is(law->frontends_revoked, place);
}

bool
law_option_withdrawn(const struct law *law, size_t place)
{
	CHECK(place < options_max);
	return bit_is(law->options_withdrawn, place);
}

/* Place of a frontend's key; frontends_count if it is not listed. */
static size_t
frontend_place(const struct manifest *manifest, uint32_t key_id)
{
	size_t place = 0;

	while (place < manifest->frontends_count && manifest->frontends[place].key.id != key_id)
		place++;
	return place;
}

static size_t
registrar_place(const struct manifest *manifest, uint32_t key_id)
{
	size_t place = 0;

	while (place < manifest->registrars_count && manifest->registrars[place].id != key_id)
		place++;
	return place;
}

static enum tally_verdict
signer_permitted(const struct law *law, const struct manifest *manifest,
		 const struct ballot *ballot)
{
	bool voter = ballot->signing == TALLY_SIGNING_VOTER;
	size_t place = voter ? registrar_place(manifest, ballot->key_id)
			     : frontend_place(manifest, ballot->key_id);

	CHECK(place < (voter ? manifest->registrars_count : manifest->frontends_count));
	if (!bit_is(voter ? law->registrars_revoked : law->frontends_revoked, place))
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

static bool
may_unseal(const struct law *law, const struct manifest *manifest, int64_t seconds)
{
	return !law_results_public(law, manifest) && law->phase == TALLY_PHASE_CLOSED &&
	       seconds >= law->phase_minute * 60 + manifest->unseal_delay_s;
}

static bool
may_revoke(const struct law *law, const struct manifest *manifest, const struct notice *notice)
{
	size_t place;

	if (notice->holder == NOTICE_FRONTEND) {
		place = frontend_place(manifest, notice->revoked);
		return place < manifest->frontends_count &&
		       !bit_is(law->frontends_revoked, place);
	}
	place = registrar_place(manifest, notice->revoked);
	return place < manifest->registrars_count && !bit_is(law->registrars_revoked, place);
}

static bool
may_withdraw(const struct law *law, const struct manifest *manifest,
	     const struct notice *notice)
{
	const struct manifest_contest *contest;

	if (notice->contest >= manifest->contests_count)
		return false;
	contest = &manifest->contests[notice->contest];
	return notice->option < contest->options_count &&
	       !bit_is(law->options_withdrawn, contest->options_first + notice->option);
}

static bool
may_void(const struct manifest *manifest, const struct notice *notice)
{
	uint32_t signer = notice->voided.signer;

	if (notice->voided.tags_count > 0)
		return true;
	return manifest->signing == TALLY_SIGNING_VOTER
		   ? registrar_place(manifest, signer) < manifest->registrars_count
		   : frontend_place(manifest, signer) < manifest->frontends_count;
}

static bool
may_enrol(const struct manifest *manifest, const struct notice *notice)
{
	if (!manifest->has_roster)
		return false;
	for (size_t i = 0; i < notice->enrolments_count; i++) {
		const uint8_t *at = notice->enrolments + i * NOTICE_ENROLMENT_SIZE;

		if (be16_load(at + TALLY_TAG_SIZE) >= manifest_districts(manifest))
			return false;
	}
	return true;
}

static bool
notice_possible(const struct law *law, const struct manifest *manifest,
		const struct notice *notice)
{
	if (law->owed != TALLY_PHASE_BEFORE)
		return false;
	switch (notice->kind) {
	case TALLY_NOTICE_EXTEND:
		return notice->closes > law->closes && !law->unsealed;
	case TALLY_NOTICE_PAUSE:
		return !law->paused && law->phase != TALLY_PHASE_CLOSED;
	case TALLY_NOTICE_RESUME:
		return law->paused;
	case TALLY_NOTICE_CLOSE:
		return law->phase != TALLY_PHASE_CLOSED;
	case TALLY_NOTICE_UNSEAL:
		return may_unseal(law, manifest, notice->unseals);
	case TALLY_NOTICE_REVOKE:
		return may_revoke(law, manifest, notice);
	case TALLY_NOTICE_WITHDRAW:
		return may_withdraw(law, manifest, notice);
	case TALLY_NOTICE_VOID:
		return may_void(manifest, notice);
	case TALLY_NOTICE_ENROL:
		return may_enrol(manifest, notice);
	case TALLY_NOTICE_DRAW:
		return law->draw_missing && law->phase == TALLY_PHASE_BEFORE;
	case TALLY_NOTICE_TEXT:
		return true;
	default:
		return false;
	}
}

enum tally_verdict
law_notice_check(const struct law *law, const struct manifest *manifest,
		 const struct notice *notice)
{
	if (memcmp(notice->campaign, manifest->id, TALLY_HASH_SIZE) != 0)
		return TALLY_WRONG_CAMPAIGN;
	if (notice->number == 0 || notice->number - 1 != law->notices_count ||
	    memcmp(notice->previous, law->notice_hash, TALLY_HASH_SIZE) != 0)
		return TALLY_NOTICE_OUT_OF_ORDER;
	return notice_possible(law, manifest, notice) ? TALLY_ACCEPTED
						      : TALLY_NOTICE_IMPOSSIBLE;
}

static void
draw_apply(struct law *law, const struct manifest *manifest, struct bytes drawn)
{
	static const char separator[] = TALLY_SEPARATOR_DRAW;
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const uint8_t *)separator, sizeof separator);
	crypto_hash_sha256_update(&state, manifest->id, sizeof manifest->id);
	crypto_hash_sha256_update(&state, drawn.data, drawn.size);
	crypto_hash_sha256_final(&state, law->draw);
	law->draw_missing = false;
}

static void
revoke_apply(struct law *law, const struct manifest *manifest, const struct notice *notice)
{
	if (notice->holder == NOTICE_FRONTEND)
		bit_put(law->frontends_revoked, frontend_place(manifest, notice->revoked));
	else
		bit_put(law->registrars_revoked, registrar_place(manifest, notice->revoked));
	law->revoked_count++;
}

static void
extend_apply(struct law *law, const struct notice *notice)
{
	law->closes = notice->closes;
	if (law->phase == TALLY_PHASE_CLOSED)
		law->owed = TALLY_PHASE_OPEN;
}

static void
withdraw_apply(struct law *law, const struct manifest *manifest, const struct notice *notice)
{
	bit_put(law->options_withdrawn,
		manifest->contests[notice->contest].options_first + notice->option);
	law->withdrawn_count++;
}

static void
effect_apply(struct law *law, const struct manifest *manifest, const struct notice *notice)
{
	switch (notice->kind) {
	case TALLY_NOTICE_EXTEND:
		extend_apply(law, notice);
		break;
	case TALLY_NOTICE_PAUSE:
	case TALLY_NOTICE_RESUME:
		law->paused = notice->kind == TALLY_NOTICE_PAUSE;
		break;
	case TALLY_NOTICE_CLOSE:
		law->owed = TALLY_PHASE_CLOSED;
		break;
	case TALLY_NOTICE_UNSEAL:
		law->unsealed = true;
		break;
	case TALLY_NOTICE_REVOKE:
		revoke_apply(law, manifest, notice);
		break;
	case TALLY_NOTICE_WITHDRAW:
		withdraw_apply(law, manifest, notice);
		break;
	case TALLY_NOTICE_DRAW:
		draw_apply(law, manifest, notice->body);
		break;
	default: /* void, enrol, text: nothing that stands here */
		break;
	}
}

void
law_notice_apply(struct law *law, const struct manifest *manifest, const struct notice *notice)
{
	CHECK(notice->number - 1 == law->notices_count);
	CHECK(notice_possible(law, manifest, notice));
	effect_apply(law, manifest, notice);
	law->notices_count = notice->number;
	notice_hash(notice, law->notice_hash);
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

void
law_write(struct writer *writer, const struct law *law)
{
	writer_u8(writer, (uint8_t)law->phase);
	writer_u8(writer, (uint8_t)law->owed);
	writer_u8(writer, law->unsealed);
	writer_u8(writer, law->paused);
	writer_u8(writer, law->draw_missing);
	writer_u64(writer, (uint64_t)law->opens);
	writer_u64(writer, (uint64_t)law->closes);
	writer_u64(writer, (uint64_t)law->phase_minute);
	writer_u32(writer, law->notices_count);
	writer_copy(writer, law->notice_hash, TALLY_HASH_SIZE);
	writer_copy(writer, law->draw, TALLY_HASH_SIZE);
	writer_u16(writer, law->revoked_count);
	writer_u16(writer, law->withdrawn_count);
	writer_copy(writer, law->frontends_revoked, sizeof law->frontends_revoked);
	writer_copy(writer, law->registrars_revoked, sizeof law->registrars_revoked);
	writer_copy(writer, law->options_withdrawn, sizeof law->options_withdrawn);
}

static unsigned
bits_count(const uint8_t *bits, size_t size)
{
	unsigned count = 0;

	for (size_t i = 0; i < size * 8; i++)
		count += bit_is(bits, i);
	return count;
}

static bool
sets_possible(const struct law *law)
{
	return law->revoked_count ==
		   bits_count(law->frontends_revoked, sizeof law->frontends_revoked) +
		       bits_count(law->registrars_revoked, sizeof law->registrars_revoked) &&
	       law->withdrawn_count ==
		   bits_count(law->options_withdrawn, sizeof law->options_withdrawn);
}

/* States that entries can lead to. */
static bool
law_possible(const struct law *law, uint8_t phase, uint8_t owed, uint8_t unsealed)
{
	if (phase > TALLY_PHASE_CLOSED || owed > TALLY_PHASE_CLOSED || unsealed > 1)
		return false;
	if (unsealed == 1 && (phase != TALLY_PHASE_CLOSED || owed != TALLY_PHASE_BEFORE))
		return false;
	if (law->opens < 0 || law->closes <= law->opens || law->phase_minute < 0 ||
	    law->phase_minute > UINT32_MAX)
		return false;
	if (owed == TALLY_PHASE_OPEN)
		return phase == TALLY_PHASE_CLOSED;
	return owed == TALLY_PHASE_BEFORE || phase != TALLY_PHASE_CLOSED;
}

bool
law_read(struct reader *reader, struct law *law)
{
	struct law read = {0};
	uint8_t phase = reader_u8(reader);
	uint8_t owed = reader_u8(reader);
	uint8_t unsealed = reader_u8(reader);
	uint8_t paused = reader_u8(reader);
	uint8_t draw_missing = reader_u8(reader);

	read.opens = (int64_t)reader_u64(reader);
	read.closes = (int64_t)reader_u64(reader);
	read.phase_minute = (int64_t)reader_u64(reader);
	read.notices_count = reader_u32(reader);
	reader_copy(reader, read.notice_hash, TALLY_HASH_SIZE);
	reader_copy(reader, read.draw, TALLY_HASH_SIZE);
	read.revoked_count = reader_u16(reader);
	read.withdrawn_count = reader_u16(reader);
	reader_copy(reader, read.frontends_revoked, sizeof read.frontends_revoked);
	reader_copy(reader, read.registrars_revoked, sizeof read.registrars_revoked);
	reader_copy(reader, read.options_withdrawn, sizeof read.options_withdrawn);
	if (reader->failed || paused > 1 || draw_missing > 1 ||
	    (draw_missing == 1 && phase == TALLY_PHASE_OPEN) || !sets_possible(&read) ||
	    !law_possible(&read, phase, owed, unsealed))
		return false;
	read.phase = (enum tally_phase)phase;
	read.owed = (enum tally_phase)owed;
	read.unsealed = unsealed == 1;
	read.paused = paused == 1;
	read.draw_missing = draw_missing == 1;
	*law = read;
	return true;
}
