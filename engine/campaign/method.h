/* method: the voting methods, one row each: what the values of choices may be.
 *
 * A method that is added gets a row in method.c; manifest, rules and tally read the table.
 * Any thread; no allocation. */
#ifndef TALLY_CAMPAIGN_METHOD_H
#define TALLY_CAMPAIGN_METHOD_H

#include "ballot/ballot.h"
#include "campaign/manifest.h"

/* What a method makes of one of a contest's limits. */
enum method_limit {
	METHOD_LIMIT_NONE, /* the key is refused */
	METHOD_LIMIT_MAY,
	METHOD_LIMIT_MUST,
};

struct method {
	const char *name; /* as in the manifest: "approval" */
	bool one_choice;  /* min and max are always 1 */
	enum method_limit budget_cap;
	enum method_limit sum_points;
	enum method_limit values; /* value_min and value_max */
	/* Are the values right? TALLY_NOT_CANONICAL, TALLY_VALUE_OUT_OF_RANGE,
	 * TALLY_OVER_POINTS, TALLY_BAD_RANKING. Called with choices that name known options in
	 * ascending order; neither blank nor empty. */
	enum tally_verdict (*check)(const struct manifest_contest *contest,
				    const struct ballot_choices *choices);
};

const struct method *
method_of(enum manifest_method method);

/* False if no method has that name. */
MUST_USE bool
method_find(const char *name, enum manifest_method *out);

#endif
