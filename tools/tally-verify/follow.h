/* follow: a monitor: audits the log, and then every checkpoint it publishes.
 *
 * One line for each checkpoint that passed; at the first finding (a smaller tree, another history,
 * any check) the line "ALERT: why" and TALLY_EXIT_FAILED. What the world does (no network, a full
 * disk) is told on stderr and tried again at the next look. */
#ifndef TALLY_VERIFY_FOLLOW_H
#define TALLY_VERIFY_FOLLOW_H

#include "tools/tally-verify/inspect.h"

/* Returns when the size asked for is reached, or with what went wrong. */
int
follow(struct inspection *inspection);

#endif
