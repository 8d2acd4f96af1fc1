/* batch: the unit of durability: what one write and one fdatasync make true.
 *
 *   offset size
 *   0      8    "tallybat"
 *   8      4    version, 1
 *   12     4    entry count n, >= 1
 *   16     8    batch number, from 0
 *   24     8    index of the first entry
 *   32     4    size of the entries area e, at most batch_bytes_max (limits.h)
 *   36     4    zero
 *   40     8    checksum of the previous batch (its trailer); 0 for batch 0
 *   48     e    n times: u16 size, entry
 *   48+e   8    checksum: XXH3-64 of the bytes [0, 48+e), seeded with
 *               XXH3-64(campaign id) xor batch number
 *   then zeros to a multiple of 8
 *
 * A batch is valid if and only if all of that holds, the sizes of its n entries add up to e, and
 * number, index and previous checksum continue the batch before it. Integers big-endian.
 * XXH3 guards against accident only. Any thread; no allocation. */
#ifndef TALLY_LEDGER_BATCH_H
#define TALLY_LEDGER_BATCH_H

#include "base/bytes.h"
#include "base/check.h"
#include "tally/formats.h"

enum {
	BATCH_HEADER_SIZE = 48,
	BATCH_TRAILER_SIZE = 8,
};

struct batch {
	uint64_t number;
	uint64_t first_index;
	uint32_t entries_count;
	uint64_t previous;    /* checksum of the batch before */
	uint64_t checksum;    /* its own */
	struct bytes entries; /* the entries area */
	size_t size;          /* on disk, padding included */
};

/* Bytes on disk of a batch whose entries area has `entries_size` bytes. */
size_t
batch_size(size_t entries_size);

/* Completes a batch in place: `memory` holds BATCH_HEADER_SIZE free bytes, then the entries area;
 * there is room for trailer and padding. Fills header, trailer and padding; returns checksum. */
uint64_t
batch_seal(uint8_t *memory, const struct batch *batch, const uint8_t campaign[TALLY_HASH_SIZE]);

/* True if a batch that is valid in itself stands at the front of `bytes`. Whether it continues
 * the one before is the caller's to compare (ledger/scan.h does). */
MUST_USE bool
batch_parse(struct bytes bytes, const uint8_t campaign[TALLY_HASH_SIZE], struct batch *out);

/* Next entry of an entries area, or of a tlog bundle, which has the same shape: a view, {NULL, 0}
 * at the end or where the size runs over (then area->failed). The view of an empty entry is not
 * NULL. */
struct bytes
batch_entry_next(struct reader *area);

#endif
