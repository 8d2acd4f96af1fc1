/* outcome_csv: results as a table for spreadsheets and data portals: RFC 4180, UTF-8.
 *
 *   contest,option,title,cost,votes,score
 *
 * a row for each option in the manifest's order. title and cost are empty where they are not
 * known. */
#ifndef TALLY_TOOLS_OUTCOME_CSV_H
#define TALLY_TOOLS_OUTCOME_CSV_H

#include <jansson.h>

#include "tools/tallyctl/outcome_table.h"

/* On stdout. `results` has the members of outcome_json.h; its options are those of `manifest`,
 * which may be NULL. */
void
outcome_csv_print(const json_t *results, const struct manifest *manifest,
		  const struct outcome_style *style);

#endif
