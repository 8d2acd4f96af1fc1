#include "ballot/sheet.h"

#include <sodium.h>
#include <string.h>

#include "ballot/separator.h"
#include "base/text.h"

enum {
	ROW_SIZE = 2 + 4 + 8,
	SIGNER_SIZE = 4 + TALLY_SIGNATURE_SIZE,
};

static bool
head_read(struct reader *reader, struct sheet *sheet)
{
	sheet->campaign = reader_bytes(reader, TALLY_HASH_SIZE).data;
	sheet->number = reader_u32(reader);
	sheet->district = reader_u16(reader);
	sheet->papers = reader_u32(reader);
	sheet->counted_by = reader_bytes(reader, reader_u8(reader));
	return !reader->failed && sheet->number > 0 && sheet->papers > 0 &&
	       sheet->counted_by.size > 0 && sheet->counted_by.size <= SHEET_OPERATOR_MAX &&
	       text_utf8_clean(sheet->counted_by);
}

static bool
totals_read(struct reader *reader, struct sheet *sheet)
{
	const uint8_t *start = reader->at;

	while (!reader->failed && reader_left(reader) > SIGNER_SIZE)
		(void)sheet_contest_next(reader);
	if (reader->failed)
		return false;
	sheet->totals = bytes_make(start, (size_t)(reader->at - start));
	return true;
}

enum tally_verdict
sheet_parse(struct bytes bytes, struct sheet *out)
{
	struct reader reader = reader_make(bytes);
	struct sheet sheet = {.bytes = bytes};
	enum tally_verdict verdict;

	if (bytes.size > TALLY_SHEET_SIZE_MAX)
		return TALLY_TOO_LARGE;
	verdict = separator_take(&reader, SEPARATOR_OF(TALLY_SEPARATOR_SHEET));
	if (verdict != TALLY_ACCEPTED)
		return verdict;
	if (!head_read(&reader, &sheet) || !totals_read(&reader, &sheet))
		return TALLY_MALFORMED;
	sheet.key_id = reader_u32(&reader);
	sheet.signature = reader_bytes(&reader, TALLY_SIGNATURE_SIZE).data;
	if (!reader_done(&reader))
		return TALLY_MALFORMED;
	sheet.signed_bytes = bytes_make(bytes.data, bytes.size - TALLY_SIGNATURE_SIZE);
	*out = sheet;
	return TALLY_ACCEPTED;
}

struct sheet_contest
sheet_contest_next(struct reader *reader)
{
	struct sheet_contest contest = {0};

	contest.ballots = reader_u32(reader);
	contest.blank = reader_u32(reader);
	contest.rows_count = reader_u16(reader);
	contest.rows = reader_bytes(reader, (size_t)contest.rows_count * ROW_SIZE).data;
	if (reader->failed)
		contest.rows_count = 0;
	return contest;
}

struct sheet_row
sheet_row_at(const struct sheet_contest *contest, size_t at)
{
	const uint8_t *row = contest->rows + at * ROW_SIZE;

	CHECK(at < contest->rows_count);
	return (struct sheet_row){be16_load(row), be32_load(row + 2),
				  (int64_t)be64_load(row + 6)};
}

void
sheet_head_write(struct writer *writer, const struct sheet_head *head)
{
	CHECK(head->counted_by.size > 0 && head->counted_by.size <= SHEET_OPERATOR_MAX);
	writer_bytes(writer, SEPARATOR_OF(TALLY_SEPARATOR_SHEET));
	writer_copy(writer, head->campaign, TALLY_HASH_SIZE);
	writer_u32(writer, head->number);
	writer_u16(writer, head->district);
	writer_u32(writer, head->papers);
	writer_u8(writer, (uint8_t)head->counted_by.size);
	writer_bytes(writer, head->counted_by);
}

void
sheet_contest_write(struct writer *writer, uint32_t ballots, uint32_t blank,
		    const struct sheet_row *rows, size_t count)
{
	CHECK(count <= UINT16_MAX);
	writer_u32(writer, ballots);
	writer_u32(writer, blank);
	writer_u16(writer, (uint16_t)count);
	for (size_t i = 0; i < count; i++) {
		writer_u16(writer, rows[i].option);
		writer_u32(writer, rows[i].votes);
		writer_u64(writer, (uint64_t)rows[i].score);
	}
}

void
sheet_sign(struct writer *writer, uint32_t key_id, const uint8_t *secret_key)
{
	uint8_t signature[TALLY_SIGNATURE_SIZE];

	writer_u32(writer, key_id);
	if (writer->failed)
		return;
	crypto_sign_detached(signature, NULL, writer->data, writer->size, secret_key);
	writer_copy(writer, signature, sizeof signature);
}

void
sheet_digest(const struct sheet *sheet, uint8_t digest[SHEET_DIGEST_SIZE])
{
	uint8_t whole[32];

	CHECK(crypto_generichash(whole, sizeof whole, sheet->signed_bytes.data,
				 sheet->signed_bytes.size, NULL, 0) == 0);
	memcpy(digest, whole, SHEET_DIGEST_SIZE);
}
