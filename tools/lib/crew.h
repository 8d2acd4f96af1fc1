/* crew: threads that share out numbered jobs.
 *
 * crew_run calls job(context, worker, number) once for every number in [0, count), on `workers`
 * threads of which the caller is worker 0, and returns when all are done. Numbers are handed
 * out in ascending order. Where no thread can be started, fewer do the work. */
#ifndef TALLY_TOOLS_CREW_H
#define TALLY_TOOLS_CREW_H

#include <stddef.h>
#include <stdint.h>

enum {
	CREW_WORKERS_MAX = 256
};

typedef void
crew_job(void *context, unsigned worker, uint64_t number);

void
crew_run(unsigned workers, uint64_t count, crew_job *job, void *context);

/* Processors this process may use, at least 1. */
unsigned
crew_size(void);

#endif
