/* figure: a number as a person reads it: three or four digits and a unit.
 *
 * Each writes to `room` and returns its text: figure_time(&(struct figure){0}, ns). */
#ifndef TALLY_BENCH_FIGURE_H
#define TALLY_BENCH_FIGURE_H

#include <stdint.h>

struct figure {
	char text[32];
};

/* Nanoseconds: "850 ns", "12.3 us" ("µs" is not ASCII), "1.23 ms", "4.5 s", "2.1 h". */
const char *
figure_time(struct figure *room, double ns);

/* "1,234,567": all digits. */
const char *
figure_count(struct figure *room, uint64_t count);

/* "0", "0.123", "12.3", "1,234": of a rate or a mean. */
const char *
figure_number(struct figure *room, double number);

/* "512 B", "1.2 kB", "34 MB", "5.6 GB": powers of 1,000. */
const char *
figure_bytes(struct figure *room, double bytes);

/* "12.3 %" of a share. */
const char *
figure_share(struct figure *room, double share);

#endif
