#include "tests/lib/judge.h"

#include "tally/proof.h"

/* --- what is on disk ---------------------------------------------------------------------- */

bool
judge_entry_is(const struct stage_entry *entry, uint8_t kind, const struct crowd_cast *cast)
{
	return entry->data[0] == kind && entry->size == cast->size + 1 &&
	       memcmp(entry->data + 1, cast->bytes, cast->size) == 0;
}

/* Among the first `size` entries. */
static bool
void_was(const struct stage *stage, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (stage->entries[i].data[0] == TALLY_ENTRY_NOTICE &&
		    stage->entries[i].data[1 + 84] == TALLY_NOTICE_VOID)
			return true;
	return false;
}

/* A void may have made room for the very bytes that were refused before it. */
static bool
must_be_known(const struct stage *stage, const struct crowd_cast *cast)
{
	for (size_t i = 0; i < stage->entries_count; i++)
		if (judge_entry_is(&stage->entries[i],
				   cast->notice ? TALLY_ENTRY_NOTICE : TALLY_ENTRY_BALLOT,
				   cast))
			return !void_was(stage, i);
	return false;
}

/* The highest revision on disk of a voter; 0: none. */
static uint16_t
revision_on_disk(const struct stage *stage, uint64_t voter)
{
	uint8_t tag[TALLY_TAG_SIZE];
	uint16_t highest = 0;

	campaign_tag(voter, tag);
	for (size_t i = 0; i < stage->entries_count; i++) {
		const uint8_t *ballot = stage->entries[i].data + 1;

		if (stage->entries[i].data[0] == TALLY_ENTRY_BALLOT &&
		    memcmp(ballot + 48, tag, sizeof tag) == 0 &&
		    be16_load(ballot + 80) > highest)
			highest = be16_load(ballot + 80);
	}
	return highest;
}

/* Signer block of mode 2: key id, serial, voter key, certificate; then the signature. */
static uint64_t
serial_on_disk(const struct stage *stage, uint64_t voter)
{
	uint8_t tag[TALLY_TAG_SIZE];
	uint64_t highest = 0;

	campaign_tag(voter, tag);
	for (size_t i = 0; i < stage->entries_count; i++) {
		const struct stage_entry *entry = &stage->entries[i];
		uint64_t serial;

		if (entry->data[0] != TALLY_ENTRY_BALLOT ||
		    memcmp(entry->data + 1 + 48, tag, sizeof tag) != 0)
			continue;
		serial = be64_load(entry->data + entry->size - 64 - 64 - 32 - 8);
		highest = serial > highest ? serial : highest;
	}
	return highest;
}

bool
judge_phase_was(const struct stage *stage, enum tally_phase phase)
{
	for (size_t i = 0; i < stage->entries_count; i++)
		if (stage->entries[i].data[0] == TALLY_ENTRY_PHASE &&
		    stage->entries[i].data[1] == phase)
			return true;
	return phase == TALLY_PHASE_BEFORE;
}

static bool
has_ranks(const struct stage *stage)
{
	return stage->campaign.manifest->precedence != MANIFEST_PRECEDENCE_NONE;
}

/* --- answers, judged as they leave -------------------------------------------------------- */

static void
judge_accepted(struct crowd *crowd, struct crowd_cast *cast, uint64_t index)
{
	const struct stage *stage = crowd->stage;

	assert_false(cast->forged);
	assert_true(index < stage->entries_count); /* L1 */
	assert_true(judge_entry_is(&stage->entries[index],
				   cast->notice ? TALLY_ENTRY_NOTICE : TALLY_ENTRY_BALLOT,
				   cast));
	if (cast->index != UINT64_MAX)
		assert_int_equal(index, cast->index);
	cast->index = index;
	if (!cast->notice && cast->revision > crowd->answered[cast->voter])
		crowd->answered[cast->voter] = cast->revision;
	if (cast->notice && crowd->notice.data != cast->bytes) {
		crowd->notice = bytes_make(cast->bytes, cast->size);
		crowd->notices++;
	}
}

/* L2: what a refusal rests on is on disk. */
static void
judge_refused(struct crowd *crowd, const struct crowd_ask *ask, unsigned verdict)
{
	const struct stage *stage = crowd->stage;
	const struct crowd_cast *cast = &crowd->casts[ask->cast];

	switch (verdict) {
	case TALLY_BAD_SIGNATURE:
	case TALLY_BAD_CERTIFICATE:
		assert_true(cast->forged);
		return;
	case TALLY_HAS_VOTED:
		assert_true(revision_on_disk(stage, cast->voter) > 0);
		break;
	case TALLY_SUPERSEDED:
		assert_true(revision_on_disk(stage, cast->voter) >=
			    (has_ranks(stage) ? 1 : cast->revision));
		break;
	case TALLY_BARRED:
		assert_true(void_was(stage, stage->entries_count) &&
			    revision_on_disk(stage, cast->voter) > 0);
		break;
	case TALLY_BAD_REVISION:
		assert_int_equal(stage->campaign.manifest->revote, MANIFEST_REVOTE_FIRST);
		assert_true(cast->revision > 1 || revision_on_disk(stage, cast->voter) > 0);
		break;
	case TALLY_OLD_CERTIFICATE:
		assert_true(serial_on_disk(stage, cast->voter) > cast->serial);
		break;
	case TALLY_CLOSED:
		assert_true(judge_phase_was(stage, TALLY_PHASE_CLOSED));
		return;
	case TALLY_NOT_OPEN_YET:
		assert_false(ask->opened);
		return;
	case TALLY_UNAVAILABLE:
		assert_true(crowd->space_was_short);
		return;
	case TALLY_NOTICE_OUT_OF_ORDER:
	case TALLY_NOTICE_IMPOSSIBLE:
		assert_true(cast->notice);
		return;
	default:
		fail_msg("refused: %s", tally_verdict_text(verdict)->name);
	}
	assert_false(cast->forged);
	if (must_be_known(stage, cast))
		fail_msg("%s, but it is in the log", tally_verdict_text(verdict)->name);
	assert_true(cast->index == UINT64_MAX);
}

static void
judge_status(const struct crowd *crowd, const struct crowd_ask *ask, struct bytes payload)
{
	const struct stage *stage = crowd->stage;
	struct frame_status status;
	uint8_t tag[TALLY_TAG_SIZE];
	const uint8_t *ballot;

	assert_true(frame_status_parse(payload, &status));
	if (!status.known) {
		assert_int_equal(ask->revision, 0);
		return;
	}
	if (status.index == FRAME_NO_INDEX) {
		assert_true(void_was(stage, stage->entries_count) &&
			    revision_on_disk(stage, ask->voter) >= status.revision);
		return;
	}
	assert_true(status.index < stage->entries_count); /* L2 */
	ballot = stage->entries[status.index].data + 1;
	campaign_tag(ask->voter, tag);
	assert_memory_equal(ballot + 48, tag, sizeof tag);
	assert_int_equal(be16_load(ballot + 80), status.revision);
	assert_true(has_ranks(stage) || status.revision >= ask->revision);
}

static void
judge_receipt(struct crowd *crowd, const struct crowd_ask *ask, struct bytes payload)
{
	const struct stage_entry *entry = &crowd->stage->entries[ask->index];
	struct frame_receipt answer;
	struct tally_receipt facts;

	assert_true(frame_receipt_parse(payload, &answer));
	assert_int_equal(answer.index, ask->index);
	assert_int_equal(tally_receipt_check(answer.text.data, answer.text.size, crowd->vkey,
					     entry->data + 1, entry->size - 1, &facts),
			 TALLY_RECEIPT_PROVEN);
	crowd->receipts++;
}

static void
judge_verdict(struct crowd *crowd, const struct crowd_ask *ask, struct bytes payload)
{
	struct frame_verdict verdict;
	struct crowd_cast *cast;

	assert_true(frame_verdict_parse(payload, &verdict));
	crowd->verdicts[verdict.verdict]++;
	if (ask->message == TALLY_MESSAGE_STATUS) {
		assert_true(verdict.verdict == TALLY_SLOW_DOWN ||
			    (verdict.verdict == TALLY_BARRED &&
			     void_was(crowd->stage, crowd->stage->entries_count)));
		return;
	}
	if (ask->message == TALLY_MESSAGE_RESULTS) {
		assert_int_equal(verdict.verdict, TALLY_SEALED);
		assert_true(crowd->stage->campaign.manifest->sealed);
		return;
	}
	assert_true(ask->message == TALLY_MESSAGE_SUBMIT ||
		    ask->message == TALLY_MESSAGE_NOTICE);
	cast = &crowd->casts[ask->cast];
	cast->carried = false;
	cast->settled =
	    verdict.verdict != TALLY_UNAVAILABLE && verdict.verdict != TALLY_NOT_OPEN_YET;
	cast->again_ms =
	    crowd->stage->mono_ms + (verdict.verdict == TALLY_NOT_OPEN_YET ? 4000 : 300);
	if (verdict.verdict == TALLY_ACCEPTED)
		judge_accepted(crowd, cast, verdict.index);
	else
		judge_refused(crowd, ask, verdict.verdict);
}

static void
judge(struct crowd *crowd, struct crowd_ask *ask, const struct frame *frame)
{
	assert_false(ask->answered);
	ask->answered = true;
	if (frame->message == TALLY_MESSAGE_VERDICT)
		judge_verdict(crowd, ask, frame->payload);
	else if (frame->message == TALLY_MESSAGE_STATUS_IS)
		judge_status(crowd, ask, frame->payload);
	else if (frame->message == TALLY_MESSAGE_RECEIPT_IS)
		judge_receipt(crowd, ask, frame->payload);
}

void
judge_saw(void *context, unsigned number, const struct frame *frame)
{
	struct crowd *crowd = context;

	for (size_t i = 0; i < crowd->frontends_count; i++) {
		struct crowd_frontend *frontend = &crowd->frontends[i];

		if (frontend->client == NULL || frontend->number != number)
			continue;
		for (size_t k = 0; k < frontend->asks_count; k++)
			if (frontend->asks[k].correlation == frame->correlation)
				judge(crowd, &frontend->asks[k], frame);
	}
}
