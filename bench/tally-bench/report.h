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

/* A child of a command's argp; its input is a struct report_options. */
extern const struct argp report_argp;

/* Can the file be written, as far as can be told without writing it? NULL: none is asked for.
 * Complains. To be asked before hours are spent on a run. */
MUST_USE enum tally_exit
report_check_path(const char *path);

/* Of both files. */
MUST_USE enum tally_exit
report_check(const struct report_options *options);

/* The summary goes to stderr where one of the files is "-", stdout. Where one file cannot be
 * written, the other one is. */
MUST_USE enum tally_exit
report_write(const struct run_set *set, const struct report_options *options);

#endif
