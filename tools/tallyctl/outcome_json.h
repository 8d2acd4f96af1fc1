/* outcome_json: the results of a log for scripts.
 *
 *   {"campaign": hex id, "test": bool, "index": entries covered, "phase": "open",
 *    "ballots": counted, "replaced": n, "voided": n, "in_tree": n, "roster": n, "enrolled": n,
 *    "districts": [{"id": "..", "ballots": n}],
 *    "contests": [{"id": "..", "ballots": n, "blank": n, "abstained": n,
 *                  "options": [{"id": "..", "votes": n, "score": n, "withdrawn": true,
 *                               "positions": [n], "districts": [{"id": "..", "votes": n,
 *                                                                "score": n, "first": n}]}],
 *                  "pairs": [[n]],
 *                  "winners": ["..."], "outcome": "greedy-skip/v1",
 *                  "trace": [...]}]}
 * What is there only in some campaigns, and what it says, is in include/README.md ("Results");
 * the last three members as in tools/lib/trace.h. */
#ifndef TALLY_TOOLS_OUTCOME_JSON_H
#define TALLY_TOOLS_OUTCOME_JSON_H

#include <jansson.h>

#include "tools/lib/winners.h"

/* The caller gives it back (json_decref). */
json_t *
outcome_json(const struct recount *recount, const struct winners *winners);

#endif
