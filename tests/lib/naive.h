/* naive: the whole log read again, slowly and by hand: nothing of ballot/, replay/, pollbook/ or
 * tally/ is used, only the offsets the formats promise.
 *
 *   T1  every TALLY entry is the recount of the entries before it, and so are the given counts
 *   V1  a tag's ranks and revisions ascend; the last one counts unless a void takes it out, the
 *       others are replaced or voided
 *   with a roster each tag is on it, or was enrolled before, once, and votes in its district
 *   and ballots stand in open phases alone, not behind a pause, of no revoked key, with no option
 *   withdrawn before; a phase owed by a notice comes next */
#ifndef TALLY_TESTS_NAIVE_H
#define TALLY_TESTS_NAIVE_H

#include "tests/lib/stage.h"

/* Fails the test at the first entry that breaks a rule. */
void
naive_audit(const struct stage *stage);

/* naive_audit, and the station's counts, law and root of all that is durable are the log's. */
void
naive_compare(const struct stage *stage);

#endif
