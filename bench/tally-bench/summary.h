/* summary: a sitting as text for a terminal, with small bars.
 *
 * Bars are block characters where the locale is UTF-8, else '#'; bold where it is a terminal and
 * NO_COLOR is not set (no-color.org). 80 columns. */
#ifndef TALLY_BENCH_SUMMARY_H
#define TALLY_BENCH_SUMMARY_H

#include <stdbool.h>
#include <stdio.h>

#include "bench/tally-bench/host.h"
#include "bench/tally-bench/run.h"

struct summary_look {
	bool blocks;
	bool bold;
};

/* By the environment and what `to` is. */
struct summary_look
summary_look(FILE *to);

void
summary_print(FILE *to, const struct run_set *set, const struct host *machine,
	      struct summary_look look);

#endif
