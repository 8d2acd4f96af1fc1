/* choices: what a voter chose in one contest, written down by a person.
 *
 *   blank                    a blank vote
 *   OPTION,OPTION..          single, approval, knapsack: the marked options
 *   OPTION:POINTS,..         cumulative, score; POINTS is a whole number, split at the last `:`
 *   OPTION,OPTION..          ranked: best first
 *   OPTION:VALUE,..          in these, where no option has the whole as its id: that value
 *   (nothing)                abstains
 *
 * Options are named by their ids. The campaign's limits are not checked here. */
#ifndef TALLY_TOOLS_CHOICES_H
#define TALLY_TOOLS_CHOICES_H

#include "ballot/ballot.h"
#include "campaign/manifest.h"
#include "limits.h"
#include "tools/lib/cast.h"

enum {
	CHOICES_SENTENCE_MAX = 200
};

/* Reads `text`, which is overwritten, into choices[choices_max], ascending by option. False, and
 * why in sentence[CHOICES_SENTENCE_MAX], if it is not of that form. */
MUST_USE bool
choices_read(const struct manifest_contest *contest, char *text, struct ballot_choice *choices,
	     struct cast_contest *out, char *sentence);

#endif
