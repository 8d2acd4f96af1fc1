/* store: a ledger in a temporary folder, written as the commit thread writes it, with its
 * archive. Segments are small, so that few entries fill several. */
#ifndef TALLY_TESTS_STORE_H
#define TALLY_TESTS_STORE_H

#include "shell/archive.h"
#include "tests/lib/folder.h"

enum {
	TEST_STORE_ENTRIES_MAX = 1 << 17
};

struct test_store {
	struct test_folder folder;
	struct archive *archive;
	uint8_t campaign[TALLY_HASH_SIZE];
	uint64_t segment_size;
	int segment_fd;
	uint32_t segments_count;
	uint64_t offset; /* in the last segment */
	uint64_t batches_count;
	uint64_t checksum;
	/* the area of the batch being made */
	uint8_t *memory;
	size_t entries_size;
	uint32_t entries_count;
	/* what was put in, for comparison */
	struct bytes *entries;
	size_t size; /* committed ones and those in the making */
};

struct test_store *
test_store_make(uint64_t segment_size);

void
test_store_free(struct test_store *store);

/* Puts a copy of the entry in the batch being made. */
void
test_store_put(struct test_store *store, struct bytes entry);

/* Writes the batch being made and gives it to the archive. */
void
test_store_commit(struct test_store *store);

/* Random entries of 0..size_max bytes in random batches until there are `size`. */
void
test_store_grow(struct test_store *store, struct test_random *random, size_t size,
		size_t size_max);

#endif
