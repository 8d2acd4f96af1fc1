/* bounds: what a manifest says the choices on a ballot may be, read from its JSON.
 *
 * Which limits a contest may have is its method's matter (method.h); what they mean is in
 * include/README.md ("Limits"). Limits that no ballot could keep are refused. Thread: whoever
 * loads the manifest. */
#ifndef TALLY_CAMPAIGN_BOUNDS_H
#define TALLY_CAMPAIGN_BOUNDS_H

#include "campaign/node.h"

/* Fills the contest's limits; its method, voters and options are there. `options` maps the ids of
 * its options to their places. */
void
bounds_read(const struct node *contest_node, const json_t *options,
	    const struct manifest *manifest, struct manifest_contest *contest);

/* The campaign's limits over several contests; `contests` maps their ids to their places. */
void
bounds_across_read(const struct node *root, const json_t *contests, struct manifest *manifest);

/* The least that `wanted` options cost together, of those marked (NULL: of all). What is wanted
 * beyond their number costs nothing. */
int64_t
bounds_cheapest(const struct manifest_contest *contest, const uint8_t *options,
		uint32_t wanted);

#endif
