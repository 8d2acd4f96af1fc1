#include "ledger/entry.h"

uint16_t
entry_campaign_parts(size_t manifest_size)
{
	size_t parts =
	    (manifest_size + TALLY_CAMPAIGN_PART_SIZE - 1) / TALLY_CAMPAIGN_PART_SIZE;

	CHECK(manifest_size <= TALLY_MANIFEST_SIZE_MAX);
	return parts == 0 ? 1 : (uint16_t)parts;
}

/* Its parts are exactly those entry_campaign_write makes of some manifest. */
static bool
campaign_shape(const struct entry *entry)
{
	size_t before = (size_t)entry->part * TALLY_CAMPAIGN_PART_SIZE;
	bool last = entry->part + 1 == entry->parts;

	if (entry->part >= entry->parts || before + entry->body.size > TALLY_MANIFEST_SIZE_MAX)
		return false;
	if (!last)
		return entry->parts <= entry_campaign_parts(TALLY_MANIFEST_SIZE_MAX) &&
		       entry->body.size == TALLY_CAMPAIGN_PART_SIZE;
	return entry->body.size <= TALLY_CAMPAIGN_PART_SIZE &&
	       (entry->body.size > 0 || entry->parts == 1);
}

static bool
campaign_parse(struct reader *reader, struct entry *out)
{
	out->part = reader_u16(reader);
	out->parts = reader_u16(reader);
	out->body = reader_bytes(reader, reader_left(reader));
	return reader_done(reader) && campaign_shape(out);
}

static bool
tally_parse(struct reader *reader, struct entry *out)
{
	out->covered = reader_u64(reader);
	out->salt = reader_bytes(reader, 32).data;
	out->hash = reader_bytes(reader, 32).data;
	return reader_done(reader);
}

static bool
phase_parse(struct reader *reader, struct entry *out)
{
	uint8_t phase = reader_u8(reader);
	uint8_t cause = reader_u8(reader);

	out->minute = reader_u32(reader);
	out->phase = phase == TALLY_PHASE_OPEN ? TALLY_PHASE_OPEN : TALLY_PHASE_CLOSED;
	out->cause = cause == TALLY_CAUSE_CLOCK ? TALLY_CAUSE_CLOCK : TALLY_CAUSE_NOTICE;
	return reader_done(reader) && (uint8_t)out->phase == phase &&
	       (uint8_t)out->cause == cause;
}

bool
entry_parse(struct bytes bytes, struct entry *out)
{
	struct reader reader = reader_make(bytes);
	uint8_t kind = reader_u8(&reader);

	*out = (struct entry){0};
	if (bytes.size > TALLY_ENTRY_SIZE_MAX)
		return false;
	out->kind = (enum tally_entry_kind)kind;
	switch (kind) {
	case TALLY_ENTRY_CAMPAIGN:
		return campaign_parse(&reader, out);
	case TALLY_ENTRY_TALLY:
		return tally_parse(&reader, out);
	case TALLY_ENTRY_PHASE:
		return phase_parse(&reader, out);
	case TALLY_ENTRY_BALLOT:
	case TALLY_ENTRY_NOTICE:
	case TALLY_ENTRY_SHEET:
		out->body = reader_bytes(&reader, reader_left(&reader));
		return true;
	default:
		return false;
	}
}

void
entry_campaign_write(struct writer *writer, struct bytes manifest, uint16_t part)
{
	uint16_t parts = entry_campaign_parts(manifest.size);
	size_t before = (size_t)part * TALLY_CAMPAIGN_PART_SIZE;
	size_t size = manifest.size - before;

	CHECK(part < parts);
	if (size > TALLY_CAMPAIGN_PART_SIZE)
		size = TALLY_CAMPAIGN_PART_SIZE;
	writer_u8(writer, TALLY_ENTRY_CAMPAIGN);
	writer_u16(writer, part);
	writer_u16(writer, parts);
	writer_copy(writer, manifest.data + before, size);
}

void
entry_tally_write(struct writer *writer, uint64_t covered, const uint8_t salt[32],
		  const uint8_t hash[32])
{
	writer_u8(writer, TALLY_ENTRY_TALLY);
	writer_u64(writer, covered);
	writer_copy(writer, salt, 32);
	writer_copy(writer, hash, 32);
}

void
entry_phase_write(struct writer *writer, enum tally_phase phase, enum tally_cause cause,
		  int64_t minute)
{
	CHECK(phase == TALLY_PHASE_OPEN || phase == TALLY_PHASE_CLOSED);
	CHECK(cause == TALLY_CAUSE_CLOCK || cause == TALLY_CAUSE_NOTICE);
	CHECK(minute >= 0 && minute <= UINT32_MAX);
	writer_u8(writer, TALLY_ENTRY_PHASE);
	writer_u8(writer, (uint8_t)phase);
	writer_u8(writer, (uint8_t)cause);
	writer_u32(writer, (uint32_t)minute);
}

const char *
entry_kind_name(unsigned kind)
{
	static const char *const names[] = {
	    [TALLY_ENTRY_CAMPAIGN] = "CAMPAIGN", [TALLY_ENTRY_BALLOT] = "BALLOT",
	    [TALLY_ENTRY_TALLY] = "TALLY",       [TALLY_ENTRY_PHASE] = "PHASE",
	    [TALLY_ENTRY_NOTICE] = "NOTICE",     [TALLY_ENTRY_SHEET] = "SHEET",
	};

	if (kind >= sizeof names / sizeof names[0] || names[kind] == NULL)
		return "?";
	return names[kind];
}
