/* sheets: sheets of paper totals as tests write them, signed by a campaign's booth. */
#ifndef TALLY_TESTS_SHEETS_H
#define TALLY_TESTS_SHEETS_H

#include "ballot/sheet.h"
#include "tests/lib/campaign.h"

enum {
	sheet_rows_max = 4,
	sheet_contests_max = 3,
};

struct sheet_totals {
	uint32_t ballots;
	uint32_t blank;
	size_t rows_count;
	struct sheet_row rows[sheet_rows_max];
};

struct sheet_wish {
	uint32_t number;
	uint16_t district;
	uint32_t papers;
	const char *counted_by; /* NULL: "desk 3" */
	size_t frontend;        /* place of the signing key in the campaign */
	size_t contests_count;  /* of the district */
	struct sheet_totals contests[sheet_contests_max];
};

/* Writes the sheet into memory[TALLY_SHEET_SIZE_MAX]. */
struct bytes
sheet_made(const struct campaign *campaign, const struct sheet_wish *wish, uint8_t *memory);

#endif
