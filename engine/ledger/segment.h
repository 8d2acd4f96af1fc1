/* segment: the files of the ledger: preallocated, zero-filled, never reused, never shortened.
 *
 * File name: ledger/ and the segment's number in 8 decimal digits, ".seg".
 *
 *   offset size
 *   0      8    "tallyseg"
 *   8      4    version, 1
 *   12     4    segment number, from 0
 *   16     8    file size in bytes
 *   24     32   campaign id
 *   56     8    XXH3-64 of the bytes [0, 56)
 *   64     ..   zeros to 512
 *   512    ..   batches, each at a multiple of 8, one after the other; then zeros
 *
 * A batch lies in one segment: what does not fit before the end of the file begins the next one.
 * Any thread; no allocation. */
#ifndef TALLY_LEDGER_SEGMENT_H
#define TALLY_LEDGER_SEGMENT_H

#include "base/bytes.h"
#include "base/check.h"
#include "tally/formats.h"

enum {
	SEGMENT_HEADER_SIZE = 512,
	SEGMENT_NAME_MAX = 32,
};

struct segment {
	uint32_t number;
	uint64_t size;
	uint8_t campaign[TALLY_HASH_SIZE];
};

void
segment_name(uint32_t number, char name[SEGMENT_NAME_MAX]);

void
segment_header_write(const struct segment *segment, uint8_t header[SEGMENT_HEADER_SIZE]);

MUST_USE bool
segment_header_parse(struct bytes bytes, struct segment *out);

#endif
