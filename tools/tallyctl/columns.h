/* columns: where the named columns of a CSV file stand, from its header. */
#ifndef TALLY_TOOLS_COLUMNS_H
#define TALLY_TOOLS_COLUMNS_H

#include "tools/tallyctl/csv.h"

enum {
	COLUMNS_NONE = -1
};

/* Place of the column `name`, compared exactly; COLUMNS_NONE if there is none. */
int
columns_find(const struct csv_record *header, const char *name);

/* The record's field in that column; "" where there is none. */
const char *
columns_field(const struct csv_record *record, int column);

#endif
