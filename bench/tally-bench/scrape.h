/* scrape: tallyd's metrics as its door tells them (Prometheus text format), and what they grew by.
 *
 * Names: tallyd_commit_entries, tallyd_sync_seconds, tallyd_commit_seconds (histograms),
 * tallyd_commit_bytes_total, tallyd_tree_entries{stage="sequenced"}, tallyd_requests_waiting. What
 * is not there stays zero. */
#ifndef TALLY_BENCH_SCRAPE_H
#define TALLY_BENCH_SCRAPE_H

#include "base/bytes.h"
#include "bench/tally-bench/run.h"

/* Since the server began. */
void
scrape_parse(struct bytes text, struct run_metrics *out);

/* What came between two of them; `known` if both are, and the server did not begin anew. */
struct run_metrics
scrape_between(const struct run_metrics *before, const struct run_metrics *now);

#endif
