#include "tools/tallyctl/csv.h"

#include <string.h>

struct csv
csv_make(char *memory, size_t size)
{
	bool marked = size >= 3 && memcmp(memory, "\xef\xbb\xbf", 3) == 0;

	memory[size] = 0;
	return (struct csv){
	    .at = memory + (marked ? 3 : 0), .end = memory + size, .line = 1, .marked = marked};
}

/* Copies the text between quotes over itself and leaves csv->at after the closing quote. NULL, or
 * what is wrong. */
static const char *
unquote(struct csv *csv)
{
	char *to = csv->at;

	for (csv->at++; csv->at < csv->end; csv->at++) {
		if (*csv->at == '"' && csv->at[1] != '"') {
			csv->at++;
			*to = 0; /* `to` is at least one byte behind: the opening quote */
			return NULL;
		}
		if (!*csv->at)
			return "a NUL byte";
		if (*csv->at == '"')
			csv->at++;
		if (*csv->at == '\n')
			csv->line++;
		*to++ = *csv->at;
	}
	return "a quote is never closed";
}

static bool
at_line_end(const struct csv *csv)
{
	return csv->at == csv->end || *csv->at == '\n' ||
	       (*csv->at == '\r' && (csv->at + 1 == csv->end || csv->at[1] == '\n'));
}

/* Takes one field. NULL, or what is wrong. */
static const char *
field(struct csv *csv)
{
	bool loose = false;

	if (csv->at < csv->end && *csv->at == '"') {
		const char *wrong = unquote(csv);

		if (wrong)
			return wrong;
		if (!at_line_end(csv) && *csv->at != ';')
			return "text after a closing quote";
		return NULL;
	}
	while (!at_line_end(csv) && *csv->at != ';') {
		if (!*csv->at)
			return "a NUL byte";
		loose |= *csv->at == '"';
		csv->at++;
	}
	csv->loose += loose;
	return NULL;
}

static void
end_line(struct csv *csv)
{
	char *end = csv->at;
	bool returned = csv->at < csv->end && *csv->at == '\r';

	csv->at += returned;
	csv->cut = csv->at == csv->end;
	csv->lines_crlf += returned && !csv->cut;
	csv->lines_lf += !returned && !csv->cut;
	csv->at += !csv->cut;
	*end = 0;
	csv->line++;
}

static void
skip_blank_lines(struct csv *csv)
{
	for (;;) {
		char *at = csv->at;

		while (at < csv->end && (*at == ' ' || *at == '\t' || *at == '\r'))
			at++;
		if (at == csv->end) {
			csv->at = at;
			return;
		}
		if (*at != '\n')
			return;
		csv->at = at + 1;
		csv->line++;
		csv->blank++;
	}
}

enum csv_result
csv_next(struct csv *csv, struct csv_record *record, const char **sentence)
{
	skip_blank_lines(csv);
	record->line = csv->line;
	record->count = 0;
	if (csv->at == csv->end)
		return CSV_END;
	for (;;) {
		if (record->count == CSV_FIELDS_MAX) {
			*sentence = "too many fields";
			return CSV_FAULT;
		}
		record->fields[record->count++] = csv->at;
		*sentence = field(csv);
		if (*sentence)
			return CSV_FAULT;
		if (at_line_end(csv)) {
			end_line(csv);
			return CSV_RECORD;
		}
		*csv->at++ = 0;
	}
}
