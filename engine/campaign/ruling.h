/* ruling: the outcome rule of a contest, read from the manifest's JSON.
 *
 * One table of rule ids, one of parameters: which parameters a rule may, must or must not have.
 * What a rule makes of them is in outcome/; keys and words are in include/README.md ("Outcome
 * rules"). Thread: whoever loads the manifest. */
#ifndef TALLY_CAMPAIGN_RULING_H
#define TALLY_CAMPAIGN_RULING_H

#include "campaign/node.h"

/* Fills contest->outcome from the contest's member `outcome`; all the rest of the contest has been
 * read. `districts` maps the ids of districts to their places. */
void
ruling_read(const struct node *contest_node, const json_t *districts,
	    struct manifest_contest *contest);

#endif
