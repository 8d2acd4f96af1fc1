/* page: a sitting as one HTML file for people: figures, curves, and on what it was measured.
 *
 * Self-contained: pictures are SVG of our own (chart.h), nothing is fetched and nothing runs in it.
 * Well-formed XML, light and dark as the reader's screen is, light on paper. A run that measured
 * nothing says so. */
#ifndef TALLY_BENCH_PAGE_H
#define TALLY_BENCH_PAGE_H

#include "base/check.h"
#include "bench/tally-bench/host.h"
#include "bench/tally-bench/run.h"

/* "-" is stdout. Complains where it fails. */
MUST_USE enum tally_exit
page_put(const struct run_set *set, const struct host *machine, const char *path);

#endif
