#include "ledger/batch.h"

#include <string.h>
#include <xxhash.h>

#include "limits.h"

enum {
	VERSION = 1,
	ALIGNMENT = 8,
};

static uint64_t
checksum_of(struct bytes bytes, uint64_t number, const uint8_t campaign[TALLY_HASH_SIZE])
{
	uint64_t seed = XXH3_64bits(campaign, TALLY_HASH_SIZE) ^ number;

	return XXH3_64bits_withSeed(bytes.data, bytes.size, seed);
}

static bool
entries_add_up(struct bytes area, uint32_t entries_count)
{
	struct reader reader = reader_make(area);

	for (uint32_t i = 0; i < entries_count; i++) {
		if (batch_entry_next(&reader).data == NULL)
			return false;
	}
	return entries_count > 0 && reader_done(&reader);
}

size_t
batch_size(size_t entries_size)
{
	size_t size = BATCH_HEADER_SIZE + entries_size + BATCH_TRAILER_SIZE;

	return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

uint64_t
batch_seal(uint8_t *memory, const struct batch *batch, const uint8_t campaign[TALLY_HASH_SIZE])
{
	struct writer writer = writer_make(memory, BATCH_HEADER_SIZE);
	size_t covered = BATCH_HEADER_SIZE + batch->entries.size;
	struct bytes area = bytes_make(memory + BATCH_HEADER_SIZE, batch->entries.size);
	uint64_t checksum;

	CHECK(area.size <= batch_bytes_max);
	CHECK(entries_add_up(area, batch->entries_count));
	CHECK(batch->number > 0 || batch->previous == 0);
	writer_string(&writer, "tallybat");
	writer_u32(&writer, VERSION);
	writer_u32(&writer, batch->entries_count);
	writer_u64(&writer, batch->number);
	writer_u64(&writer, batch->first_index);
	writer_u32(&writer, (uint32_t)area.size);
	writer_u32(&writer, 0);
	writer_u64(&writer, batch->previous);
	CHECK(writer.size == BATCH_HEADER_SIZE);
	checksum = checksum_of(bytes_make(memory, covered), batch->number, campaign);
	be64_store(memory + covered, checksum);
	memset(memory + covered + BATCH_TRAILER_SIZE, 0,
	       batch_size(area.size) - covered - BATCH_TRAILER_SIZE);
	return checksum;
}

/* Header only; the entries area is not in reach yet. Yields its size. */
static bool
header_parse(struct reader *reader, struct batch *out, uint32_t *entries_size)
{
	uint32_t version;
	uint32_t zero;

	reader_expect(reader, BYTES_OF("tallybat"));
	version = reader_u32(reader);
	out->entries_count = reader_u32(reader);
	out->number = reader_u64(reader);
	out->first_index = reader_u64(reader);
	*entries_size = reader_u32(reader);
	zero = reader_u32(reader);
	out->previous = reader_u64(reader);
	return !reader->failed && version == VERSION && zero == 0 &&
	       *entries_size <= batch_bytes_max && (out->number > 0 || out->previous == 0);
}

bool
batch_parse(struct bytes bytes, const uint8_t campaign[TALLY_HASH_SIZE], struct batch *out)
{
	struct reader reader = reader_make(bytes);
	uint32_t entries_size;
	size_t covered;

	if (!header_parse(&reader, out, &entries_size))
		return false;
	covered = BATCH_HEADER_SIZE + (size_t)entries_size;
	out->size = batch_size(entries_size);
	out->entries = reader_bytes(&reader, entries_size);
	out->checksum = reader_u64(&reader);
	return bytes_all_zero(
		   reader_bytes(&reader, out->size - covered - BATCH_TRAILER_SIZE)) &&
	       !reader.failed &&
	       out->checksum ==
		   checksum_of(bytes_make(bytes.data, covered), out->number, campaign) &&
	       entries_add_up(out->entries, out->entries_count);
}

struct bytes
batch_entry_next(struct reader *area)
{
	if (reader_left(area) == 0)
		return bytes_make(NULL, 0);
	return reader_bytes(area, reader_u16(area));
}
