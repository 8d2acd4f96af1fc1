/* rules: may these choices be made? One verdict for every limit of a contest.
 *
 * Depends on the manifest and the ballot's bytes alone. Any thread; no allocation. */
#ifndef TALLY_CAMPAIGN_RULES_H
#define TALLY_CAMPAIGN_RULES_H

#include "ballot/ballot.h"
#include "campaign/manifest.h"

/* TALLY_ACCEPTED, or the first rule broken, contests in manifest order: TALLY_WRONG_CAMPAIGN,
 * TALLY_MALFORMED (choices cut short or left over; another signing mode than the campaign's),
 * TALLY_UNKNOWN_DISTRICT, TALLY_BAD_REVISION (above revisions_max), TALLY_BLANK_NOT_ALLOWED,
 * TALLY_UNKNOWN_OPTION, TALLY_NOT_CANONICAL (options not ascending, a value other than the one
 * the method prescribes), TALLY_TOO_FEW_CHOICES, TALLY_TOO_MANY_CHOICES, TALLY_OVER_BUDGET. */
MUST_USE enum tally_verdict
rules_check(const struct manifest *manifest, const struct ballot *ballot);

#endif
