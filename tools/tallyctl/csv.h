/* csv: records of text with `;` between fields and RFC 4180 quotes, read in place.
 *
 * A record ends at LF, CR LF or the end. A field that begins with `"` ends at the next lone
 * `"`; inside it `""` is one quote, and `;` and line ends are text. A quote elsewhere is text.
 * Blank lines are skipped. The memory is overwritten: fields become C strings in it, so that it
 * must have one byte to spare after its end, and NUL bytes in it are refused. */
#ifndef TALLY_TOOLS_CSV_H
#define TALLY_TOOLS_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/check.h"

enum {
	CSV_FIELDS_MAX = 256
};

struct csv {
	char *at;
	char *end;
	size_t line; /* of the next record, from 1 */
};

struct csv_record {
	size_t line; /* where it begins */
	size_t count;
	char *fields[CSV_FIELDS_MAX];
};

enum csv_result {
	CSV_RECORD,
	CSV_END,
	CSV_FAULT,
};

/* Write interest in memory[0, size], until the records are no longer used. A byte order mark is
 * skipped. */
struct csv
csv_make(char *memory, size_t size);

/* The next record, or CSV_FAULT with *sentence and record->line. */
MUST_USE enum csv_result
csv_next(struct csv *csv, struct csv_record *record, const char **sentence);

#endif
