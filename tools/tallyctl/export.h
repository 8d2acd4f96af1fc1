/* export: one contest of a counted log as a Pabulib .pb file.
 *
 * META from the manifest, its gaps from the caller; PROJECTS with votes, score and selected (1:
 * won, 2: won with money from outside its pool, 0: did not, nothing: undecided); VOTES are the
 * counted ballots with a choice in the contest, in a random order, and a voter_id is a ballot's
 * place in it: nothing leads from a row to a tag, an index or another export. A list of one ballot
 * stands in the order of PROJECTS, in ranked contests best first.
 *
 * vote_type by method: single choose-1, approval and knapsack approval, ranked ordinal, cumulative
 * and score (scoring) with points. rule is Pabulib's name of exactly that rule; greedy-exclusive
 * and greedy-custom are greedy rules with more to them, unknown is any other. budget is the sum of
 * the contest's pools, 0 if its rule has no money. `comment` tells the rule's id, pools, options
 * that cannot win, and totals of paper, which are not among the votes. Dates are those of opening
 * and closing, UTC: the minute of the PHASE where a notice closed the vote before its time. */
#ifndef TALLY_TOOLS_EXPORT_H
#define TALLY_TOOLS_EXPORT_H

#include <stdio.h>

#include "outcome/outcome.h"

struct export_wish {
	const char *language; /* of titles; "": the first one */
	const char *country;  /* NULL: "unknown" */
	const char *unit;     /* NULL: the campaign's title */
	const char *instance; /* NULL: the year of the opening */
	unsigned units;       /* minor units in one of the money's: 1, 10, 100 or 1000 */
	uint8_t seed[32];     /* of the order */
};

struct export_given {
	const struct manifest *manifest;
	size_t contest;
	const struct counts *counts;
	const struct law *law;
	const struct election_result *result; /* NULL: undecided */
	const struct profile *profile;        /* of the contest, settled */
};

/* NULL if the contest can be written as a .pb file, else why not. */
const char *
export_obstacle(const struct manifest_contest *contest);

/* False: no memory. What `out` suffers is for the caller to ask. */
MUST_USE bool
export_write(FILE *out, const struct export_given *given, const struct export_wish *wish);

#endif
