/* sitting: runs of tally-bench that never were, for tests of what is made of them. */
#ifndef TALLY_TESTS_SITTING_H
#define TALLY_TESTS_SITTING_H

#include "bench/tally-bench/run.h"

/* No run at all. */
struct run_set
sitting_empty(void);

/* One closed loop of so many seconds, with server and metrics; 0: it measured nothing. */
struct run_set
sitting_closed(size_t seconds);

/* The same; the server's process ended halfway. */
struct run_set
sitting_killed(size_t seconds);

/* One open loop of so many seconds in which the server stood still for one, halfway; nothing is
 * known of the server. Names and labels hold what HTML and JSON must escape. */
struct run_set
sitting_stalled(size_t seconds);

/* A sweep: saturation, then five offered loads, the last beyond it. */
struct run_set
sitting_sweep(void);

#endif
