#include "replay/replay.h"

#include <string.h>

#include "campaign/rules.h"
#include "campaign/sheetrules.h"

const char *
replay_fault_sentence(enum replay_fault fault)
{
	static const char *const sentences[] = {
	    [REPLAY_FINE] = "fine",
	    [REPLAY_UNKNOWN_ENTRY] = "the entry's kind is unknown or its shape is wrong",
	    [REPLAY_CAMPAIGN_PART] =
		"a part of the manifest is missing, repeated, out of place or altered",
	    [REPLAY_BALLOT_MALFORMED] =
		"the ballot is malformed or against the campaign's rules",
	    [REPLAY_BALLOT_OUTSIDE_PHASE] =
		"the ballot is outside an open phase, or the vote was paused",
	    [REPLAY_BALLOT_FORBIDDEN] =
		"the ballot's signer was revoked, or it names an option that was withdrawn",
	    [REPLAY_PHASE_FORBIDDEN] =
		"no such change of phase is possible here, or it is against the clock rule",
	    [REPLAY_PHASE_OWED] = "a PHASE entry was owed here by the notice before",
	    [REPLAY_SHEET_MALFORMED] = "the sheet is malformed, or its totals cannot be",
	    [REPLAY_SHEET_REFUSED] =
		("the sheet is out of order, before the vote or behind the unsealing, of a "
		 "revoked booth, or of more papers than there are voters"),
	    [REPLAY_NOTICE_MALFORMED] = "the notice is malformed or of a kind without effect",
	    [REPLAY_NOTICE_REFUSED] = "the notice is out of order or cannot take effect",
	    [REPLAY_TALLY_INDEX] = "the tally covers another index than its own",
	    [REPLAY_TALLY_WRONG] = "the tally is not the recount of the entries before it",
	};

	CHECK((unsigned)fault < sizeof sentences / sizeof *sentences);
	return sentences[fault];
}

size_t
replay_memory(const struct manifest *manifest)
{
	return counts_memory(manifest) + 2 * counts_text_max(manifest);
}

void
replay_init(struct replay *replay, const struct manifest *manifest, void *memory)
{
	size_t text_max = counts_text_max(manifest);
	uint8_t *texts = (uint8_t *)memory + counts_memory(manifest);

	*replay = (struct replay){.manifest = manifest};
	law_init(&replay->law, manifest);
	counts_init(&replay->counts, manifest, memory);
	replay->text = writer_make(texts, text_max);
	replay->draft = writer_make(texts + text_max, text_max);
}

/* T2 */
static bool
classes_whole(const struct counts *counts)
{
	return counts->ballots + counts->replaced + counts->voided == counts->in_tree;
}

static enum replay_fault
campaign_step(const struct replay *replay, const struct entry *entry)
{
	struct bytes json = replay->manifest->json;
	size_t before = (size_t)replay->index * TALLY_CAMPAIGN_PART_SIZE;
	size_t size = json.size - before;

	if (entry->kind != TALLY_ENTRY_CAMPAIGN || entry->part != replay->index ||
	    entry->parts != entry_campaign_parts(json.size))
		return REPLAY_CAMPAIGN_PART;
	if (size > TALLY_CAMPAIGN_PART_SIZE)
		size = TALLY_CAMPAIGN_PART_SIZE;
	if (!bytes_equal(entry->body, bytes_make(json.data + before, size)))
		return REPLAY_CAMPAIGN_PART;
	return REPLAY_FINE;
}

static enum replay_fault
ballot_take(struct replay *replay, const struct ballot *ballot, const struct ballot *replaced)
{
	struct counts *counts = &replay->counts;

	if (law_ballot(&replay->law) != TALLY_ACCEPTED)
		return REPLAY_BALLOT_OUTSIDE_PHASE;
	if (law_permits(&replay->law, replay->manifest, ballot) != TALLY_ACCEPTED)
		return REPLAY_BALLOT_FORBIDDEN;
	if (replaced != NULL) {
		counts_subtract(counts, replay->manifest, replaced);
		counts->replaced++;
	}
	counts_add(counts, replay->manifest, ballot);
	counts->in_tree++;
	replay->ballots_since_tally++;
	CHECK(classes_whole(counts)); /* T2 */
	return REPLAY_FINE;
}

static enum replay_fault
ballot_step(struct replay *replay, struct bytes body, const struct ballot *replaced)
{
	struct ballot ballot;

	if (ballot_parse(body, &ballot) != TALLY_ACCEPTED ||
	    rules_check(replay->manifest, &ballot) != TALLY_ACCEPTED)
		return REPLAY_BALLOT_MALFORMED;
	return ballot_take(replay, &ballot, replaced);
}

/* The canonical text at replay->index, and its salted hash. */
static void
draft_write(struct replay *replay, const uint8_t salt[32], uint8_t hash[TALLY_HASH_SIZE])
{
	replay->draft = writer_make(replay->draft.data, replay->draft.capacity);
	counts_text_write(&replay->draft, &replay->counts, replay->manifest, replay->index);
	CHECK(!replay->draft.failed);
	counts_text_hash(writer_view(&replay->draft), salt, hash);
}

static enum replay_fault
tally_step(struct replay *replay, const struct entry *entry)
{
	uint8_t hash[TALLY_HASH_SIZE];
	struct writer text = replay->text;

	if (entry->covered != replay->index)
		return REPLAY_TALLY_INDEX;
	draft_write(replay, entry->salt, hash);
	if (memcmp(hash, entry->hash, TALLY_HASH_SIZE) != 0)
		return REPLAY_TALLY_WRONG;
	replay->text = replay->draft;
	replay->draft = text;
	replay->last_tally = replay->index + 1;
	replay->ballots_since_tally = 0;
	replay->changed_since_tally = false;
	return REPLAY_FINE;
}

static enum replay_fault
phase_step(struct law *law, const struct entry *entry)
{
	if (!law_phase_check(law, entry->phase, entry->cause, entry->minute))
		return REPLAY_PHASE_FORBIDDEN;
	law_phase_apply(law, entry->phase, entry->cause, entry->minute);
	return REPLAY_FINE;
}

enum tally_verdict
replay_sheet_check(const struct replay *replay, const struct sheet *sheet)
{
	enum tally_verdict verdict = law_sheet_check(&replay->law, replay->manifest, sheet);

	if (verdict == TALLY_ACCEPTED &&
	    replay->counts.paper->papers + sheet->papers > replay->manifest->voters_max)
		verdict = TALLY_ROLL_FULL;
	return verdict;
}

static enum replay_fault
sheet_step(struct replay *replay, struct bytes body)
{
	struct sheet sheet;

	if (sheet_parse(body, &sheet) != TALLY_ACCEPTED ||
	    sheetrules_check(replay->manifest, &sheet) != TALLY_ACCEPTED)
		return REPLAY_SHEET_MALFORMED;
	if (replay_sheet_check(replay, &sheet) != TALLY_ACCEPTED)
		return REPLAY_SHEET_REFUSED;
	law_sheet_apply(&replay->law, replay->manifest, &sheet, replay->index);
	counts_sheet(&replay->counts, replay->manifest, &sheet);
	replay->changed_since_tally = true;
	return REPLAY_FINE;
}

static enum replay_fault
notice_step(struct replay *replay, struct bytes body, const struct counts *voided)
{
	struct counts *counts = &replay->counts;
	struct notice notice;

	if (notice_parse(body, &notice) != TALLY_ACCEPTED)
		return REPLAY_NOTICE_MALFORMED;
	if (law_notice_check(&replay->law, replay->manifest, &notice) != TALLY_ACCEPTED)
		return REPLAY_NOTICE_REFUSED;
	if (notice.kind == TALLY_NOTICE_VOID && notice.voided.tags_count == 0 &&
	    notice.voided.last >= replay->index)
		return REPLAY_NOTICE_REFUSED;
	if (counts->enrolled + notice.enrolments_count > enrolled_max)
		return REPLAY_NOTICE_REFUSED;
	law_notice_apply(&replay->law, replay->manifest, &notice);
	counts->enrolled += notice.enrolments_count;
	if (notice.kind == TALLY_NOTICE_VOID && voided != NULL) {
		counts_take_out(counts, voided, replay->manifest);
		counts->voided += voided->ballots;
		replay->changed_since_tally = true;
		CHECK(classes_whole(counts)); /* T2 */
	}
	replay->last_notice = replay->index;
	return REPLAY_FINE;
}

static enum replay_fault
entry_step(struct replay *replay, const struct entry *entry, const struct ballot *replaced,
	   const struct counts *voided)
{
	if (replay->index < entry_campaign_parts(replay->manifest->json.size))
		return campaign_step(replay, entry);
	if (replay->law.owed != TALLY_PHASE_BEFORE && entry->kind != TALLY_ENTRY_PHASE)
		return REPLAY_PHASE_OWED;
	switch (entry->kind) {
	case TALLY_ENTRY_BALLOT:
		return ballot_step(replay, entry->body, replaced);
	case TALLY_ENTRY_TALLY:
		return tally_step(replay, entry);
	case TALLY_ENTRY_PHASE:
		return phase_step(&replay->law, entry);
	case TALLY_ENTRY_SHEET:
		return sheet_step(replay, entry->body);
	case TALLY_ENTRY_NOTICE:
		return notice_step(replay, entry->body, voided);
	default: /* CAMPAIGN, and all its parts are there */
		return REPLAY_CAMPAIGN_PART;
	}
}

enum replay_fault
replay_step(struct replay *replay, struct bytes bytes, const struct ballot *replaced,
	    const struct counts *voided)
{
	struct entry entry;
	enum replay_fault fault;

	if (!entry_parse(bytes, &entry))
		return REPLAY_UNKNOWN_ENTRY;
	fault = entry_step(replay, &entry, replaced, voided);
	if (fault == REPLAY_FINE)
		replay->index++;
	return fault;
}

/* Nothing else must stand at replay->index. */
static enum replay_fault
place_check(const struct replay *replay)
{
	if (replay->index < entry_campaign_parts(replay->manifest->json.size))
		return REPLAY_CAMPAIGN_PART;
	return replay->law.owed == TALLY_PHASE_BEFORE ? REPLAY_FINE : REPLAY_PHASE_OWED;
}

enum replay_fault
replay_step_ballot(struct replay *replay, const struct ballot *ballot,
		   const struct ballot *replaced)
{
	enum replay_fault fault = place_check(replay);

	if (fault == REPLAY_FINE)
		fault = ballot_take(replay, ballot, replaced);
	if (fault == REPLAY_FINE)
		replay->index++;
	return fault;
}

enum replay_fault
replay_skip(struct replay *replay, uint64_t index)
{
	enum replay_fault fault = REPLAY_FINE;

	CHECK(index >= replay->index);
	if (index > replay->index)
		fault = place_check(replay);
	if (fault == REPLAY_FINE)
		replay->index = index;
	return fault;
}

bool
replay_is_owed_tally(const struct replay *replay)
{
	return replay->ballots_since_tally > 0 || replay->changed_since_tally;
}

void
replay_tally_entry(struct replay *replay, const uint8_t salt[32], struct writer *entry)
{
	uint8_t hash[TALLY_HASH_SIZE];

	draft_write(replay, salt, hash);
	entry_tally_write(entry, replay->index, salt, hash);
}

/* u64 index, last_tally, last_notice, ballots_since_tally; u8 changed_since_tally; law; counts; u32
 * size of the text, text. */
void
replay_write(struct writer *writer, const struct replay *replay)
{
	writer_u64(writer, replay->index);
	writer_u64(writer, replay->last_tally);
	writer_u64(writer, replay->last_notice);
	writer_u64(writer, replay->ballots_since_tally);
	writer_u8(writer, replay->changed_since_tally);
	law_write(writer, &replay->law);
	counts_write(writer, &replay->counts, replay->manifest);
	writer_u32(writer, (uint32_t)replay->text.size);
	writer_bytes(writer, writer_view(&replay->text));
}

bool
replay_read(struct reader *reader, struct replay *replay)
{
	struct bytes text;
	uint8_t changed_since_tally;

	replay->index = reader_u64(reader);
	replay->last_tally = reader_u64(reader);
	replay->last_notice = reader_u64(reader);
	replay->ballots_since_tally = reader_u64(reader);
	changed_since_tally = reader_u8(reader);
	replay->changed_since_tally = changed_since_tally == 1;
	if (!law_read(reader, &replay->law) || replay->law.opens != replay->manifest->opens ||
	    !counts_read(reader, &replay->counts, replay->manifest))
		return false;
	text = reader_bytes(reader, reader_u32(reader));
	if (reader->failed || changed_since_tally > 1 || text.size > replay->text.capacity)
		return false;
	replay->text = writer_make(replay->text.data, replay->text.capacity);
	writer_bytes(&replay->text, text);
	return replay->last_tally <= replay->index && replay->last_notice <= replay->index &&
	       replay->ballots_since_tally <= replay->counts.in_tree &&
	       replay->counts.in_tree <= replay->index && classes_whole(&replay->counts);
}

size_t
replay_written_max(const struct manifest *manifest)
{
	return 4 * 8 + 1 + LAW_WRITTEN_SIZE + 5 * 8 + counts_memory(manifest) + 4 +
	       counts_text_max(manifest);
}
