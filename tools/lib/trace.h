/* trace: a contest's outcome for scripts: who wins, and by which steps.
 *
 *   "winners": ["p12", ...] in the order in which they won; null while the draw is missing, [] with
 *              the rule none
 *   "outcome": rule id
 *   "trace":   [{"act": "taken", "pool": id (where there are pools), "round": n (in rounds),
 *                "option": id, "other": id, "strength": n, "other_strength": n, "cost": n,
 *                "left": n, "money": n, "figure": "n/d", "tie": true, "tie_mattered": true}]
 *
 * A member that says nothing is not there. What they mean is in outcome/election.h and
 * include/README.md ("Outcome rules"). */
#ifndef TALLY_TOOLS_TRACE_H
#define TALLY_TOOLS_TRACE_H

#include <jansson.h>

#include "tools/lib/winners.h"

/* Sets the three members in a contest's object. */
void
trace_set(json_t *object, const struct manifest_contest *contest,
	  const struct winners_contest *winners);

/* "before", "open", "closed". */
const char *
trace_phase_name(enum tally_phase phase);

/* "taken", "too-dear", ...: the name of an act in JSON. */
const char *
trace_act_name(enum election_act act);

#endif
