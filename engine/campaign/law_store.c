#include "campaign/law.h"

#include "base/bitset.h"

_Static_assert(frontends_max % 8 == 0 && registrars_max % 8 == 0 && options_max % 8 == 0,
	       "sets are whole bytes");

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
	for (size_t i = 0; i < frontends_max; i++) {
		writer_u32(writer, law->booths[i].sheets_count);
		writer_u64(writer, law->booths[i].last_index);
		writer_copy(writer, law->booths[i].last_digest, SHEET_DIGEST_SIZE);
	}
}

static bool
sets_possible(const struct law *law)
{
	return law->revoked_count ==
		   bitset_count(law->frontends_revoked, sizeof law->frontends_revoked) +
		       bitset_count(law->registrars_revoked, sizeof law->registrars_revoked) &&
	       law->withdrawn_count ==
		   bitset_count(law->options_withdrawn, sizeof law->options_withdrawn);
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
	for (size_t i = 0; i < frontends_max; i++) {
		read.booths[i].sheets_count = reader_u32(reader);
		read.booths[i].last_index = reader_u64(reader);
		reader_copy(reader, read.booths[i].last_digest, SHEET_DIGEST_SIZE);
	}
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
