/* machine: on what a figure was measured. Without it no figure means anything. */
#ifndef TALLY_BENCH_MACHINE_H
#define TALLY_BENCH_MACHINE_H

#include <stdint.h>

enum {
	MACHINE_TEXT_MAX = 128
};

struct machine {
	char processor[MACHINE_TEXT_MAX]; /* "unknown" where /proc does not say, as others */
	unsigned cores;
	uint64_t memory_bytes;
	char system[MACHINE_TEXT_MAX];    /* "Linux 6.1.0 x86_64" */
	char libraries[MACHINE_TEXT_MAX]; /* "libsodium 1.0.18" */
	double load; /* over the last minute, when it was looked at: what else ran here */
};

void
machine_describe(struct machine *out);

#endif
