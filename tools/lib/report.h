/* report: numbered checks, each PASS, FAIL or SKIPPED, and how they are shown.
 *
 * Every check begins as SKIPPED, and only report_pass makes it PASS: a check that could not run
 * is never one that passed. A FAIL stays. The last line of the human form is "PASS: ..." or
 * "FAIL: ..."; colours are used on a terminal unless NO_COLOR is set. */
#ifndef TALLY_TOOLS_REPORT_H
#define TALLY_TOOLS_REPORT_H

#include <stdio.h>

#include <jansson.h>

#include "tools/lib/trouble.h"

enum {
	REPORT_CHECKS_MAX = 40
};

enum report_status {
	REPORT_SKIPPED,
	REPORT_PASS,
	REPORT_FAIL,
};

/* What a check asks: constant texts. */
struct report_question {
	const char *group; /* "log" */
	const char *name;  /* for scripts: "root" */
	const char *text;  /* for people: what holds if it passes */
};

struct report_check {
	enum report_status status;
	bool nothing;       /* of SKIPPED: there was nothing to check, or nothing yet */
	const char *text;   /* in place of the question's, or NULL */
	struct trouble why; /* of FAIL and SKIPPED; of PASS a remark, or empty */
};

struct report {
	const struct report_question *questions;
	size_t count;
	bool world; /* something could not be read: the report is not complete */
	struct report_check checks[REPORT_CHECKS_MAX];
};

/* Check `i` of the functions below is questions[i]; people see it as number i + 1. */
void
report_init(struct report *report, const struct report_question *questions, size_t count);

/* A finding: FAIL, or for trouble with the world SKIPPED. Of several the first in the log
 * stays. */
void
report_found(struct report *report, size_t check, const struct trouble *trouble);

/* PASS, unless something was found. */
void
report_pass(struct report *report, size_t check);

/* SKIPPED because of `why`, unless it has been decided. */
void
report_skip(struct report *report, size_t check, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* SKIPPED because there is nothing to check, or nothing yet because results are sealed; unless it
 * has been decided. */
void
report_nothing(struct report *report, size_t check, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A remark shown with a check that passed. */
void
report_remark(struct report *report, size_t check, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What was asked is other than the question says: `text`, constant, is shown in its place. */
void
report_reword(struct report *report, size_t check, const char *text);

/* True if the check was decided by report_found. */
bool
report_troubled(const struct report *report, size_t check);

/* Of the checks that failed the one that names the earliest entry, or where none names one the
 * first; NULL if none failed. *number is as people see it. */
const struct report_check *
report_first_failure(const struct report *report, size_t *number);

/* FAILED if any check failed, else WORLD if something could not be read, else FINE. */
enum tally_exit
report_exit(const struct report *report);

/* One line for each check under its group's name; with `quiet` only those that failed. */
void
report_print(const struct report *report, FILE *out, bool quiet);

/* Last line: "PASS: `subject`; 27 of 32 checks passed, 5 skipped", or "FAIL: " and the first
 * failure. */
void
report_print_end(const struct report *report, FILE *out, const char *subject);

/* {"result":"pass"|"fail"|"incomplete","exit":N,"passed":N,"skipped":N,"checks":[{"number":N,
 * "group":"..","name":"..","status":"PASS","text":"..","why":"..","index":N,"nothing":true}]};
 * the last three where they apply. The caller adds what else it has and gives the reference back.
 * NULL if memory is short. */
json_t *
report_json(const struct report *report);

#endif
