#include "ballot/notice.h"

#include <sodium.h>
#include <string.h>

#include "ballot/separator.h"
#include "base/text.h"

enum {
	MINUTE = 60,
	VOID_BY_TAGS = 1,
	VOID_BY_SIGNER = 2,
};

_Static_assert(87 + 2 + NOTICE_TAGS_MAX * NOTICE_ENROLMENT_SIZE + 68 <= TALLY_NOTICE_SIZE_MAX &&
		   87 + 4 + NOTICE_TAGS_MAX * TALLY_TAG_SIZE + NOTICE_REASON_MAX + 68 <=
		       TALLY_NOTICE_SIZE_MAX,
	       "the largest bodies fit");

/* The last minute text_time_write can spell: 9999-12-31T23:59:00Z. */
static const int64_t time_max = 253402300740;

static const char *const kind_names[] = {
    [TALLY_NOTICE_EXTEND] = "extend",     [TALLY_NOTICE_PAUSE] = "pause",
    [TALLY_NOTICE_RESUME] = "resume",     [TALLY_NOTICE_CLOSE] = "close",
    [TALLY_NOTICE_UNSEAL] = "unseal",     [TALLY_NOTICE_REVOKE] = "revoke",
    [TALLY_NOTICE_WITHDRAW] = "withdraw", [TALLY_NOTICE_VOID] = "void",
    [TALLY_NOTICE_ENROL] = "enrol",       [TALLY_NOTICE_DRAW] = "draw",
    [TALLY_NOTICE_TEXT] = "text",
};

const char *
notice_kind_name(unsigned kind)
{
	return kind < sizeof kind_names / sizeof kind_names[0] ? kind_names[kind] : NULL;
}

static enum tally_verdict
time_parse(struct bytes body, int64_t *time)
{
	struct reader reader = reader_make(body);
	uint64_t seconds = reader_u64(&reader);

	if (!reader_done(&reader) || seconds > (uint64_t)time_max || seconds % MINUTE != 0)
		return TALLY_MALFORMED;
	*time = (int64_t)seconds;
	return TALLY_ACCEPTED;
}

static bool
is_text(struct bytes text, size_t most)
{
	return text.size >= 1 && text.size <= most && text_utf8_clean(text);
}

/* Line feeds part lines of clean text. */
static bool
is_lines(struct bytes text, size_t most)
{
	struct bytes rest = text;

	if (text.size < 1 || text.size > most)
		return false;
	while (rest.size > 0) {
		const uint8_t *end = memchr(rest.data, '\n', rest.size);
		size_t size = end == NULL ? rest.size : (size_t)(end - rest.data);

		if (!text_utf8_clean(bytes_make(rest.data, size)))
			return false;
		size += end != NULL;
		rest = bytes_make(rest.data + size, rest.size - size);
	}
	return true;
}

bool
notice_text_fits(unsigned kind, struct bytes text)
{
	return kind == TALLY_NOTICE_TEXT ? is_lines(text, NOTICE_TEXT_MAX)
					 : is_text(text, NOTICE_REASON_MAX);
}

static bool
ascends(const uint8_t *tags, size_t count, size_t stride)
{
	for (size_t i = 1; i < count; i++) {
		const uint8_t *tag = tags + i * stride;

		if (memcmp(tag - stride, tag, TALLY_TAG_SIZE) >= 0)
			return false;
	}
	return true;
}

static bool
tags_parse(struct reader *reader, struct notice_void *voided)
{
	voided->tags_count = reader_u16(reader);
	voided->tags = reader_bytes(reader, voided->tags_count * TALLY_TAG_SIZE).data;
	return !reader->failed && voided->tags_count >= 1 &&
	       voided->tags_count <= NOTICE_TAGS_MAX &&
	       ascends(voided->tags, voided->tags_count, TALLY_TAG_SIZE);
}

static bool
span_parse(struct reader *reader, struct notice_void *voided)
{
	voided->signer = reader_u32(reader);
	voided->first = reader_u64(reader);
	voided->last = reader_u64(reader);
	return !reader->failed && voided->first <= voided->last &&
	       voided->last - voided->first < NOTICE_SPAN_MAX;
}

static enum tally_verdict
accepted_if(bool fits)
{
	return fits ? TALLY_ACCEPTED : TALLY_MALFORMED;
}

static enum tally_verdict
void_parse(struct bytes body, struct notice_void *voided)
{
	struct reader reader = reader_make(body);
	uint8_t fate = reader_u8(&reader);
	uint8_t by = reader_u8(&reader);

	if (fate != NOTICE_AGAIN && fate != NOTICE_BARRED)
		return TALLY_MALFORMED;
	voided->fate = (enum notice_fate)fate;
	if (by == VOID_BY_TAGS ? !tags_parse(&reader, voided)
			       : by != VOID_BY_SIGNER || !span_parse(&reader, voided))
		return TALLY_MALFORMED;
	voided->reason = reader_bytes(&reader, reader_left(&reader));
	return accepted_if(notice_text_fits(TALLY_NOTICE_VOID, voided->reason));
}

static enum tally_verdict
enrol_parse(struct notice *notice)
{
	struct reader reader = reader_make(notice->body);
	size_t count = reader_u16(&reader);

	notice->enrolments_count = count;
	notice->enrolments = reader_bytes(&reader, count * NOTICE_ENROLMENT_SIZE).data;
	if (!reader_done(&reader) || count < 1 || count > NOTICE_TAGS_MAX ||
	    !ascends(notice->enrolments, count, NOTICE_ENROLMENT_SIZE))
		return TALLY_MALFORMED;
	return TALLY_ACCEPTED;
}

static enum tally_verdict
revoke_parse(struct notice *notice)
{
	struct reader reader = reader_make(notice->body);
	uint8_t holder = reader_u8(&reader);

	notice->revoked = reader_u32(&reader);
	if (!reader_done(&reader) || (holder != NOTICE_FRONTEND && holder != NOTICE_REGISTRAR))
		return TALLY_MALFORMED;
	notice->holder = (enum notice_holder)holder;
	return TALLY_ACCEPTED;
}

static enum tally_verdict
withdraw_parse(struct notice *notice)
{
	struct reader reader = reader_make(notice->body);

	notice->contest = reader_u16(&reader);
	notice->option = reader_u16(&reader);
	return reader_done(&reader) ? TALLY_ACCEPTED : TALLY_MALFORMED;
}

static enum tally_verdict
body_parse(struct notice *notice)
{
	switch (notice->kind) {
	case TALLY_NOTICE_EXTEND:
		return time_parse(notice->body, &notice->closes);
	case TALLY_NOTICE_UNSEAL:
		return time_parse(notice->body, &notice->unseals);
	case TALLY_NOTICE_PAUSE:
	case TALLY_NOTICE_RESUME:
	case TALLY_NOTICE_CLOSE:
		return accepted_if(notice->body.size == 0);
	case TALLY_NOTICE_REVOKE:
		return revoke_parse(notice);
	case TALLY_NOTICE_WITHDRAW:
		return withdraw_parse(notice);
	case TALLY_NOTICE_VOID:
		return void_parse(notice->body, &notice->voided);
	case TALLY_NOTICE_ENROL:
		return enrol_parse(notice);
	case TALLY_NOTICE_DRAW:
	case TALLY_NOTICE_TEXT:
		return accepted_if(notice_text_fits(notice->kind, notice->body));
	default:
		return TALLY_MALFORMED;
	}
}

bool
notice_void_names(const struct notice_void *voided, uint32_t signer, uint64_t index)
{
	return voided->tags_count == 0 && signer == voided->signer && index >= voided->first &&
	       index <= voided->last;
}

void
notice_revoke_write(struct writer *writer, enum notice_holder holder, uint32_t key_id)
{
	writer_u8(writer, (uint8_t)holder);
	writer_u32(writer, key_id);
}

void
notice_withdraw_write(struct writer *writer, uint16_t contest, uint16_t option)
{
	writer_u16(writer, contest);
	writer_u16(writer, option);
}

void
notice_void_write(struct writer *writer, const struct notice_void *voided)
{
	writer_u8(writer, (uint8_t)voided->fate);
	if (voided->tags_count > 0) {
		CHECK(voided->tags_count <= NOTICE_TAGS_MAX);
		writer_u8(writer, VOID_BY_TAGS);
		writer_u16(writer, (uint16_t)voided->tags_count);
		writer_copy(writer, voided->tags, voided->tags_count * TALLY_TAG_SIZE);
	} else {
		writer_u8(writer, VOID_BY_SIGNER);
		writer_u32(writer, voided->signer);
		writer_u64(writer, voided->first);
		writer_u64(writer, voided->last);
	}
	writer_bytes(writer, voided->reason);
}

void
notice_enrol_write(struct writer *writer, const uint8_t *enrolments, size_t count)
{
	CHECK(count >= 1 && count <= NOTICE_TAGS_MAX);
	writer_u16(writer, (uint16_t)count);
	writer_copy(writer, enrolments, count * NOTICE_ENROLMENT_SIZE);
}

static bool
fields_read(struct reader *reader, struct notice *out)
{
	out->campaign = reader_bytes(reader, TALLY_HASH_SIZE).data;
	out->number = reader_u32(reader);
	out->previous = reader_bytes(reader, TALLY_HASH_SIZE).data;
	out->kind = reader_u8(reader);
	out->body = reader_bytes(reader, reader_u16(reader));
	out->key_id = reader_u32(reader);
	out->signature = reader_bytes(reader, TALLY_SIGNATURE_SIZE).data;
	return reader_done(reader);
}

enum tally_verdict
notice_parse(struct bytes bytes, struct notice *out)
{
	struct reader reader = reader_make(bytes);
	struct notice notice = {.bytes = bytes};
	enum tally_verdict verdict;

	if (bytes.size > TALLY_NOTICE_SIZE_MAX)
		return TALLY_TOO_LARGE;
	verdict = separator_take(&reader, SEPARATOR_OF(TALLY_SEPARATOR_NOTICE));
	if (verdict != TALLY_ACCEPTED)
		return verdict;
	if (!fields_read(&reader, &notice))
		return TALLY_MALFORMED;
	notice.signed_bytes = bytes_make(bytes.data, bytes.size - TALLY_SIGNATURE_SIZE);
	verdict = body_parse(&notice);
	if (verdict == TALLY_ACCEPTED)
		*out = notice;
	return verdict;
}

void
notice_write(struct writer *writer, const struct notice_head *head, struct bytes body,
	     uint32_t key_id, const uint8_t *secret_key)
{
	size_t start = writer->size;
	uint8_t signature[TALLY_SIGNATURE_SIZE];

	CHECK(body.size <= UINT16_MAX);
	writer_bytes(writer, SEPARATOR_OF(TALLY_SEPARATOR_NOTICE));
	writer_copy(writer, head->campaign, TALLY_HASH_SIZE);
	writer_u32(writer, head->number);
	writer_copy(writer, head->previous, TALLY_HASH_SIZE);
	writer_u8(writer, (uint8_t)head->kind);
	writer_u16(writer, (uint16_t)body.size);
	writer_bytes(writer, body);
	writer_u32(writer, key_id);
	if (writer->failed)
		return;
	crypto_sign_detached(signature, NULL, writer->data + start, writer->size - start,
			     secret_key);
	writer_copy(writer, signature, sizeof signature);
}

void
notice_hash(const struct notice *notice, uint8_t hash[TALLY_HASH_SIZE])
{
	crypto_hash_sha256(hash, notice->bytes.data, notice->bytes.size);
}
