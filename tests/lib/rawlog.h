/* rawlog: a second reader of what tallyd leaves on disk, written from the documents alone.
 *
 * It shares no code with the engine, so that one misunderstanding cannot hide in both. Used by the
 * programs of tests/e2e and tests/crash to judge a ledger or a public log. Complains on stderr. */
#ifndef TALLY_TESTS_RAWLOG_H
#define TALLY_TESTS_RAWLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rawlog_entry {
	const uint8_t *data;
	size_t size;
};

/* Where a batch lies: its file, its first byte and its bytes, padding included. */
struct rawlog_batch {
	unsigned segment;
	uint64_t offset;
	uint64_t size;
	uint64_t number;
	uint64_t first;
	uint32_t count;
};

struct rawlog {
	struct rawlog_entry *entries;
	size_t count;
	size_t capacity;
	struct rawlog_batch *batches; /* of a ledger only */
	size_t batches_count;
	size_t batches_capacity;
	uint8_t **files; /* that the entries point into */
	size_t files_count;
	size_t files_capacity;
};

/* The entries that DIR/checkpoint covers, out of DIR/tile/entries. */
bool
rawlog_read_public(struct rawlog *log, const char *dir);

/* The valid front part of DIR/ledger, up to the first batch that is not whole. */
bool
rawlog_read_ledger(struct rawlog *log, const char *dir);

void
rawlog_free(struct rawlog *log);

/* Whole file, malloc'ed; NULL (and no complaint) if it cannot be read. */
uint8_t *
rawlog_file(const char *path, size_t *size);

#endif
