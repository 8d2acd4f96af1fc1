/* outcome_table: the results of a log as a table that a mayor can read. */
#ifndef TALLY_TOOLS_OUTCOME_TABLE_H
#define TALLY_TOOLS_OUTCOME_TABLE_H

#include "tools/lib/winners.h"

/* How people want it. */
struct outcome_style {
	const char *language; /* of titles; without one in it, the first */
	unsigned units;       /* minor units in one of the money's: 1, 10, 100 or 1000 */
};

/* On stdout: per contest, and per zone where options have zones, the options by votes, with cost
 * and share, then who wins and how (outcome_trace.h); then the totals. */
void
outcome_table_print(const struct recount *recount, const struct winners *winners,
		    const struct outcome_style *style);

/* "1,234,567", and "1,234,567.89" with as many decimals as `units` has zeros. */
enum {
	OUTCOME_AMOUNT_MAX = 48
};

const char *
outcome_count_text(uint64_t count, char text[OUTCOME_AMOUNT_MAX]);

const char *
outcome_amount_text(int64_t amount, unsigned units, char text[OUTCOME_AMOUNT_MAX]);

#endif
