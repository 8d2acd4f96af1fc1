#include "tools/tallyctl/sheetcsv.h"

#include <unistd.h>

#include "campaign/sheetrules.h"
#include "tests/lib/campaign.h"

/* Districts d0, d1; contest c0 for both, c1 for d1; options o0, o1, o2. */
static const struct campaign_wish two_districts = {
    .districts = 2, .contests = 2, .max = 2, .frontends = 2, .blank = true};

struct seen {
	const struct campaign *campaign;
	size_t count;
	struct sheetcsv_sheet sheets[4];
	struct sheet_row rows[4][6]; /* of c0, then of c1 */
	enum tally_verdict verdicts[4];
};

static enum tally_verdict
judge(const struct seen *seen, const struct sheetcsv_sheet *totals)
{
	const struct note_private_key *booth = &seen->campaign->frontends[1];
	const struct manifest *manifest = seen->campaign->manifest;
	uint8_t memory[TALLY_SHEET_SIZE_MAX];
	struct writer writer = writer_make(memory, sizeof memory);
	struct sheet sheet;

	sheetcsv_sign(&writer, manifest, totals, booth->key.id, booth->secret);
	assert_false(writer.failed);
	assert_int_equal(sheet_parse(writer_view(&writer), &sheet), TALLY_ACCEPTED);
	return sheetrules_check(manifest, &sheet);
}

static enum tally_exit
see(void *context, const struct sheetcsv_sheet *sheet)
{
	struct seen *seen = context;

	assert_true(seen->count < 4);
	for (size_t c = 0; c < 2; c++)
		memcpy(seen->rows[seen->count] + 3 * c, sheet->contests[c].rows,
		       3 * sizeof(struct sheet_row));
	seen->verdicts[seen->count] = judge(seen, sheet);
	seen->sheets[seen->count++] = *sheet;
	return TALLY_EXIT_FINE;
}

static enum tally_exit
read_text(const struct campaign *campaign, const char *text, struct seen *seen)
{
	char memory[2048];

	assert_true(strlen(text) < sizeof memory);
	strcpy(memory, text);
	*seen = (struct seen){.campaign = campaign};
	return sheetcsv_read("totals.csv", memory, strlen(text), campaign->manifest, see, seen);
}

static void
reads_sheets(void **state)
{
	static const char text[] =
	    "sheet;operator;district;papers;contest;option;ballots;blank;votes;score\n"
	    "4;Desk 1;d1;30;c0;;20;2;;\n"
	    "4;Desk 1;d1;30;c0;o2;;;11;\n"
	    "4;Desk 1;d1;30;c0;o0;;;9;9\n"
	    "4;Desk 1;d1;30;c1;;25;;;\n"
	    "4;Desk 1;d1;30;c1;o1;;;25;\n"
	    "5;Desk 2;d0;3;c0;;0;3;;\n";
	struct campaign campaign;
	struct seen seen;

	(void)state;
	campaign_make(&campaign, &two_districts);
	assert_int_equal(read_text(&campaign, text, &seen), TALLY_EXIT_FINE);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.sheets[0].number, 4);
	assert_int_equal(seen.sheets[0].line, 2);
	assert_int_equal(seen.sheets[0].district, 1);
	assert_int_equal(seen.sheets[0].papers, 30);
	assert_int_equal(seen.sheets[0].contests[0].ballots, 20);
	assert_int_equal(seen.sheets[0].contests[0].blank, 2);
	assert_int_equal(seen.rows[0][0].votes, 9);
	assert_int_equal(seen.rows[0][1].votes, 0);
	assert_int_equal(seen.rows[0][2].votes, 11);
	assert_int_equal(seen.rows[0][2].score, 11);
	assert_int_equal(seen.rows[0][4].votes, 25);
	assert_int_equal(seen.sheets[1].number, 5);
	assert_int_equal(seen.sheets[1].contests[0].blank, 3);
	assert_int_equal(seen.rows[1][0].votes, 0);
	assert_int_equal(seen.verdicts[0], TALLY_ACCEPTED);
	assert_int_equal(seen.verdicts[1], TALLY_ACCEPTED);
	campaign_free(&campaign);
}

static void
refuses_what_is_no_such_file(void **state)
{
	static const char *const texts[] = {
	    "",
	    "sheet;operator;district;papers;contest;option;ballots\n",
	    "sheet;operator;papers;contest;option;ballots;votes\n",
	    "sheet;operator;district;papers;contest;option;ballots;votes;extra\n",
	    "sheet;operator;district;papers;contest;option;ballots;votes;votes\n",
#define HEAD "sheet;operator;district;papers;contest;option;ballots;votes\n"
	    HEAD "0;x;d0;3;c0;;3;\n",
	    HEAD "1;;d0;3;c0;;3;\n",
	    HEAD "1;x;d9;3;c0;;3;\n",
	    HEAD "1;x;d0;3;c9;;3;\n",
	    HEAD "1;x;d0;3;c1;;3;\n",
	    HEAD "1;x;d0;3;c0;o9;;3\n",
	    HEAD "1;x;d0;3;c0;;-3;\n",
	    HEAD "1;x;d0;3;c0;;3;\n1;x;d0;4;c0;o1;;3\n",
	    HEAD "1;x;d0;3;c0;;3;\n1;x;d0;3;c0;;3;\n",
	    HEAD "1;x;d0;3;c0;;3;\n1;x;d0;3;c0;o1;;3\n1;x;d0;3;c0;o1;;3\n",
	    HEAD "1;x;d0;3;c0;;3;\n3;x;d0;3;c0;;3;\n",
	    HEAD "1;x;d0;3;c0;o1;;3\n",
	};
	struct campaign campaign;
	struct seen seen;

	(void)state;
	campaign_make(&campaign, &two_districts);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (read_text(&campaign, texts[i], &seen) != TALLY_EXIT_USAGE)
			fail_msg("text %zu is read", i);
	assert_int_equal(read_text(&campaign, HEAD "1;x;d0;3;c0;;0;\n", &seen),
			 TALLY_EXIT_FINE);
	campaign_free(&campaign);
}

/* Totals that cannot be are the rules' to refuse: here they are read as they stand. */
static void
impossible_totals_are_read_and_refused_by_the_rules(void **state)
{
	struct campaign campaign;
	struct seen seen;

	(void)state;
	campaign_make(&campaign, &two_districts);
	assert_int_equal(
	    read_text(&campaign, HEAD "1;x;d0;3;c0;;4;\n1;x;d0;3;c0;o1;;4\n", &seen),
	    TALLY_EXIT_FINE);
	assert_int_equal(seen.verdicts[0], TALLY_MALFORMED);
	campaign_free(&campaign);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_sheets),
	    cmocka_unit_test(refuses_what_is_no_such_file),
	    cmocka_unit_test(impossible_totals_are_read_and_refused_by_the_rules),
	};

	return cmocka_run_group_tests_name("sheetcsv", tests, NULL, NULL);
}
