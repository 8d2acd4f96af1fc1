/* sorter: any number of records in order, in bounded memory.
 *
 * Records are of one size and begin with a struct sorter_place. They are dealt out to buckets
 * by a keyed hash of the place's key, so that nobody can choose keys that fill one bucket; past
 * the bound the buckets go to a temporary file (below $TMPDIR, else /var/tmp, without a name).
 * Reading takes one bucket for each worker into memory. */
#ifndef TALLY_TOOLS_SORTER_H
#define TALLY_TOOLS_SORTER_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/check.h"
#include "tools/lib/trouble.h"

#include <stddef.h>

enum {
	SORTER_BUCKETS = 256,
	SORTER_KEY_SIZE = 32,
};

struct sorter_place {
	uint8_t key[SORTER_KEY_SIZE];
	uint64_t index;
};

/* How far a reading is, in records; on the thread that asked for it. */
typedef void
sorter_progress(void *context, uint64_t done, uint64_t all);

struct sorter {
	size_t record_size;
	sorter_progress *progress; /* may be set after sorter_init; else NULL */
	void *progress_context;
	uint64_t memory_max;
	_Atomic uint64_t memory; /* bytes of all buckets */
	_Atomic int error;       /* errno of the first failure */
	uint8_t secret[16];
	pthread_mutex_t file_lock;
	int file; /* -1: nothing was put out yet */
	uint64_t file_size;
	struct sorter_bucket *buckets;
};

/* About `memory_max` bytes of records are kept in memory. */
MUST_USE enum tally_exit
sorter_init(struct sorter *sorter, size_t record_size, uint64_t memory_max,
	    struct trouble *trouble);

void
sorter_free(struct sorter *sorter);

/* Any thread, at any time but during sorter_each. Trouble is told by sorter_each. */
void
sorter_add(struct sorter *sorter, const void *record);

/* All records with the same key are in one call, ascending by key and index; the calls come on
 * several threads. `records` is lent for the call. */
typedef void
sorter_visit(void *context, const uint8_t *records, size_t count);

/* Visits all records added so far; more may be added afterwards. */
MUST_USE enum tally_exit
sorter_each(struct sorter *sorter, unsigned workers, sorter_visit *visit, void *context,
	    struct trouble *trouble);

#endif
