#include "ballot/notice.h"

#include <sodium.h>

#include "ballot/separator.h"

enum {
	MINUTE = 60,
};

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

static enum tally_verdict
body_parse(struct notice *notice)
{
	if (notice_kind_name(notice->kind) == NULL)
		return TALLY_MALFORMED;
	switch (notice->kind) {
	case TALLY_NOTICE_EXTEND:
		return time_parse(notice->body, &notice->closes);
	case TALLY_NOTICE_UNSEAL:
		return time_parse(notice->body, &notice->unseals);
	case TALLY_NOTICE_CLOSE:
		return notice->body.size == 0 ? TALLY_ACCEPTED : TALLY_MALFORMED;
	default:
		return TALLY_NOT_SUPPORTED;
	}
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
