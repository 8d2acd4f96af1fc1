/* show: an audit for people and for scripts. */
#ifndef TALLY_VERIFY_SHOW_H
#define TALLY_VERIFY_SHOW_H

#include <stdio.h>

#include "tools/lib/audit.h"

/* Checks, counts (if they were reached, and unless `quiet`), and the last line. */
void
show_audit(const struct audit *audit, const char *log, bool quiet, FILE *out);

/* One JSON object and a newline; false if memory is short. `cosignature` may be NULL. */
MUST_USE bool
show_audit_json(const struct audit *audit, const char *log, const char *cosignature, FILE *out);

/* Checks of a receipt, in plain sentences what they prove and what not, and the last line. */
void
show_receipt(const struct report *report, uint64_t index, uint64_t size, bool quiet, FILE *out);

MUST_USE bool
show_receipt_json(const struct report *report, uint64_t index, uint64_t size, FILE *out);

/* A progress line on stderr, for audit_options.progress; `context` is a struct show_progress.
 * It appears when the work has lasted a second, and only on a terminal. */
struct show_progress {
	bool terminal;
	bool shown;
	int64_t started_ms; /* 0: not yet */
	int64_t shown_ms;
	const char *what; /* the stage under way, since when, and from where on */
	int64_t stage_ms;
	uint64_t stage_done;
};

struct show_progress
show_progress_make(void);

void
show_progress_line(void *context, const char *what, uint64_t done, uint64_t all);

/* Takes the line away. */
void
show_progress_end(struct show_progress *progress);

#endif
