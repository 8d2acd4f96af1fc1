/* report: what runs have measured, told: a summary on stdout, and the files that were asked for. */
#ifndef TALLY_BENCH_REPORT_H
#define TALLY_BENCH_REPORT_H

#include <argp.h>

#include "base/check.h"
#include "bench/tally-bench/run.h"

/* What the user wishes; strings of argv, or NULL. */
struct report_options {
	const char *json; /* FILE */
	const char *page; /* FILE.html */
};

/* The children of a command's argp; their input is a struct report_options. */
extern const struct argp_child report_argp_children[];

/* Can the files be written? Complains. To be asked before hours are spent on a run. */
MUST_USE enum tally_exit
report_check(const struct report_options *options);

/* The summary goes to stderr where one of the files is "-", stdout. */
MUST_USE enum tally_exit
report_write(const struct run_set *set, const struct report_options *options);

#endif
