#include "tools/tallyctl/sheetcsv.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tools/lib/complain.h"
#include "tools/tallyctl/columns.h"

enum column {
	COLUMN_SHEET,
	COLUMN_OPERATOR,
	COLUMN_DISTRICT,
	COLUMN_PAPERS,
	COLUMN_CONTEST,
	COLUMN_OPTION,
	COLUMN_BALLOTS,
	COLUMN_BLANK,
	COLUMN_VOTES,
	COLUMN_SCORE,
	COLUMNS_COUNT,
};

static const char *const column_names[COLUMNS_COUNT] = {
    "sheet",  "operator", "district", "papers", "contest",
    "option", "ballots",  "blank",    "votes",  "score",
};

/* A file being read. */
struct reading {
	const char *name;
	const struct manifest *manifest;
	int columns[COLUMNS_COUNT];
	struct csv_record record;
	struct sheetcsv_sheet sheet; /* number 0: none is begun */
	struct sheet_row *rows;      /* of all options of the campaign */
};

static const char *
cell(const struct reading *reading, enum column column)
{
	return columns_field(&reading->record, reading->columns[column]);
}

static enum tally_exit
complain_cell(const struct reading *reading, enum column column, const char *what)
{
	complain("%s:%zu: %s '%s': %s", reading->name, reading->record.line,
		 column_names[column], cell(reading, column), what);
	return TALLY_EXIT_USAGE;
}

static bool
number_read(const struct reading *reading, enum column column, uint64_t most, uint64_t *out)
{
	if (text_decimal_parse(bytes_of_string(cell(reading, column)), out) && *out <= most)
		return true;
	(void)complain_cell(reading, column, "is not a whole number in range");
	return false;
}

static bool
score_read(const struct reading *reading, int64_t *out)
{
	const char *text = cell(reading, COLUMN_SCORE);
	bool negative = text[0] == '-';
	uint64_t size;

	if (!text_decimal_parse(bytes_of_string(text + negative), &size) || size > INT64_MAX) {
		(void)complain_cell(reading, COLUMN_SCORE, "is not a whole number");
		return false;
	}
	*out = negative ? -(int64_t)size : (int64_t)size;
	return true;
}

static enum tally_exit
header_read(struct reading *reading)
{
	static const bool needed[COLUMNS_COUNT] = {
	    [COLUMN_SHEET] = true,   [COLUMN_OPERATOR] = true, [COLUMN_PAPERS] = true,
	    [COLUMN_CONTEST] = true, [COLUMN_OPTION] = true,   [COLUMN_BALLOTS] = true,
	    [COLUMN_VOTES] = true};
	size_t known = 0;

	for (size_t i = 0; i < COLUMNS_COUNT; i++) {
		reading->columns[i] = columns_find(&reading->record, column_names[i]);
		known += reading->columns[i] != COLUMNS_NONE;
		if (reading->columns[i] == COLUMNS_NONE &&
		    (needed[i] ||
		     (i == COLUMN_DISTRICT && reading->manifest->districts_count > 0))) {
			complain("%s: there is no column '%s'", reading->name, column_names[i]);
			return TALLY_EXIT_USAGE;
		}
	}
	if (known == reading->record.count)
		return TALLY_EXIT_FINE;
	complain("%s: a column is there twice, or is none of those that --help lists",
		 reading->name);
	return TALLY_EXIT_USAGE;
}

static bool
district_read(const struct reading *reading, uint16_t *out)
{
	const struct manifest *manifest = reading->manifest;

	*out = 0;
	if (manifest->districts_count == 0)
		return true;
	for (size_t i = 0; i < manifest->districts_count; i++)
		if (strcmp(manifest->districts[i].id, cell(reading, COLUMN_DISTRICT)) == 0) {
			*out = (uint16_t)i;
			return true;
		}
	(void)complain_cell(reading, COLUMN_DISTRICT, "the campaign has no such district");
	return false;
}

/* What each row says of its whole sheet. */
struct sheet_facts {
	uint64_t number;
	uint64_t papers;
	uint16_t district;
	const char *counted_by;
};

static bool
facts_read(const struct reading *reading, struct sheet_facts *out)
{
	struct bytes counted_by = bytes_of_string(cell(reading, COLUMN_OPERATOR));

	out->counted_by = cell(reading, COLUMN_OPERATOR);
	if (counted_by.size < 1 || counted_by.size > SHEET_OPERATOR_MAX ||
	    !text_utf8_clean(counted_by)) {
		(void)complain_cell(reading, COLUMN_OPERATOR, "is not a text of 1 to 64 bytes");
		return false;
	}
	if (!number_read(reading, COLUMN_SHEET, UINT32_MAX, &out->number) ||
	    !number_read(reading, COLUMN_PAPERS, sheet_papers_max, &out->papers) ||
	    !district_read(reading, &out->district))
		return false;
	if (out->number == 0)
		(void)complain_cell(reading, COLUMN_SHEET, "sheets are numbered from 1");
	return out->number > 0;
}

static void
sheet_begin(struct reading *reading, const struct sheet_facts *facts)
{
	const struct manifest *manifest = reading->manifest;
	struct sheetcsv_sheet *sheet = &reading->sheet;

	*sheet = (struct sheetcsv_sheet){.line = reading->record.line,
					 .number = (uint32_t)facts->number,
					 .counted_by = facts->counted_by,
					 .district = facts->district,
					 .papers = (uint32_t)facts->papers};
	for (size_t c = 0; c < manifest->contests_count; c++) {
		const struct manifest_contest *contest = &manifest->contests[c];

		sheet->contests[c].rows_count = contest->options_count;
		sheet->contests[c].rows = reading->rows + contest->options_first;
		for (size_t i = 0; i < contest->options_count; i++)
			sheet->contests[c].rows[i] = (struct sheet_row){.option = (uint16_t)i};
	}
}

static bool
same_sheet(const struct sheetcsv_sheet *sheet, const struct sheet_facts *facts)
{
	return sheet->papers == facts->papers && sheet->district == facts->district &&
	       strcmp(sheet->counted_by, facts->counted_by) == 0;
}

static const struct manifest_contest *
contest_find(const struct reading *reading)
{
	const struct manifest *manifest = reading->manifest;

	for (size_t i = 0; i < manifest->contests_count; i++) {
		const struct manifest_contest *contest = &manifest->contests[i];

		if (strcmp(contest->id, cell(reading, COLUMN_CONTEST)) != 0)
			continue;
		if (manifest_votes_in(contest, reading->sheet.district))
			return contest;
		(void)complain_cell(reading, COLUMN_CONTEST,
				    "is not voted on in the sheet's district");
		return NULL;
	}
	(void)complain_cell(reading, COLUMN_CONTEST, "the campaign has no such contest");
	return NULL;
}

static enum tally_exit
contest_row(struct reading *reading, struct sheetcsv_contest *totals)
{
	uint64_t ballots;
	uint64_t blank = 0;

	if (totals->told)
		return complain_cell(reading, COLUMN_CONTEST,
				     "has a row of its own already on this sheet");
	if (!number_read(reading, COLUMN_BALLOTS, sheet_papers_max, &ballots) ||
	    (cell(reading, COLUMN_BLANK)[0] != '\0' &&
	     !number_read(reading, COLUMN_BLANK, sheet_papers_max, &blank)))
		return TALLY_EXIT_USAGE;
	totals->told = true;
	totals->ballots = (uint32_t)ballots;
	totals->blank = (uint32_t)blank;
	return TALLY_EXIT_FINE;
}

static enum tally_exit
option_row(struct reading *reading, const struct manifest_contest *contest,
	   struct sheetcsv_contest *totals)
{
	uint64_t votes;
	size_t place = 0;

	while (place < contest->options_count &&
	       strcmp(contest->options[place].id, cell(reading, COLUMN_OPTION)) != 0)
		place++;
	if (place == contest->options_count)
		return complain_cell(reading, COLUMN_OPTION, "the contest has no such option");
	if (totals->rows[place].votes > 0)
		return complain_cell(reading, COLUMN_OPTION, "has a row already on this sheet");
	if (!number_read(reading, COLUMN_VOTES, sheet_papers_max, &votes))
		return TALLY_EXIT_USAGE;
	totals->rows[place].votes = (uint32_t)votes;
	totals->rows[place].score = (int64_t)votes;
	if (cell(reading, COLUMN_SCORE)[0] != '\0' &&
	    !score_read(reading, &totals->rows[place].score))
		return TALLY_EXIT_USAGE;
	return TALLY_EXIT_FINE;
}

/* Ends the sheet under way, if there is one. */
static enum tally_exit
sheet_end(struct reading *reading, sheetcsv_visit *visit, void *context)
{
	for (size_t i = 0; reading->sheet.number > 0 && i < reading->manifest->contests_count;
	     i++) {
		const struct sheetcsv_contest *contest = &reading->sheet.contests[i];

		for (size_t j = 0; !contest->told && j < contest->rows_count; j++)
			if (contest->rows[j].votes > 0) {
				complain("%s:%zu: sheet %u has votes in contest '%s' and no "
					 "row with its ballots",
					 reading->name, reading->sheet.line,
					 reading->sheet.number,
					 reading->manifest->contests[i].id);
				return TALLY_EXIT_USAGE;
			}
	}
	return reading->sheet.number > 0 ? visit(context, &reading->sheet) : TALLY_EXIT_FINE;
}

static enum tally_exit
row_read(struct reading *reading, sheetcsv_visit *visit, void *context)
{
	const struct manifest_contest *contest;
	struct sheetcsv_contest *totals;
	struct sheet_facts facts;
	enum tally_exit code;

	if (!facts_read(reading, &facts))
		return TALLY_EXIT_USAGE;
	if (facts.number != reading->sheet.number) {
		if (reading->sheet.number > 0 && facts.number != reading->sheet.number + 1ull)
			return complain_cell(reading, COLUMN_SHEET,
					     "does not follow the sheet before it");
		code = sheet_end(reading, visit, context);
		if (code != TALLY_EXIT_FINE)
			return code;
		sheet_begin(reading, &facts);
	}
	if (!same_sheet(&reading->sheet, &facts))
		return complain_cell(reading, COLUMN_SHEET,
				     "operator, district or papers differ from its first row");
	contest = contest_find(reading);
	if (contest == NULL)
		return TALLY_EXIT_USAGE;
	totals = &reading->sheet.contests[contest - reading->manifest->contests];
	return cell(reading, COLUMN_OPTION)[0] == '\0' ? contest_row(reading, totals)
						       : option_row(reading, contest, totals);
}

enum tally_exit
sheetcsv_read(const char *name, char *text, size_t size, const struct manifest *manifest,
	      sheetcsv_visit *visit, void *context)
{
	struct reading *reading = calloc(1, sizeof *reading);
	struct csv csv = csv_make(text, size);
	enum tally_exit code = TALLY_EXIT_FINE;
	enum csv_result result = CSV_RECORD;
	const char *sentence = "there is no header";
	bool headed = false;

	CHECK(reading != NULL);
	reading->name = name;
	reading->manifest = manifest;
	reading->rows = calloc(manifest->options_count, sizeof *reading->rows);
	CHECK(reading->rows != NULL);
	while (code == TALLY_EXIT_FINE &&
	       (result = csv_next(&csv, &reading->record, &sentence)) == CSV_RECORD) {
		code = headed ? row_read(reading, visit, context) : header_read(reading);
		headed = true;
	}
	if (code == TALLY_EXIT_FINE && (result == CSV_FAULT || !headed)) {
		complain("%s:%zu: %s", name, reading->record.line, sentence);
		code = TALLY_EXIT_USAGE;
	}
	if (code == TALLY_EXIT_FINE)
		code = sheet_end(reading, visit, context);
	free(reading->rows);
	free(reading);
	return code;
}

/* Rows without a vote are no part of a sheet. */
static size_t
rows_with_votes(const struct sheetcsv_contest *contest, struct sheet_row *rows)
{
	size_t count = 0;

	for (size_t i = 0; i < contest->rows_count; i++)
		if (contest->rows[i].votes > 0)
			rows[count++] = contest->rows[i];
	return count;
}

void
sheetcsv_sign(struct writer *writer, const struct manifest *manifest,
	      const struct sheetcsv_sheet *sheet, uint32_t key_id, const uint8_t *secret_key)
{
	struct sheet_head head = {manifest->id, sheet->number, sheet->district, sheet->papers,
				  bytes_of_string(sheet->counted_by)};
	struct sheet_row rows[contest_options_max];

	sheet_head_write(writer, &head);
	for (size_t i = 0; i < manifest->contests_count; i++) {
		const struct sheetcsv_contest *contest = &sheet->contests[i];

		if (manifest_votes_in(&manifest->contests[i], sheet->district))
			sheet_contest_write(writer, contest->ballots, contest->blank, rows,
					    rows_with_votes(contest, rows));
	}
	sheet_sign(writer, key_id, secret_key);
}
