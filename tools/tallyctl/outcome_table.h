/* outcome_table: the results of a log as a table that a mayor can read. */
#ifndef TALLY_TOOLS_OUTCOME_TABLE_H
#define TALLY_TOOLS_OUTCOME_TABLE_H

#include "tools/lib/winners.h"

/* On stdout: per contest, and per zone where options have zones, the options by votes, with cost
 * and share, then who wins and how (outcome_trace.h); then the totals. Titles in `language` where
 * there are any. */
void
outcome_table_print(const struct recount *recount, const struct winners *winners,
		    const char *language);

/* "1,234,567" and "1,234,567.89" (hundredths). */
enum {
	OUTCOME_AMOUNT_MAX = 48
};

const char *
outcome_count_text(uint64_t count, char text[OUTCOME_AMOUNT_MAX]);

const char *
outcome_amount_text(int64_t hundredths, char text[OUTCOME_AMOUNT_MAX]);

#endif
