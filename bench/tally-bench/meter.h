/* meter: the one-second samples of a run, put together of its threads, the server's process and its
 * metrics door. Thread: the load's. */
#ifndef TALLY_BENCH_METER_H
#define TALLY_BENCH_METER_H

#include "bench/tally-bench/process.h"
#include "bench/tally-bench/worker.h"
#include "tools/lib/http.h"

/* What is looked at beside the answers; zero: not. */
struct meter_sources {
	pid_t pid;
	const char *metrics; /* URL of the server's metrics door, without its path */
	const char *data;    /* the server's folder */
};

struct meter_reading {
	uint64_t own_cpu_ns;
	struct process_figures process;
	bool has_process;
	struct run_metrics metrics;
};

struct meter {
	const struct meter_sources *sources;
	const struct link_world *world;
	struct worker *workers;
	unsigned workers_count;
	struct run *run;
	size_t capacity; /* of run->samples */
	struct http *http;
	uint8_t *text;
	size_t text_capacity;
	struct histogram *latency; /* of the second under way */
	struct histogram *service;
	struct meter_reading first;
	struct meter_reading last;
	uint64_t data_first;
	uint64_t begin_ns;
	uint64_t last_ns;
	uint64_t offered; /* until last_ns */
	uint64_t sent;
};

/* Opens what it reads from; complains. */
MUST_USE enum tally_exit
meter_init(struct meter *meter, const struct meter_sources *sources, struct run *run);

/* The run begins now: at the moment that is returned. */
uint64_t
meter_begin(struct meter *meter, const struct link_world *world, struct worker *workers,
	    unsigned workers_count);

/* A sample of what came since the last one. */
void
meter_sample(struct meter *meter, uint64_t now_ns);

/* A last sample, and the run's totals; the workers have ended. */
void
meter_end(struct meter *meter, uint64_t end_ns);

void
meter_free(struct meter *meter);

#endif
