/* page_run: one run's part of the page. */
#ifndef TALLY_BENCH_PAGE_RUN_H
#define TALLY_BENCH_PAGE_RUN_H

#include <stdio.h>

#include "bench/tally-bench/run.h"

void
page_run(FILE *to, const struct run *run);

#endif
