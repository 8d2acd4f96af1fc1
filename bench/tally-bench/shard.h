/* shard: what one thread of a load counts, and how it is collected while it goes on counting.
 *
 * The thread holds the lock for a round of its loop, never for one ballot, and counts in one of two
 * spans; the collector changes the span under the lock and reads the other one in peace. */
#ifndef TALLY_BENCH_SHARD_H
#define TALLY_BENCH_SHARD_H

#include <pthread.h>

#include "bench/tally-bench/deck.h"
#include "bench/tally-bench/histogram.h"
#include "bench/tally-bench/run.h"

struct shard_span {
	struct run_sample counts;
	struct histogram *latency;
	struct histogram *service;
};

struct shard_surprise {
	deck_card card;
	uint16_t verdict;
};

struct shard {
	pthread_mutex_t lock;
	unsigned active; /* of the spans: the thread's */
	struct shard_span spans[2];
	uint64_t in_flight; /* now */
	uint64_t sent_bytes;
	uint64_t
	    complained_ns; /* of lost connections a line a second is told, the rest counted */
	uint64_t untold;
	/* Over the whole run. */
	uint64_t answered[KINDS_COUNT + 1];
	uint64_t surprised[KINDS_COUNT + 1];
	size_t surprises_count;
	struct shard_surprise surprises[RUN_KINDS_MAX];
};

void
shard_init(struct shard *shard);

void
shard_free(struct shard *shard);

/* The thread's; it holds the lock. */
struct run_sample *
shard_counts(struct shard *shard);

/* A ballot is answered for good, so long after its time and after it was sent. */
void
shard_answer(struct shard *shard, deck_card card, unsigned verdict, uint64_t latency_ns,
	     uint64_t service_ns);

/* Any answer, also one that is asked for again. */
void
shard_verdict(struct shard *shard, unsigned verdict);

/* The collector's: adds what was counted since the last call, and leaves the span empty. */
void
shard_collect(struct shard *shard, struct run_sample *counts, struct histogram *latency,
	      struct histogram *service);

#endif
