/* host: on what a figure was measured. Without it no figure means anything. */
#ifndef TALLY_BENCH_HOST_H
#define TALLY_BENCH_HOST_H

#include <stdint.h>

enum {
	HOST_TEXT_MAX = 128
};

struct host {
	char processor[HOST_TEXT_MAX]; /* "unknown" where /proc does not say, as others */
	unsigned cores;
	uint64_t memory_bytes;
	char system[HOST_TEXT_MAX];    /* "Linux 6.1.0 x86_64" */
	char libraries[HOST_TEXT_MAX]; /* "libsodium 1.0.18" */
	double load; /* over the last minute, when it was looked at: what else ran here */
};

void
host_describe(struct host *out);

#endif
