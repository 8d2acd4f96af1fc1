#include "campaign/law.h"

#include <string.h>

void
law_init(struct law *law, const struct manifest *manifest)
{
	*law = (struct law){.phase = TALLY_PHASE_BEFORE,
			    .owed = TALLY_PHASE_BEFORE,
			    .opens = manifest->opens,
			    .closes = manifest->closes};
}

enum tally_verdict
law_ballot(const struct law *law)
{
	if (law->phase == TALLY_PHASE_CLOSED || law->owed == TALLY_PHASE_CLOSED)
		return TALLY_CLOSED;
	return law->phase == TALLY_PHASE_OPEN ? TALLY_ACCEPTED : TALLY_NOT_OPEN_YET;
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
notice_possible(const struct law *law, const struct manifest *manifest,
		const struct notice *notice)
{
	if (law->owed != TALLY_PHASE_BEFORE)
		return false;
	switch (notice->kind) {
	case TALLY_NOTICE_EXTEND:
		return notice->closes > law->closes && !law->unsealed;
	case TALLY_NOTICE_CLOSE:
		return law->phase != TALLY_PHASE_CLOSED;
	case TALLY_NOTICE_UNSEAL:
		return may_unseal(law, manifest, notice->unseals);
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

void
law_notice_apply(struct law *law, const struct notice *notice)
{
	CHECK(law->owed == TALLY_PHASE_BEFORE);
	CHECK(notice->number - 1 == law->notices_count);
	if (notice->kind == TALLY_NOTICE_EXTEND) {
		CHECK(notice->closes > law->closes);
		law->closes = notice->closes;
		if (law->phase == TALLY_PHASE_CLOSED)
			law->owed = TALLY_PHASE_OPEN;
	} else if (notice->kind == TALLY_NOTICE_UNSEAL) {
		CHECK(!law->unsealed);
		law->unsealed = true;
	} else {
		CHECK(notice->kind == TALLY_NOTICE_CLOSE);
		CHECK(law->phase != TALLY_PHASE_CLOSED);
		law->owed = TALLY_PHASE_CLOSED;
	}
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
		return law->phase == TALLY_PHASE_BEFORE && is_voting_time(law, seconds);
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
		       (phase == TALLY_PHASE_CLOSED || is_voting_time(law, minute * 60));
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
	if (law->phase == TALLY_PHASE_BEFORE && law->opens <= seconds)
		return TALLY_PHASE_OPEN;
	return law->phase;
}

void
law_write(struct writer *writer, const struct law *law)
{
	writer_u8(writer, (uint8_t)law->phase);
	writer_u8(writer, (uint8_t)law->owed);
	writer_u8(writer, law->unsealed);
	writer_u64(writer, (uint64_t)law->opens);
	writer_u64(writer, (uint64_t)law->closes);
	writer_u64(writer, (uint64_t)law->phase_minute);
	writer_u32(writer, law->notices_count);
	writer_copy(writer, law->notice_hash, TALLY_HASH_SIZE);
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

	read.opens = (int64_t)reader_u64(reader);
	read.closes = (int64_t)reader_u64(reader);
	read.phase_minute = (int64_t)reader_u64(reader);
	read.notices_count = reader_u32(reader);
	reader_copy(reader, read.notice_hash, TALLY_HASH_SIZE);
	if (reader->failed || !law_possible(&read, phase, owed, unsealed))
		return false;
	read.phase = (enum tally_phase)phase;
	read.owed = (enum tally_phase)owed;
	read.unsealed = unsealed == 1;
	*law = read;
	return true;
}
