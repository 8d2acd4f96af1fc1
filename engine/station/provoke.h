/* provoke: in a rehearsal (`tallyd --test`), the voter tag that asks for a refusal, so that a
 * frontend can see each of them.
 *
 *   offset  size
 *        0    30  "tally/test/answer-with-verdict"
 *       30     2  number of a verdict
 *
 * Pure. include/README.md section 20 tells frontends. */
#ifndef TALLY_STATION_PROVOKE_H
#define TALLY_STATION_PROVOKE_H

#include "base/check.h"
#include "tally/formats.h"
#include "tally/status.h"

#define PROVOKE_TEXT "tally/test/answer-with-verdict"

/* The refusal that the tag asks for; TALLY_ACCEPTED: it is a tag like another, as are those with
 * the number 0 or one that no verdict has. */
MUST_USE enum tally_verdict
provoke_verdict(const uint8_t tag[TALLY_TAG_SIZE]);

#endif
