/* bench: a committer in a ledger of small segments, what it was given, and what it said. */
#ifndef TALLY_TESTS_BENCH_H
#define TALLY_TESTS_BENCH_H

#include <pthread.h>

#include "ledger/scan.h"
#include "shell/committer.h"
#include "tests/lib/folder.h"

enum {
	SEGMENT_SIZE = 64 * 1024,
	SPACE_OF_EMPTY = SEGMENT_SIZE - SEGMENT_HEADER_SIZE,
	ENTRIES_MAX = 10240,
};

extern const uint8_t bench_campaign[TALLY_HASH_SIZE];

struct bench {
	struct test_folder folder;
	struct test_random random;
	struct archive *archive;
	struct committer *committer;
	struct committer_place place;
	uint8_t *memory;
	uint64_t batches_count;
	uint64_t end; /* offset in the last segment, as far as a test needs it */
	struct bytes entries[ENTRIES_MAX];
	size_t entries_count;
	/* under the lock */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned committed;
	struct committer_done done; /* the last one */
	unsigned spaces;
	unsigned failed;
	unsigned said;
	uint64_t checksum;
	uint64_t space;
	char why[512];
};

/* An empty segment, and a committer started on it. */
struct bench *
bench_make(uint64_t seed, uint64_t segment_size);

void
bench_free(struct bench *bench);

/* Starts another committer at bench->place. */
void
bench_start(struct bench *bench);

/* Waits until *count, one of bench's, is at least `least`; fails the test after five seconds. */
void
bench_wait(struct bench *bench, const unsigned *count, unsigned least);

/* *count, as it is now. */
unsigned
bench_count(struct bench *bench, const unsigned *count);

/* Gives it a batch of `count` random entries of `size` bytes. */
void
bench_hand_over(struct bench *bench, uint32_t count, uint16_t size);

/* The same, once there is space for it, as the station does; waits until it is committed. */
void
bench_commit(struct bench *bench, uint32_t count, uint16_t size);

/* The space it told last; fails the test if that is not what it says when asked. */
uint64_t
bench_space(struct bench *bench);

/* A segment's file, malloc'ed; NULL if there is none. */
uint8_t *
bench_segment(const struct bench *bench, uint32_t number, size_t *size);

/* True if the data directory has a file of that name. */
bool
bench_has(const struct bench *bench, const char *name);

/* Reads the ledger's files with ledger/scan alone; fails the test unless they hold the first
 * `entries_count` entries given. Fills bench->place as a start would. */
enum scan_result
bench_scan(struct bench *bench, uint64_t entries_count);

#endif
