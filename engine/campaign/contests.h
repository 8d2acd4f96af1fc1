/* contests: the districts and contests of a manifest, read from its JSON.
 *
 * Fills the manifest's districts, contests and options; what is wrong is the reading's fault.
 */
#ifndef TALLY_CAMPAIGN_CONTESTS_H
#define TALLY_CAMPAIGN_CONTESTS_H

#include "campaign/node.h"

void
contests_read(const struct node *root, struct manifest *manifest);

#endif
