#include "ledger/segment.h"

#include <string.h>
#include <xxhash.h>

enum {
	VERSION = 1,
	CHECKED_SIZE = 56, /* what the header's checksum covers */
	USED_SIZE = 64,
	NAME_DIGITS = 8,
};

void
segment_name(uint32_t number, char name[SEGMENT_NAME_MAX])
{
	struct writer writer = writer_make(name, SEGMENT_NAME_MAX);
	char digits[NAME_DIGITS];

	for (size_t i = NAME_DIGITS; i-- > 0; number /= 10)
		digits[i] = (char)('0' + number % 10);
	CHECK(number == 0);
	writer_string(&writer, "ledger/");
	writer_copy(&writer, digits, sizeof digits);
	writer_string(&writer, ".seg");
	writer_u8(&writer, 0);
	CHECK(!writer.failed);
}

void
segment_header_write(const struct segment *segment, uint8_t header[SEGMENT_HEADER_SIZE])
{
	struct writer writer = writer_make(header, SEGMENT_HEADER_SIZE);

	CHECK(segment->size >= SEGMENT_HEADER_SIZE);
	memset(header, 0, SEGMENT_HEADER_SIZE);
	writer_string(&writer, "tallyseg");
	writer_u32(&writer, VERSION);
	writer_u32(&writer, segment->number);
	writer_u64(&writer, segment->size);
	writer_copy(&writer, segment->campaign, TALLY_HASH_SIZE);
	CHECK(writer.size == CHECKED_SIZE);
	writer_u64(&writer, XXH3_64bits(header, CHECKED_SIZE));
}

bool
segment_header_parse(struct bytes bytes, struct segment *out)
{
	struct reader reader = reader_make(bytes);

	reader_expect(&reader, BYTES_OF("tallyseg"));
	if (reader_u32(&reader) != VERSION)
		return false;
	out->number = reader_u32(&reader);
	out->size = reader_u64(&reader);
	reader_copy(&reader, out->campaign, TALLY_HASH_SIZE);
	if (reader_left(&reader) < SEGMENT_HEADER_SIZE - CHECKED_SIZE)
		return false;
	return reader_u64(&reader) == XXH3_64bits(bytes.data, CHECKED_SIZE) &&
	       bytes_all_zero(reader_bytes(&reader, SEGMENT_HEADER_SIZE - USED_SIZE)) &&
	       out->size >= SEGMENT_HEADER_SIZE;
}
