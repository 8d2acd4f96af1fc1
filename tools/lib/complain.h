/* complain: one line on stderr, "program: what we did: why". Data never goes there.
 *
 * Tools only; any thread. */
#ifndef TALLY_TOOLS_COMPLAIN_H
#define TALLY_TOOLS_COMPLAIN_H

#include "tally/status.h"

void
complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, then what errno says. Returns TALLY_EXIT_USAGE where errno says that the path the
 * user gave is wrong (missing, a directory, in the way), else TALLY_EXIT_WORLD. */
enum tally_exit
complain_errno(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
