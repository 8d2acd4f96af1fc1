/* pboutcome: the outcome rule that a .pb file's META names, as a manifest has it.
 *
 * | META rule | outcome |
 * | greedy, greedy-threshold | greedy-skip/v1 |
 * | greedy-no-skip | greedy-stop/v1 |
 * | equalshares | equal-shares/v1, utility "cost" |
 * | equalshares/add1 | equal-shares-add1-pabulib/v1 |
 * | equalshares-comparison, equalshares/add1-comparison | with -comparison |
 *
 * Others are "none", and told. Greedy orders by votes where votes are marks, else by score; ties
 * go by the file's order. Equal shares: cheaper first, then more votes. */
#ifndef TALLY_TOOLS_PBOUTCOME_H
#define TALLY_TOOLS_PBOUTCOME_H

#include <jansson.h>

#include "tools/tallyctl/survey.h"

/* The contest's member `outcome`. */
json_t *
pboutcome_make(const struct pb *pb, enum pbvote_type type, const struct survey *survey);

#endif
