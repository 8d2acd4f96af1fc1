/* ticks: what a clock shows, to measure how long something takes. Any thread. */
#ifndef TALLY_TOOLS_TICKS_H
#define TALLY_TOOLS_TICKS_H

#include <stdint.h>
#include <time.h>

/* Of CLOCK_MONOTONIC, or one of processor time. */
uint64_t
ticks_ns(clockid_t clock);

/* The same in seconds. */
double
ticks_s(clockid_t clock);

#endif
