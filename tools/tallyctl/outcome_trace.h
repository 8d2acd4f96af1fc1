/* outcome_trace: a contest's outcome as lines that a person can follow, step by step. */
#ifndef TALLY_TOOLS_OUTCOME_TRACE_H
#define TALLY_TOOLS_OUTCOME_TRACE_H

#include "tools/tallyctl/outcome_table.h"

/* On stdout: the rule; per pool, or per round, what happened to each option, winners numbered in
 * their order; what the pools have left. Nothing with the rule none. */
void
outcome_trace_print(const struct manifest_contest *contest,
		    const struct winners_contest *winners, const struct outcome_style *style);

enum {
	OUTCOME_TRACE_LINE_MAX = 4096
};

/* One step as a line, without its number and its end: "p12 Park: 4,711 votes, 120,000.00, left
 * 380,000.00; 12 before p03". */
const char *
outcome_trace_line(const struct manifest_contest *contest, const struct election_step *step,
		   const struct outcome_style *style, char line[OUTCOME_TRACE_LINE_MAX]);

#endif
