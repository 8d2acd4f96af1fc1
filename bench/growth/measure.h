/* measure: times by the hundred thousand, and what process and folder take. */
#ifndef TALLY_BENCH_GROWTH_MEASURE_H
#define TALLY_BENCH_GROWTH_MEASURE_H

#include <stddef.h>
#include <stdint.h>

enum {
	SAMPLES_MAX = 1 << 20
};

/* Milliseconds; past SAMPLES_MAX they are not kept. */
struct samples {
	size_t count;
	float ms[SAMPLES_MAX];
};

_Noreturn void
give_up(const char *why);

void
sample(struct samples *samples, double ms);

/* Sorts them; 0 if there are none. */
double
quantile(struct samples *samples, double part);

/* MB of this process by a line of /proc/self/smaps_rollup: "Rss:" for all, "Anonymous:" for what
 * is no file's pages. */
double
memory_mb(const char *line);

/* Bytes on disk of all files below `folder`/`name`. */
double
disk_bytes(const char *folder, const char *name);

#endif
