/* clock: the two clocks. Any thread. */
#ifndef TALLY_SHELL_CLOCK_H
#define TALLY_SHELL_CLOCK_H

#include <stdint.h>

/* Since 1970, as the machine's wall clock says. */
int64_t
clock_wall_ms(void);

/* Since some moment; never goes back. */
uint64_t
clock_mono_ms(void);

/* The same clock, in nanoseconds: to measure how long something took. */
uint64_t
clock_mono_ns(void);

#endif
