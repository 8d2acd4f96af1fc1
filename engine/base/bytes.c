#include "base/bytes.h"

#include <string.h>

struct bytes
bytes_make(const void *data, size_t size)
{
	return (struct bytes){data, size};
}

struct bytes
bytes_of_string(const char *string)
{
	return bytes_make(string, strlen(string));
}

bool
bytes_equal(struct bytes a, struct bytes b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

int
bytes_compare(struct bytes a, struct bytes b)
{
	size_t shared = a.size < b.size ? a.size : b.size;
	int order = shared == 0 ? 0 : memcmp(a.data, b.data, shared);

	if (order == 0)
		order = (a.size > b.size) - (a.size < b.size);
	return (order > 0) - (order < 0);
}

bool
bytes_all_zero(struct bytes bytes)
{
	/* Every byte equals the one before it: the C library compares quicker than a loop. */
	return bytes.size == 0 ||
	       (bytes.data[0] == 0 && memcmp(bytes.data, bytes.data + 1, bytes.size - 1) == 0);
}

struct reader
reader_make(struct bytes bytes)
{
	return (struct reader){bytes.data, bytes.data + bytes.size, false};
}

/* NULL once anything has failed. */
static const uint8_t *
take(struct reader *reader, size_t size)
{
	const uint8_t *at = reader->at;

	if (reader->failed || (size_t)(reader->end - at) < size) {
		reader->failed = true;
		return NULL;
	}
	reader->at += size;
	return at;
}

uint8_t
reader_u8(struct reader *reader)
{
	const uint8_t *at = take(reader, 1);

	return at == NULL ? 0 : *at;
}

uint16_t
reader_u16(struct reader *reader)
{
	const uint8_t *at = take(reader, 2);

	return at == NULL ? 0 : be16_load(at);
}

uint32_t
reader_u32(struct reader *reader)
{
	const uint8_t *at = take(reader, 4);

	return at == NULL ? 0 : be32_load(at);
}

uint64_t
reader_u64(struct reader *reader)
{
	const uint8_t *at = take(reader, 8);

	return at == NULL ? 0 : be64_load(at);
}

struct bytes
reader_bytes(struct reader *reader, size_t size)
{
	const uint8_t *at = take(reader, size);

	return at == NULL ? bytes_make(NULL, 0) : bytes_make(at, size);
}

void
reader_copy(struct reader *reader, void *to, size_t size)
{
	const uint8_t *at = take(reader, size);

	if (at == NULL)
		memset(to, 0, size);
	else
		memcpy(to, at, size);
}

void
reader_expect(struct reader *reader, struct bytes expected)
{
	const uint8_t *at = take(reader, expected.size);

	if (at != NULL && memcmp(at, expected.data, expected.size) != 0)
		reader->failed = true;
}

size_t
reader_left(const struct reader *reader)
{
	return reader->failed ? 0 : (size_t)(reader->end - reader->at);
}

bool
reader_done(const struct reader *reader)
{
	return !reader->failed && reader->at == reader->end;
}

struct writer
writer_make(void *memory, size_t capacity)
{
	return (struct writer){memory, 0, capacity, false};
}

/* NULL once anything has failed. */
static uint8_t *
room(struct writer *writer, size_t size)
{
	uint8_t *at = writer->data + writer->size;

	if (writer->failed || writer->capacity - writer->size < size) {
		writer->failed = true;
		return NULL;
	}
	writer->size += size;
	return at;
}

void
writer_u8(struct writer *writer, uint8_t value)
{
	uint8_t *at = room(writer, 1);

	if (at != NULL)
		*at = value;
}

void
writer_u16(struct writer *writer, uint16_t value)
{
	uint8_t *at = room(writer, 2);

	if (at != NULL)
		be16_store(at, value);
}

void
writer_u32(struct writer *writer, uint32_t value)
{
	uint8_t *at = room(writer, 4);

	if (at != NULL)
		be32_store(at, value);
}

void
writer_u64(struct writer *writer, uint64_t value)
{
	uint8_t *at = room(writer, 8);

	if (at != NULL)
		be64_store(at, value);
}

void
writer_copy(struct writer *writer, const void *from, size_t size)
{
	uint8_t *at = room(writer, size);

	if (at != NULL && size > 0)
		memcpy(at, from, size);
}

void
writer_bytes(struct writer *writer, struct bytes bytes)
{
	writer_copy(writer, bytes.data, bytes.size);
}

void
writer_string(struct writer *writer, const char *string)
{
	writer_copy(writer, string, strlen(string));
}

void
writer_decimal(struct writer *writer, uint64_t value)
{
	char digits[20];
	size_t at = sizeof digits;

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	writer_copy(writer, digits + at, sizeof digits - at);
}

void
writer_signed_decimal(struct writer *writer, int64_t value)
{
	if (value < 0)
		writer_u8(writer, '-');
	writer_decimal(writer, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

struct bytes
writer_view(const struct writer *writer)
{
	return bytes_make(writer->data, writer->size);
}

uint16_t
be16_load(const uint8_t *from)
{
	return (uint16_t)(from[0] << 8 | from[1]);
}

uint32_t
be32_load(const uint8_t *from)
{
	return (uint32_t)be16_load(from) << 16 | be16_load(from + 2);
}

uint64_t
be64_load(const uint8_t *from)
{
	return (uint64_t)be32_load(from) << 32 | be32_load(from + 4);
}

void
be16_store(uint8_t *to, uint16_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

void
be32_store(uint8_t *to, uint32_t value)
{
	be16_store(to, (uint16_t)(value >> 16));
	be16_store(to + 2, (uint16_t)value);
}

void
be64_store(uint8_t *to, uint64_t value)
{
	be32_store(to, (uint32_t)(value >> 32));
	be32_store(to + 4, (uint32_t)value);
}
