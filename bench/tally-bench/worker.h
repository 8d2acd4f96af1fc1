/* worker: one thread of a load: its links on one epoll, ballots sent when their time has come.
 *
 * It sleeps until the next ballot's time, or an answer. After it has woken it waits a fifth of a
 * millisecond before the next ballot wakes it: what has come due meanwhile goes in one write. What
 * it sends late by that is in the latency. */
#ifndef TALLY_BENCH_WORKER_H
#define TALLY_BENCH_WORKER_H

#include <stdatomic.h>

#include "bench/tally-bench/link.h"

/* Between the load and its threads. */
struct worker_gate {
	pthread_mutex_t lock;
	pthread_cond_t changed; /* of the monotonic clock */
	unsigned ready;
	unsigned finished;
	unsigned failed;
	bool refused; /* one of those failed by what the user gave: a key, a campaign */
	bool started; /* world->start_ns is set */
	bool given_up;
	atomic_bool stop; /* no new ballots: an interruption */
};

struct worker {
	pthread_t thread;
	struct link_world *world;
	struct worker_gate *gate;
	struct shard shard;
	struct link *links;
	unsigned links_count;
	unsigned number; /* its links have the numbers number, number + workers_count, .. */
	unsigned workers_count;
	int epoll;
	uint64_t slot;        /* open loop: the next whose time is to come */
	uint64_t slots_end;   /* of the schedule in this run */
	uint64_t stop_ns;     /* closed loop: no new ballots from then on */
	uint64_t patience_ns; /* without an answer to anything, or a link to send on */
	uint64_t woken_ns;
	uint64_t tick_ns;
	uint64_t heard_ns;
	uint64_t end_ns; /* when it was finished */
	bool gave_up;    /* because its patience was at an end */
	struct link **dirty;
	unsigned dirty_count;
};

uint64_t
worker_now(void);

/* The thread's function; `context` is the worker. */
void *
worker_run(void *context);

/* Ballots without an answer; the thread has ended. */
uint64_t
worker_owed(const struct worker *worker);

#endif
