/* inspect: the audit of a log as the options ask for it. */
#ifndef TALLY_VERIFY_INSPECT_H
#define TALLY_VERIFY_INSPECT_H

#include "tools/tally-verify/options.h"
#include "tree/key.h"

/* Audits wishes->log and shows the report; the exit code. */
int
inspect_log(const struct wishes *wishes, const struct note_key *key);

#endif
