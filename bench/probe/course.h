/* course: a ballot's way through the probe: verify jobs of up to K ballots on libuv's threads,
 * sequencing on the loop's (who has voted, the Merkle tree's nodes), one commit at a time,
 * answers in order of arrival once it is on disk. The loop's thread alone. */
#ifndef TALLY_BENCH_COURSE_H
#define TALLY_BENCH_COURSE_H

#include <uv.h>

#include "base/bytes.h"

struct course_options {
	size_t batch;   /* K */
	size_t workers; /* jobs given out at once while they are not full */
	size_t voters;  /* the table has twice as many places, at least */
	const char *folder;
};

struct course_sums {
	uint64_t accepted;
	uint64_t refused;
	uint64_t jobs;
	uint64_t commits;
};

extern struct course_sums course_sums;

/* Where an answer goes. */
struct course_sender {
	uint32_t client;
	uint32_t generation;
	uint32_t correlation;
};

void
course_begin(uv_loop_t *loop, const struct course_options *options);

void
course_take(struct course_sender sender, struct bytes ballot);

/* Nothing more has arrived for now: what is there goes to a worker if one is free. */
void
course_go(void);

#endif
