/* turns: a thread that has little to do, and must do it on time.
 *
 * A load shares its machine with the server it measures, whose threads would take turns of
 * milliseconds before a ballot whose time has come. With a short slice a thread gets its turn as
 * soon as it wakes; it gets no more of the processor by it. Linux does so from 6.12 on (EEVDF),
 * without privileges; older ones do nothing. */
#ifndef TALLY_BENCH_TURNS_H
#define TALLY_BENCH_TURNS_H

#include <stdint.h>

enum {
	TURNS_SHORT_NS = 100000, /* the shortest that Linux takes */
};

/* Of the calling thread, from now on. */
void
turns_short(void);

/* The calling thread's slice as the system tells it; 0: it does not. */
uint64_t
turns_slice_ns(void);

#endif
