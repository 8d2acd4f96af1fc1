/* schedule: when each ballot of an open loop is meant to be sent.
 *
 * A schedule is pieces of time in each of which the rate goes straight from one value to another.
 * Ballot n (from 0) has its time where n ballots' worth of rate has gone by: that depends on
 * nothing that happens meanwhile, so a load that has stalled knows exactly how late it is.
 * Read-only once made: any thread. */
#ifndef TALLY_BENCH_SCHEDULE_H
#define TALLY_BENCH_SCHEDULE_H

#include <stddef.h>
#include <stdint.h>

#include "base/check.h"

/* The longest schedule at the greatest rate has 1e15 ballots: a double counts them all. */
enum {
	SCHEDULE_PIECES_MAX = 4096,
	SCHEDULE_RATE_MAX = 100000000, /* ballots per second */
	SCHEDULE_SECONDS_MAX = 10000000,
};

struct schedule_piece {
	double begin_s;
	double length_s;
	double from; /* ballots per second */
	double to;
	double before; /* ballots of all earlier pieces */
};

struct schedule {
	size_t pieces_count;
	struct schedule_piece pieces[SCHEDULE_PIECES_MAX];
};

void
schedule_init(struct schedule *schedule);

/* Adds a piece behind the others. NULL; or why not, as part of a sentence: there are too many, it
 * has no length, a rate is below zero, or a maximum is passed. */
MUST_USE const char *
schedule_add(struct schedule *schedule, double length_s, double from, double to);

/* Takes away what comes after that many seconds, of which there are some. */
void
schedule_cut(struct schedule *schedule, double length_s);

double
schedule_length_s(const struct schedule *schedule);

/* Ballots whose time comes before its end. */
uint64_t
schedule_count(const struct schedule *schedule);

/* Of ballot n < schedule_count, from the beginning, in nanoseconds. Ascends with n. */
uint64_t
schedule_time(const struct schedule *schedule, uint64_t n);

/* How many ballots have their time at or before that moment. */
uint64_t
schedule_due(const struct schedule *schedule, uint64_t time_ns);

#endif
