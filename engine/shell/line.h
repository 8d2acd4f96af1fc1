/* line: what tallyd says to its operator: one line each on stderr.
 *
 * With JOURNAL_STREAM in the environment (systemd) a line begins with its syslog priority, "<6>".
 * No line ever holds a key, a tag, or a running total. Any thread. */
#ifndef TALLY_SHELL_LINE_H
#define TALLY_SHELL_LINE_H

void
line_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Something the operator must look at. */
void
line_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Installs the reporter of failed CHECKs (base/check.h). */
void
line_report_checks(void);

#endif
