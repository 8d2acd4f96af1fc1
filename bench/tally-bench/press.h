/* press: a whole deal, minted on all processors and streamed to disk, FILE and FILE.kinds.
 *
 * Processors work on sheets of so many ballots, and write them in order: memory is a sheet for each
 * of them, whatever the file's size. Neither file may exist; an interruption or a failure takes
 * both away. */
#ifndef TALLY_BENCH_PRESS_H
#define TALLY_BENCH_PRESS_H

#include "bench/tally-bench/mint.h"

enum {
	PRESS_SHEET = 512, /* ballots */
};

struct press_counts {
	uint64_t kinds[KINDS_COUNT];
	uint64_t bytes; /* of FILE */
};

/* Progress is shown on a terminal. */
MUST_USE enum tally_exit
press_run(const struct mint *mint, const struct deal_wish *wish, const char *path,
	  unsigned workers, struct press_counts *counts);

#endif
