/* extent: where the numbers of a contest stand in the running tally (tally/counts.h), and how many
 * a campaign may have of them.
 *
 * Cells: a number per option and voting district, in contests where at least two districts vote.
 * Positions and pairs: in ranked contests, per option and rank, and per two options.
 * Thread: whoever loads the manifest. */
#ifndef TALLY_CAMPAIGN_EXTENT_H
#define TALLY_CAMPAIGN_EXTENT_H

#include "campaign/node.h"

/* Fills contest->extent, behind the contests before, and adds to the manifest's sums. A fault at
 * the contest's options if the campaign has more of anything than limits.h allows. */
void
extent_read(const struct node *contest_node, struct manifest *manifest,
	    struct manifest_contest *contest);

#endif
