/* check: assertions that stay in the released program.
 *
 * CHECK states what our own code promises. When it fails, the process stops: a wrong tally is
 * worse than a stopped one. It is never used for a sender's bytes (those get a verdict) nor for
 * the world's refusals (those get a status). One condition each, cheap enough for every build.
 *
 * Any thread. */
#ifndef TALLY_BASE_CHECK_H
#define TALLY_BASE_CHECK_H

#define CHECK(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))

#define MUST_USE __attribute__((warn_unused_result))

/* Called once with file, line and the condition's text, just before abort(). The shell and the
 * tools install one that prints a line; without one the process just aborts. */
typedef void
check_reporter(const char *file, int line, const char *condition);

void
check_reporter_set(check_reporter *reporter);

_Noreturn void
check_failed(const char *file, int line, const char *condition);

#endif
