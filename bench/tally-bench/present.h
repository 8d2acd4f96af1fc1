/* present: what was measured, in all the forms that were asked for. */
#ifndef TALLY_BENCH_PRESENT_H
#define TALLY_BENCH_PRESENT_H

#include "base/check.h"
#include "bench/tally-bench/run.h"

struct present {
	const char *json;   /* --json FILE, or NULL */
	const char *report; /* --report FILE.html, or NULL */
};

/* The summary on stdout (on stderr, where one of the files is "-"), and the files. */
MUST_USE enum tally_exit
present_set(const struct run_set *set, const struct present *present);

#endif
