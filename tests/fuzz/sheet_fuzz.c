/* What sheet_parse accepts is written again as the same signed bytes; whatever the totals, the
 * rules give a verdict, and what they accept no counts can overflow. The first bytes are made to
 * name the campaign and its booth, so that the rules are reached. */
#include "tests/fuzz/fuzz.h"

#include "campaign/sheetrules.h"
#include "limits.h"

#include <string.h>

/* Any key will do: the signature is not compared. */
static const uint8_t secret_key[64] = {1};

static const char json[] =
    "{\"format\":\"tally/campaign/v1\",\"test\":true,\"origin\":\"tally.example/test\","
    "\"titles\":{\"ro\":\"t\"},\"opens\":\"2026-01-01T08:00:00Z\","
    "\"closes\":\"2026-01-31T20:00:00Z\",\"signing\":\"frontend\",\"tag_context\":"
    "\"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\","
    "\"identity\":\"opaque\",\"voters_max\":1000,\"revote\":{\"policy\":\"first\"},"
    "\"results\":{\"policy\":\"live\"},\"publishing\":{\"every_s\":60,\"min_ballots\":32,"
    "\"tally_every_ballots\":10000},"
    "\"log_key\":\"tally.example/test+8c3f0211+AcuBXADxrSiDwTXnMn4hTuXfmB/S7v/l8URmtFFuZPxw\","
    "\"authorities\":[\"tally.example/test/authorities0+2d649b12+"
    "AWRyoP7BSJPCMKcLaA0/aUNJLEWWvP4gfthWJK7ZJXws\"],"
    "\"frontends\":[{\"key\":\"tally.example/test/frontends0+9657bc79+"
    "Ab1sbv+uvRyorBAAvN9AuvJEwmvkpFH+3cyo0XF/oD68\",\"kind\":\"booth\"}],"
    "\"contests\":[{\"id\":\"a\",\"titles\":{\"ro\":\"a\"},\"method\":\"approval\",\"max\":2,"
    "\"options\":[{\"id\":\"o0\",\"titles\":{\"ro\":\"0\"}},"
    "{\"id\":\"o1\",\"titles\":{\"ro\":\"1\"}}],\"outcome\":{\"rule\":\"none\"}},"
    "{\"id\":\"s\",\"titles\":{\"ro\":\"s\"},\"method\":\"score\",\"max\":2,"
    "\"value_min\":-2147483648,\"value_max\":2147483647,\"blank\":true,"
    "\"options\":[{\"id\":\"o0\",\"titles\":{\"ro\":\"0\"}},"
    "{\"id\":\"o1\",\"titles\":{\"ro\":\"1\"}}],\"outcome\":{\"rule\":\"none\"}}]}";

static const struct manifest *
campaign(void)
{
	static struct manifest *manifest;
	struct manifest_fault fault;

	if (manifest == NULL)
		manifest = manifest_parse(bytes_make(json, sizeof json - 1), &fault);
	CHECK(manifest != NULL);
	return manifest;
}

static void
write_again(const struct sheet *sheet)
{
	static uint8_t memory[TALLY_SHEET_SIZE_MAX];
	struct writer writer = writer_make(memory, sizeof memory);
	struct reader reader = reader_make(sheet->totals);
	const struct sheet_head head = {sheet->campaign, sheet->number, sheet->district,
					sheet->papers, sheet->counted_by};

	sheet_head_write(&writer, &head);
	while (!reader_done(&reader)) {
		static struct sheet_row rows[TALLY_SHEET_SIZE_MAX / 14];
		struct sheet_contest contest = sheet_contest_next(&reader);

		CHECK(!reader.failed);
		for (size_t i = 0; i < contest.rows_count; i++)
			rows[i] = sheet_row_at(&contest, i);
		sheet_contest_write(&writer, contest.ballots, contest.blank, rows,
				    contest.rows_count);
	}
	sheet_sign(&writer, sheet->key_id, secret_key);
	CHECK(!writer.failed && writer.size == sheet->bytes.size);
	CHECK(bytes_equal(sheet->signed_bytes,
			  bytes_make(memory, writer.size - TALLY_SIGNATURE_SIZE)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t memory[TALLY_SHEET_SIZE_MAX + 1];
	const size_t signer = TALLY_SIGNATURE_SIZE + 4;
	struct sheet sheet;

	size = size < sizeof memory ? size : sizeof memory;
	memcpy(memory, data, size);
	if (size > 47 + signer) {
		memcpy(memory + 15, campaign()->id, TALLY_HASH_SIZE);
		be32_store(memory + size - signer, campaign()->frontends[0].key.id);
	}
	if (sheet_parse(bytes_make(memory, size), &sheet) != TALLY_ACCEPTED)
		return 0;
	write_again(&sheet);
	if (sheetrules_check(campaign(), &sheet) == TALLY_ACCEPTED)
		CHECK(sheet.papers <= sheet_papers_max);
	return 0;
}
