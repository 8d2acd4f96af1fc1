/* scan: reads a ledger from its first byte and says what it is: whole, torn at its end, damaged.
 *
 * Segments are fed whole, in number order. A batch that is invalid, or missing where a later one
 * is present, ends the valid part. That end is a torn tail, which may be cut, only if (L4)
 *   - no valid batch of a number at least the expected one stands anywhere behind it,
 *   - every byte from one batch's greatest size behind it on is zero, and
 *   - it begins at or beyond the remembered checkpoint's size.
 * Everything else is damage: the caller refuses to start and changes nothing.
 *
 * Any thread; no allocation. */
#ifndef TALLY_LEDGER_SCAN_H
#define TALLY_LEDGER_SCAN_H

#include "ledger/batch.h"
#include "ledger/segment.h"

enum scan_result {
	SCAN_GOES_ON, /* feed the next segment, or finish */
	SCAN_WHOLE,   /* only from scan_finish: ends cleanly */
	SCAN_TORN,    /* only from scan_finish: `torn_*` say what to cut */
	SCAN_DAMAGED, /* `damage_*` say where and what */
	SCAN_STOPPED, /* the visitor said no */
};

/* A valid batch and where its header begins. False stops the scan, whose other fields then tell
 * of the batches before this one. */
typedef bool
scan_visit(void *context, const struct batch *batch, uint32_t segment, uint64_t offset);

struct scan {
	uint8_t campaign[TALLY_HASH_SIZE];
	uint64_t remembered_size;
	scan_visit *visit;
	void *context;
	/* the valid part so far */
	uint64_t batches_count;
	uint64_t entries_count;
	uint64_t checksum; /* of the last valid batch, 0 before the first */
	uint32_t segment;  /* end of the last valid batch: the next one is written there, */
	uint64_t offset;   /* or at the front of the next segment if it does not fit */
	/* beyond it */
	bool ended; /* an invalid batch was met */
	uint32_t torn_segment;
	uint64_t torn_offset;
	uint64_t torn_end; /* last non-zero byte + 1 in that segment */
	uint32_t damage_segment;
	uint64_t damage_offset;
	const char *damage;      /* a sentence */
	uint32_t segments_count; /* fed so far */
};

/* The campaign id is taken from the first segment's header: the caller compares it with the one
 * it serves. `visit` may be NULL. */
void
scan_init(struct scan *scan, uint64_t remembered_size, scan_visit *visit, void *context);

/* SCAN_GOES_ON, SCAN_DAMAGED (then also from every later call) or SCAN_STOPPED (then the scan is
 * over). Views a visitor got live as long as the segment's memory. */
MUST_USE enum scan_result
scan_segment(struct scan *scan, struct bytes segment);

/* After the last segment. No segment at all, or a ledger shorter than the remembered size, is
 * SCAN_DAMAGED. Where the torn bytes are replaced by zeros, the ledger is whole. */
MUST_USE enum scan_result
scan_finish(struct scan *scan);

#endif
