/* sheetcsv: paper totals from a CSV file (csv.h): one row for each contest and each option of a
 * sheet.
 *
 *   sheet     number of the sheet; rows of one sheet stand together, numbers ascend by one
 *   operator  who counted
 *   district  id; left out in a campaign without districts
 *   papers    ballots on the sheet
 *   contest   id
 *   option    id; empty in the row that tells of the contest itself
 *   ballots   in that row: papers with a choice in the contest
 *   blank     in that row: blank papers; 0 if empty
 *   votes     in an option's row: papers naming it
 *   score     in an option's row: the sum of its points; votes if empty
 *
 * Operator, district and papers are the same in all rows of a sheet. Options without a vote may be
 * left out, contests of the district without any too. Any order of columns; a column of another
 * name is refused. */
#ifndef TALLY_TOOLS_SHEETCSV_H
#define TALLY_TOOLS_SHEETCSV_H

#include "ballot/sheet.h"
#include "campaign/manifest.h"
#include "limits.h"
#include "tally/status.h"

struct sheetcsv_contest {
	bool told; /* it has a row of its own */
	uint32_t ballots;
	uint32_t blank;
	size_t rows_count;
	struct sheet_row
	    *rows; /* of all its options, ascending; votes 0 where there are none */
};

struct sheetcsv_sheet {
	size_t line; /* its first row's */
	uint32_t number;
	const char *counted_by;
	uint16_t district;
	uint32_t papers;
	struct sheetcsv_contest contests[contests_max]; /* of the manifest */
};

/* Lent for the call. Anything but TALLY_EXIT_FINE ends the reading and is returned. */
typedef enum tally_exit
sheetcsv_visit(void *context, const struct sheetcsv_sheet *sheet);

/* `text` of `size` bytes, one to spare behind it, is overwritten; `name` is for complaints, which
 * tell the line. TALLY_EXIT_USAGE for what is not such a file. */
MUST_USE enum tally_exit
sheetcsv_read(const char *name, char *text, size_t size, const struct manifest *manifest,
	      sheetcsv_visit *visit, void *context);

/* The sheet, signed by the booth. The writer has failed if it does not fit. */
void
sheetcsv_sign(struct writer *writer, const struct manifest *manifest,
	      const struct sheetcsv_sheet *sheet, uint32_t key_id, const uint8_t *secret_key);

#endif
