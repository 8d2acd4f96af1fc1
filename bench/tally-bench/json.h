/* json: a sitting as a file for other programs: `"format": "tally-bench/run/v1"`.
 *
 * README.md of this folder says what each member is, run.schema.json which are there. Times are
 * seconds where a name ends in _s, whole nanoseconds where it ends in _ns. What was not measured is
 * null. A member may be added within v1; none changes its meaning. */
#ifndef TALLY_BENCH_JSON_H
#define TALLY_BENCH_JSON_H

#include <jansson.h>

#include "base/check.h"
#include "bench/tally-bench/host.h"
#include "bench/tally-bench/run.h"

#define JSON_RUN_FORMAT "tally-bench/run/v1"

/* The caller's to json_decref. */
json_t *
json_of_host(const struct host *machine);

json_t *
json_of_set(const struct run_set *set, const struct host *machine);

/* Writes `root`, which it takes; complains where that fails. "-" is stdout. */
MUST_USE enum tally_exit
json_put(json_t *root, const char *path);

#endif
