/* report: what runs have measured, told: data on stdout. */
#ifndef TALLY_BENCH_REPORT_H
#define TALLY_BENCH_REPORT_H

#include <argp.h>

#include "base/check.h"
#include "bench/tally-bench/run.h"

/* What the user wishes; strings of argv. */
struct report_options {
	bool plain; /* nothing to choose yet */
};

/* The children of a command's argp; their input is a struct report_options. */
extern const struct argp_child report_argp_children[];

MUST_USE enum tally_exit
report_write(const struct run_set *set, const struct report_options *options);

#endif
