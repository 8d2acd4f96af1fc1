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
	/* What has been seen so far. */
	bool marked;       /* a byte order mark */
	bool cut;          /* the last record has no line end */
	size_t lines_lf;   /* records that end in LF alone */
	size_t lines_crlf; /* and in CR LF */
	size_t blank;      /* lines that were skipped */
	size_t loose;      /* fields with a quote in unquoted text */
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
