/* rules: may these choices be made? One verdict for every limit of a contest.
 *
 * Depends on the manifest and the ballot's bytes alone. Any thread; no allocation. */
#ifndef TALLY_CAMPAIGN_RULES_H
#define TALLY_CAMPAIGN_RULES_H

#include "ballot/ballot.h"
#include "campaign/manifest.h"

/* TALLY_ACCEPTED, or the first rule broken: TALLY_WRONG_CAMPAIGN, TALLY_MALFORMED (another signing
 * mode than the campaign's), TALLY_UNKNOWN_DISTRICT, TALLY_BAD_REVISION (above
 * revisions_max; under policy first above revisions_limit);
 *
 * in each contest of the district, in manifest order: TALLY_MALFORMED (cut short),
 * TALLY_BLANK_NOT_ALLOWED, TALLY_UNKNOWN_OPTION, TALLY_NOT_CANONICAL (options not ascending), what
 * the method finds (method.h), TALLY_TOO_FEW_CHOICES, TALLY_TOO_MANY_CHOICES, TALLY_OVER_BUDGET,
 * TALLY_CATEGORY_LIMIT, TALLY_ZONE_LIMIT, TALLY_TOO_MANY_ZONES, TALLY_EXCLUSIVE_OPTIONS;
 *
 * TALLY_MALFORMED (choices left over); then over several contests, in manifest order:
 * TALLY_TOO_MANY_ACROSS, TALLY_TOO_MANY_CONTESTS, TALLY_OVER_BUDGET. */
MUST_USE enum tally_verdict
rules_check(const struct manifest *manifest, const struct ballot *ballot);

/* Rank of a ballot that this key signed: 1 where the manifest's precedence prefers the kind of
 * that frontend, else 0. */
unsigned
rules_rank(const struct manifest *manifest, uint32_t key_id);

/* Ballots of one tag that can count one after the other, without any void. */
unsigned
rules_ballots_max(const struct manifest *manifest);

#endif
