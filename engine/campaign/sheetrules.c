#include "campaign/sheetrules.h"

#include <string.h>

#include "limits.h"

_Static_assert((int64_t)sheet_papers_max <= INT64_MAX / INT32_MAX / contest_options_max,
	       "no sum of a sheet's scores overflows");

/* Sums over a contest's options. */
struct sums {
	uint64_t votes;
	int64_t score;
};

static bool
score_fits(const struct manifest_contest *contest, const struct sheet_row *row)
{
	int64_t votes = row->votes;

	if (contest->method != MANIFEST_METHOD_CUMULATIVE &&
	    contest->method != MANIFEST_METHOD_SCORE)
		return row->score == votes;
	return row->score >= votes * contest->value_min &&
	       row->score <= votes * contest->value_max;
}

static enum tally_verdict
row_check(const struct manifest_contest *contest, const struct sheet_contest *totals, size_t at)
{
	struct sheet_row row = sheet_row_at(totals, at);

	if (row.option >= contest->options_count)
		return TALLY_UNKNOWN_OPTION;
	if (at > 0 && row.option <= sheet_row_at(totals, at - 1).option)
		return TALLY_NOT_CANONICAL;
	if (row.votes == 0 || row.votes > totals->ballots)
		return TALLY_MALFORMED;
	return score_fits(contest, &row) ? TALLY_ACCEPTED : TALLY_VALUE_OUT_OF_RANGE;
}

static enum tally_verdict
sums_check(const struct manifest_contest *contest, const struct sheet_contest *totals,
	   const struct sums *sums)
{
	uint64_t ballots = totals->ballots;

	if (sums->votes < ballots * contest->min)
		return TALLY_TOO_FEW_CHOICES;
	if (sums->votes > ballots * contest->max)
		return TALLY_TOO_MANY_CHOICES;
	if (contest->sum_points >= 0 && sums->score > (int64_t)ballots * contest->sum_points)
		return TALLY_OVER_POINTS;
	return TALLY_ACCEPTED;
}

static enum tally_verdict
contest_check(const struct manifest_contest *contest, uint32_t papers, struct reader *reader)
{
	struct sheet_contest totals = sheet_contest_next(reader);
	struct sums sums = {0};

	if (reader->failed || totals.ballots > papers || totals.blank > papers - totals.ballots)
		return TALLY_MALFORMED;
	if (totals.blank > 0 && !contest->blank)
		return TALLY_BLANK_NOT_ALLOWED;
	if (contest->method == MANIFEST_METHOD_RANKED &&
	    (totals.ballots > 0 || totals.rows_count > 0))
		return TALLY_MALFORMED;
	for (size_t i = 0; i < totals.rows_count; i++) {
		enum tally_verdict verdict = row_check(contest, &totals, i);

		if (verdict != TALLY_ACCEPTED)
			return verdict;
		sums.votes += sheet_row_at(&totals, i).votes;
		sums.score += sheet_row_at(&totals, i).score;
	}
	return sums_check(contest, &totals, &sums);
}

const struct manifest_frontend *
sheetrules_booth(const struct manifest *manifest, const struct sheet *sheet)
{
	const struct manifest_frontend *booth = manifest_frontend_find(manifest, sheet->key_id);

	return booth != NULL && booth->booth ? booth : NULL;
}

enum tally_verdict
sheetrules_check(const struct manifest *manifest, const struct sheet *sheet)
{
	struct reader reader = reader_make(sheet->totals);

	if (memcmp(sheet->campaign, manifest->id, TALLY_HASH_SIZE) != 0)
		return TALLY_WRONG_CAMPAIGN;
	if (sheetrules_booth(manifest, sheet) == NULL)
		return TALLY_UNKNOWN_SIGNER;
	if (sheet->district >= manifest_districts(manifest))
		return TALLY_UNKNOWN_DISTRICT;
	if (sheet->papers > sheet_papers_max)
		return TALLY_MALFORMED;
	for (size_t i = 0; i < manifest->contests_count; i++) {
		const struct manifest_contest *contest = &manifest->contests[i];
		enum tally_verdict verdict;

		if (!manifest_votes_in(contest, sheet->district))
			continue;
		verdict = contest_check(contest, sheet->papers, &reader);
		if (verdict != TALLY_ACCEPTED)
			return verdict;
	}
	return reader_done(&reader) ? TALLY_ACCEPTED : TALLY_MALFORMED;
}
