#include "tools/tallyctl/columns.h"

#include <string.h>

int
columns_find(const struct csv_record *header, const char *name)
{
	for (size_t i = 0; i < header->count; i++)
		if (strcmp(header->fields[i], name) == 0)
			return (int)i;
	return COLUMNS_NONE;
}

const char *
columns_field(const struct csv_record *record, int column)
{
	if (column == COLUMNS_NONE || (size_t)column >= record->count)
		return "";
	return record->fields[column];
}
