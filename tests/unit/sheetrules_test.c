#include "campaign/sheetrules.h"

#include "campaign/law.h"
#include "limits.h"
#include "tests/lib/sheets.h"

/* Two districts: contest 0 for both, contest 1 for the odd one. Three options, one to two marks. */
static const struct campaign_wish marks = {
    .districts = 2, .contests = 2, .max = 2, .frontends = 2, .blank = true};

static enum tally_verdict
judge(const struct campaign *campaign, const struct sheet_wish *wish)
{
	uint8_t memory[TALLY_SHEET_SIZE_MAX];
	struct sheet sheet;

	assert_int_equal(sheet_parse(sheet_made(campaign, wish, memory), &sheet),
			 TALLY_ACCEPTED);
	return sheetrules_check(campaign->manifest, &sheet);
}

struct totals_case {
	uint32_t papers;
	struct sheet_totals totals;
	enum tally_verdict verdict;
};

static void
judge_all(const struct campaign *campaign, const struct totals_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct sheet_wish wish = {.number = 1,
					  .papers = cases[i].papers,
					  .frontend = 1,
					  .contests_count = 1,
					  .contests = {cases[i].totals}};
		enum tally_verdict verdict = judge(campaign, &wish);

		if (verdict != cases[i].verdict)
			fail_msg("case %zu: %s", i, tally_verdict_text(verdict)->name);
	}
}

static void
totals_of_marks(void **state)
{
	static const struct totals_case cases[] = {
	    {10, {6, 4, 2, {{0, 6, 6}, {2, 6, 6}}}, TALLY_ACCEPTED},
	    {10, {6, 4, 1, {{1, 6, 6}}}, TALLY_ACCEPTED},
	    {10, {0, 0, 0, {{0}}}, TALLY_ACCEPTED},
	    {10, {7, 4, 1, {{1, 7, 7}}}, TALLY_MALFORMED},
	    {10, {11, 0, 2, {{0, 10, 10}, {1, 1, 1}}}, TALLY_MALFORMED},
	    {10, {6, 0, 1, {{1, 0, 0}}}, TALLY_MALFORMED},
	    {10, {6, 0, 1, {{1, 7, 7}}}, TALLY_MALFORMED},
	    {10, {6, 0, 1, {{3, 6, 6}}}, TALLY_UNKNOWN_OPTION},
	    {10, {6, 0, 2, {{2, 6, 6}, {0, 6, 6}}}, TALLY_NOT_CANONICAL},
	    {10, {6, 0, 2, {{0, 3, 3}, {0, 3, 3}}}, TALLY_NOT_CANONICAL},
	    {10, {6, 0, 2, {{0, 3, 3}, {1, 2, 2}}}, TALLY_TOO_FEW_CHOICES},
	    {10, {6, 0, 3, {{0, 6, 6}, {1, 6, 6}, {2, 1, 1}}}, TALLY_TOO_MANY_CHOICES},
	    {10, {6, 0, 1, {{1, 6, 7}}}, TALLY_VALUE_OUT_OF_RANGE},
	    {sheet_papers_max + 1, {0, 0, 0, {{0}}}, TALLY_MALFORMED},
	    {sheet_papers_max, {0, 0, 0, {{0}}}, TALLY_ACCEPTED},
	};
	struct campaign campaign;

	(void)state;
	campaign_make(&campaign, &marks);
	judge_all(&campaign, cases, sizeof cases / sizeof *cases);
	campaign_free(&campaign);
}

/* Points: each from 2 to 4, 6 at most on a paper. */
static void
totals_of_points(void **state)
{
	static const struct campaign_wish points = {
	    .max = 3,
	    .frontends = 2,
	    .method = "cumulative",
	    .limits = "\"sum_points\":6,\"value_min\":2,\"value_max\":4"};
	static const struct totals_case cases[] = {
	    {10, {5, 0, 2, {{0, 5, 10}, {1, 5, 20}}}, TALLY_ACCEPTED},
	    {10, {5, 0, 2, {{0, 5, 9}, {1, 5, 20}}}, TALLY_VALUE_OUT_OF_RANGE},
	    {10, {5, 0, 2, {{0, 5, 10}, {1, 5, 21}}}, TALLY_VALUE_OUT_OF_RANGE},
	    {10, {5, 0, 2, {{0, 5, 11}, {1, 5, 20}}}, TALLY_OVER_POINTS},
	    {10, {5, 0, 1, {{0, 5, INT64_MAX}}}, TALLY_VALUE_OUT_OF_RANGE},
	    {10, {5, 0, 1, {{0, 5, INT64_MIN}}}, TALLY_VALUE_OUT_OF_RANGE},
	};
	struct campaign campaign;

	(void)state;
	campaign_make(&campaign, &points);
	judge_all(&campaign, cases, sizeof cases / sizeof *cases);
	campaign_free(&campaign);
}

static void
sheet_belongs_to_booth_and_district(void **state)
{
	struct sheet_wish wish = {.number = 1, .papers = 5, .frontend = 1, .contests_count = 1};
	struct campaign campaign;

	(void)state;
	campaign_make(&campaign, &marks);
	assert_int_equal(judge(&campaign, &wish), TALLY_ACCEPTED);
	wish.frontend = 0; /* online */
	assert_int_equal(judge(&campaign, &wish), TALLY_UNKNOWN_SIGNER);
	wish.frontend = 1;
	wish.district = 1; /* votes in both contests */
	assert_int_equal(judge(&campaign, &wish), TALLY_MALFORMED);
	wish.contests_count = 2;
	assert_int_equal(judge(&campaign, &wish), TALLY_ACCEPTED);
	wish.contests_count = 3;
	assert_int_equal(judge(&campaign, &wish), TALLY_MALFORMED);
	wish.district = 2;
	assert_int_equal(judge(&campaign, &wish), TALLY_UNKNOWN_DISTRICT);
	campaign_free(&campaign);
}

static void
blank_and_campaign(void **state)
{
	static const struct campaign_wish strict = {.frontends = 2};
	struct sheet_wish wish = {.number = 1,
				  .papers = 5,
				  .frontend = 1,
				  .contests_count = 1,
				  .contests = {{.blank = 1}}};
	struct campaign campaign, other;
	uint8_t memory[TALLY_SHEET_SIZE_MAX];
	struct sheet sheet;

	(void)state;
	campaign_make(&campaign, &strict);
	campaign_make(&other, &marks);
	assert_int_equal(judge(&campaign, &wish), TALLY_BLANK_NOT_ALLOWED);
	assert_int_equal(sheet_parse(sheet_made(&campaign, &wish, memory), &sheet),
			 TALLY_ACCEPTED);
	assert_int_equal(sheetrules_check(other.manifest, &sheet), TALLY_WRONG_CAMPAIGN);
	campaign_free(&other);
	campaign_free(&campaign);
}

/* What the law says of sheets: their order, when they come, whose they are. */
static void
sheets_of_a_booth_are_numbered(void **state)
{
	struct sheet_wish wish = {.number = 1, .papers = 5, .frontend = 1, .contests_count = 1};
	struct campaign campaign;
	uint8_t memory[TALLY_SHEET_SIZE_MAX];
	struct sheet sheet;
	struct law law;
	uint64_t index = 0;

	(void)state;
	campaign_make(&campaign, &marks);
	law_init(&law, campaign.manifest);
	assert_int_equal(sheet_parse(sheet_made(&campaign, &wish, memory), &sheet),
			 TALLY_ACCEPTED);
	assert_int_equal(law_sheet_check(&law, campaign.manifest, &sheet), TALLY_NOT_OPEN_YET);
	law.phase = TALLY_PHASE_OPEN;
	assert_false(law_sheet_is_last(&law, campaign.manifest, &sheet, &index));
	assert_int_equal(law_sheet_check(&law, campaign.manifest, &sheet), TALLY_ACCEPTED);
	law_sheet_apply(&law, campaign.manifest, &sheet, 44);
	assert_int_equal(law_sheet_check(&law, campaign.manifest, &sheet),
			 TALLY_SHEET_OUT_OF_ORDER);
	assert_true(law_sheet_is_last(&law, campaign.manifest, &sheet, &index));
	assert_int_equal(index, 44);
	wish.number = 3;
	assert_int_equal(sheet_parse(sheet_made(&campaign, &wish, memory), &sheet),
			 TALLY_ACCEPTED);
	assert_int_equal(law_sheet_check(&law, campaign.manifest, &sheet),
			 TALLY_SHEET_OUT_OF_ORDER);
	wish.number = 2;
	assert_int_equal(sheet_parse(sheet_made(&campaign, &wish, memory), &sheet),
			 TALLY_ACCEPTED);
	law.phase = TALLY_PHASE_CLOSED;
	assert_int_equal(law_sheet_check(&law, campaign.manifest, &sheet), TALLY_ACCEPTED);
	law.frontends_revoked[0] = 2;
	assert_int_equal(law_sheet_check(&law, campaign.manifest, &sheet),
			 TALLY_REVOKED_SIGNER);
	law.frontends_revoked[0] = 0;
	law.unsealed = true;
	assert_int_equal(law_sheet_check(&law, campaign.manifest, &sheet), TALLY_CLOSED);
	campaign_free(&campaign);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(totals_of_marks),
	    cmocka_unit_test(totals_of_points),
	    cmocka_unit_test(sheet_belongs_to_booth_and_district),
	    cmocka_unit_test(blank_and_campaign),
	    cmocka_unit_test(sheets_of_a_booth_are_numbered),
	};

	return cmocka_run_group_tests_name("sheetrules", tests, NULL, NULL);
}
