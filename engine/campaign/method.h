/* method: the voting methods, one row each: what a legal set of choices is.
 *
 * A method that is added gets a row in method.c; manifest, rules and tally read the table.
 * Any thread; no allocation. */
#ifndef TALLY_CAMPAIGN_METHOD_H
#define TALLY_CAMPAIGN_METHOD_H

#include "ballot/ballot.h"
#include "campaign/manifest.h"

struct method {
	const char *name; /* as in the manifest: "approval" */
	/* NULL where this release does not count the method. Called with choices that name known
	 * options in ascending order; neither blank nor empty. */
	enum tally_verdict (*check)(const struct manifest_contest *contest,
				    const struct ballot_choices *choices);
};

const struct method *
method_of(enum manifest_method method);

/* False if no method has that name. */
MUST_USE bool
method_find(const char *name, enum manifest_method *out);

#endif
