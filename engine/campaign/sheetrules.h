/* sheetrules: can a sheet's totals be those of that many papers? By manifest and bytes alone.
 *
 * What is asked of every contest of the sheet's district, in manifest order, of the papers with a
 * choice in it (ballots), the blank ones and the options' votes and scores:
 *   - ballots + blank <= papers; blank only where the contest allows it
 *   - options known and ascending; 1 <= votes <= ballots
 *   - min * ballots <= sum of votes <= max * ballots
 *   - score = votes where options are marked; else votes * value_min <= score <= votes * value_max
 *   - cumulative: sum of scores <= ballots * sum_points
 *   - ranked: ballots and options none: rankings cannot be told by totals. Such papers are entered
 *     one by one, as ballots; blank ones can be told.
 *
 * Any thread; no allocation. */
#ifndef TALLY_CAMPAIGN_SHEETRULES_H
#define TALLY_CAMPAIGN_SHEETRULES_H

#include "ballot/sheet.h"
#include "campaign/manifest.h"

/* TALLY_ACCEPTED, or the first rule broken: TALLY_WRONG_CAMPAIGN, TALLY_UNKNOWN_SIGNER (not a
 * booth of the manifest), TALLY_UNKNOWN_DISTRICT, TALLY_MALFORMED (contests cut short or left over,
 * more papers than sheet_papers_max, more ballots than papers, votes of none or of more than the
 * ballots, a ranked contest), TALLY_BLANK_NOT_ALLOWED, TALLY_UNKNOWN_OPTION, TALLY_NOT_CANONICAL
 * (options not ascending), TALLY_TOO_FEW_CHOICES, TALLY_TOO_MANY_CHOICES,
 * TALLY_VALUE_OUT_OF_RANGE, TALLY_OVER_POINTS. */
MUST_USE enum tally_verdict
sheetrules_check(const struct manifest *manifest, const struct sheet *sheet);

/* The booth whose key it names; NULL if there is none. */
const struct manifest_frontend *
sheetrules_booth(const struct manifest *manifest, const struct sheet *sheet);

#endif
