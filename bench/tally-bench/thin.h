/* thin: the samples of a run as points of curves, not more than can be seen.
 *
 * Where there are more samples than points, several in a row are one point: counts are added, and
 * its quantiles are the highest of theirs, so that no bad second is lost. What is left of a second
 * at the end belongs to the point before it: by itself it would look like a fall or a leap. */
#ifndef TALLY_BENCH_THIN_H
#define TALLY_BENCH_THIN_H

#include "bench/tally-bench/run.h"

enum {
	THIN_POINTS_MAX = 240
};

struct thin {
	size_t count;
	size_t every;                    /* samples of a point */
	double span_s;                   /* of a point, about */
	bool minutes;                    /* x is minutes, else seconds */
	double x[THIN_POINTS_MAX];       /* the middle of its time */
	double offered[THIN_POINTS_MAX]; /* a second */
	double answered[THIN_POINTS_MAX];
	double p50_ms[THIN_POINTS_MAX]; /* NAN: nobody answered */
	double p99_ms[THIN_POINTS_MAX];
	double p999_ms[THIN_POINTS_MAX];
	double server_cores[THIN_POINTS_MAX]; /* processor time for time */
	double client_cores[THIN_POINTS_MAX];
	double in_flight[THIN_POINTS_MAX]; /* sent or due, and not answered: the most */
	double syncs[THIN_POINTS_MAX];     /* a second; NAN: no metrics */
};

void
thin_make(struct thin *thin, const struct run *run);

#endif
