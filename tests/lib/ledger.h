/* ledger: a small ledger in memory, and where its batches stand. */
#ifndef TALLY_TESTS_LEDGER_H
#define TALLY_TESTS_LEDGER_H

#include "ledger/scan.h"

enum {
	TEST_SEGMENTS_MAX = 4,
	TEST_BATCHES_MAX = 64,
	TEST_SEGMENT_SIZE = 1024, /* of test_ledger_small */
};

struct test_place {
	uint32_t segment;
	size_t offset;
	size_t size;
	uint64_t first_index;
};

struct test_ledger {
	uint8_t campaign[TALLY_HASH_SIZE];
	uint8_t *segments[TEST_SEGMENTS_MAX];
	size_t segment_size;
	uint32_t segments_count;
	struct test_place batches[TEST_BATCHES_MAX];
	size_t batches_count;
	uint64_t entries_count;
	uint64_t checksum;
	uint32_t segment; /* where the next batch goes, if it fits */
	size_t offset;
};

/* One empty segment; the campaign id is 32 times that byte. */
struct test_ledger
test_ledger_make(size_t segment_size, uint8_t campaign);

/* Six batches, ten entries: three in segment 0, three in segment 1; segment 2 is empty. */
struct test_ledger
test_ledger_small(void);

void
test_ledger_free(struct test_ledger *ledger);

/* Appends a batch of `count` entries of `size` bytes, in the next segment if it does not fit. */
void
test_ledger_append(struct test_ledger *ledger, uint32_t count, uint16_t size);

struct bytes
test_ledger_segment(const struct test_ledger *ledger, uint32_t number);

/* The first byte of a batch. */
uint8_t *
test_ledger_batch(const struct test_ledger *ledger, struct test_place place);

/* Scans all of it, without a visitor. */
enum scan_result
test_ledger_scan(const struct test_ledger *ledger, uint64_t remembered, struct scan *scan);

/* Fails the test unless a scan finds damage at exactly that place. */
void
assert_ledger_damaged(const struct test_ledger *ledger, uint64_t remembered, uint32_t segment,
		      uint64_t offset);

#endif
