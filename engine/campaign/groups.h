/* groups: a contest's limits on options that belong together: of a category, of a zone, of which
 * one at most may be chosen. Read from the manifest's JSON.
 *
 * Each of them is refused that no ballot could keep, by itself and beside the contest's min, max
 * and budget_cap; whether all of them together can be kept is not asked. Thread: whoever loads
 * the manifest. */
#ifndef TALLY_CAMPAIGN_GROUPS_H
#define TALLY_CAMPAIGN_GROUPS_H

#include "campaign/node.h"

/* Fills contest->limits; everything above it in struct manifest_contest and the options are there.
 * `options` maps the ids of the contest's options to their places. */
void
groups_read(const struct node *contest_node, const json_t *options,
	    const struct manifest *manifest, struct manifest_contest *contest);

#endif
