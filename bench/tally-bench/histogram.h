/* histogram: how often each time was seen, to three significant digits, in fixed memory.
 *
 * Log-linear: values below 2048 are counted one by one; above, each power of two has 1,024 steps
 * of equal width, so that a step is never wider than a 1,024th of the values in it. The unit is
 * the caller's (here: nanoseconds, up to 274 s). Larger values are counted in the last step;
 * `max`, `min`, `sum` and `count` are exact whatever the value.
 *
 * 232 KiB: allocate it. All zero is empty. Thread: its owner; merge what several recorded. */
#ifndef TALLY_BENCH_HISTOGRAM_H
#define TALLY_BENCH_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

enum {
	HISTOGRAM_STEP_BITS = 10,  /* steps in a power of two: 1,024 */
	HISTOGRAM_VALUE_BITS = 38, /* values below 2^38 have a step of their own width */
	HISTOGRAM_STEPS = (HISTOGRAM_VALUE_BITS - HISTOGRAM_STEP_BITS + 1)
			  << HISTOGRAM_STEP_BITS,
};

struct histogram {
	uint64_t count;
	uint64_t sum; /* stays at its maximum where it would not fit */
	uint64_t min; /* 0 while it is empty */
	uint64_t max;
	uint64_t steps[HISTOGRAM_STEPS];
};

void
histogram_reset(struct histogram *histogram);

void
histogram_record(struct histogram *histogram, uint64_t value);

/* The same value `times` times. */
void
histogram_record_many(struct histogram *histogram, uint64_t value, uint64_t times);

/* Adds what `from` has seen. */
void
histogram_merge(struct histogram *to, const struct histogram *from);

/* The largest value of the step that holds the ceil(share * count)-th smallest value (the first
 * one for a share of 0), at most `max`: never below the true quantile, and above it by less than
 * a 1,024th. `share` in [0, 1]. 0 of an empty one. */
uint64_t
histogram_quantile(const struct histogram *histogram, double share);

/* 0 of an empty one. */
double
histogram_mean(const struct histogram *histogram);

/* Walks the steps that hold anything, in ascending order: the first at or behind `*at` (begin with
 * 0), its largest value and its count; moves `*at` behind it. False at the end. */
bool
histogram_next(const struct histogram *histogram, unsigned *at, uint64_t *value,
	       uint64_t *count);

#endif
