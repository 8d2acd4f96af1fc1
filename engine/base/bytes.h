/* bytes: views of memory, and two cursors that cannot run over.
 *
 * A view owns nothing. A reader and a writer are sticky: after the first read past the end (or
 * write past the capacity) every later call yields zero (or writes nothing) and `failed` stays
 * true, so that a parser checks once, at its end. Integers are big-endian.
 *
 * Thread: each cursor belongs to one caller. No allocation. */
#ifndef TALLY_BASE_BYTES_H
#define TALLY_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
	const uint8_t *data;
	size_t size;
};

/* The bytes of a string literal, without its NUL. */
#define BYTES_OF(literal) ((struct bytes){(const uint8_t *)(literal), sizeof(literal) - 1})

struct bytes
bytes_make(const void *data, size_t size);

/* The bytes of a C string, without its NUL. */
struct bytes
bytes_of_string(const char *string);

bool
bytes_equal(struct bytes a, struct bytes b);

/* -1, 0 or 1 in the order of unsigned bytes, a prefix first. */
int
bytes_compare(struct bytes a, struct bytes b);

bool
bytes_all_zero(struct bytes bytes);

struct reader {
	const uint8_t *at;
	const uint8_t *end;
	bool failed;
};

struct reader
reader_make(struct bytes bytes);

uint8_t
reader_u8(struct reader *reader);

uint16_t
reader_u16(struct reader *reader);

uint32_t
reader_u32(struct reader *reader);

uint64_t
reader_u64(struct reader *reader);

/* A view into the reader's memory; {NULL, 0} and failed if fewer than `size` bytes are left. */
struct bytes
reader_bytes(struct reader *reader, size_t size);

/* Copies `size` bytes to `to`; zeros and failed if fewer are left. */
void
reader_copy(struct reader *reader, void *to, size_t size);

/* Consumes `expected` if it is what comes next; failed if not. */
void
reader_expect(struct reader *reader, struct bytes expected);

size_t
reader_left(const struct reader *reader);

/* True if nothing failed and every byte was used. */
bool
reader_done(const struct reader *reader);

struct writer {
	uint8_t *data;
	size_t size;
	size_t capacity;
	bool failed;
};

/* The writer has the write interest in memory[0, capacity) until its caller is done with it. */
struct writer
writer_make(void *memory, size_t capacity);

void
writer_u8(struct writer *writer, uint8_t value);

void
writer_u16(struct writer *writer, uint16_t value);

void
writer_u32(struct writer *writer, uint32_t value);

void
writer_u64(struct writer *writer, uint64_t value);

void
writer_bytes(struct writer *writer, struct bytes bytes);

void
writer_copy(struct writer *writer, const void *from, size_t size);

/* A C string without its NUL. */
void
writer_string(struct writer *writer, const char *string);

/* Decimal, no leading zeros; `-` before negatives. */
void
writer_decimal(struct writer *writer, uint64_t value);

void
writer_signed_decimal(struct writer *writer, int64_t value);

struct bytes
writer_view(const struct writer *writer);

uint16_t
be16_load(const uint8_t *from);

uint32_t
be32_load(const uint8_t *from);

uint64_t
be64_load(const uint8_t *from);

void
be16_store(uint8_t *to, uint16_t value);

void
be32_store(uint8_t *to, uint32_t value);

void
be64_store(uint8_t *to, uint64_t value);

#endif
