/* profile: a schedule from a CSV of rates over time.
 *
 *   seconds,rate      a first line that is no numbers is a heading; lines that begin with # are not
 *   0,10              read
 *   600,250           between two rows the rate goes straight from one to the other; two rows of
 *   600,900           the same second are a step
 *
 * Seconds ascend from 0, rates are ballots per second. */
#ifndef TALLY_BENCH_PROFILE_H
#define TALLY_BENCH_PROFILE_H

#include "base/bytes.h"
#include "base/check.h"
#include "bench/tally-bench/schedule.h"

/* NULL and the schedule filled, each rate times `scale`, time `speed` times as fast; or what is
 * wrong, and *line where (from 1; 0: of the whole). */
MUST_USE const char *
profile_parse(struct bytes text, double scale, double speed, struct schedule *schedule,
	      size_t *line);

/* last-evening.csv of this folder: a campaign's last evening, its peak 1. */
struct bytes
profile_last_evening(void);

#endif
