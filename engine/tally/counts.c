#include "tally/counts.h"

#include <string.h>

#include "limits.h"

enum {
	PAPER_NUMBERS = 2
};

static size_t
numbers_count(const struct manifest *manifest)
{
	_Static_assert(sizeof(struct counts_contest) == 3 * sizeof(uint64_t), "no padding");
	_Static_assert(sizeof(struct counts_option) == 2 * sizeof(uint64_t), "no padding");
	_Static_assert(sizeof(struct counts_cell) == 3 * sizeof(uint64_t), "no padding");
	_Static_assert(sizeof(struct counts_paper) == PAPER_NUMBERS * sizeof(uint64_t),
		       "no padding");
	return manifest_districts(manifest) + 3 * manifest->contests_count +
	       2 * manifest->options_count + 3 * manifest->cells_count +
	       manifest->positions_count + manifest->pairs_count + PAPER_NUMBERS +
	       3 * manifest->contests_count + 2 * manifest->options_count;
}

size_t
counts_memory(const struct manifest *manifest)
{
	return numbers_count(manifest) * sizeof(uint64_t);
}

void
counts_init(struct counts *counts, const struct manifest *manifest, void *memory)
{
	uint64_t *numbers = memory;

	CHECK((uintptr_t)memory % 8 == 0);
	memset(memory, 0, counts_memory(manifest));
	*counts = (struct counts){0};
	counts->districts = numbers;
	numbers += manifest_districts(manifest);
	counts->contests = (struct counts_contest *)(void *)numbers;
	numbers += 3 * manifest->contests_count;
	counts->options = (struct counts_option *)(void *)numbers;
	numbers += 2 * manifest->options_count;
	counts->cells = (struct counts_cell *)(void *)numbers;
	numbers += 3 * manifest->cells_count;
	counts->positions = numbers;
	numbers += manifest->positions_count;
	counts->above = numbers;
	numbers += manifest->pairs_count;
	counts->paper = (struct counts_paper *)(void *)numbers;
	numbers += PAPER_NUMBERS;
	counts->paper_contests = (struct counts_contest *)(void *)numbers;
	numbers += 3 * manifest->contests_count;
	counts->paper_options = (struct counts_option *)(void *)numbers;
}

/* One more or one fewer. */
static void
count(uint64_t *number, int step)
{
	CHECK(step > 0 || *number > 0);
	*number += (uint64_t)(int64_t)step;
}

/* The row of the district's cells, one per option; NULL if there are none. */
static struct counts_cell *
cells_of(const struct counts *counts, const struct manifest_contest *contest, size_t voter)
{
	const struct manifest_extent *extent = &contest->extent;

	if (extent->voters_count < 2)
		return NULL;
	return &counts->cells[extent->cells_first + voter * contest->options_count];
}

static void
marks_count(struct counts *counts, const struct manifest_contest *contest,
	    const struct ballot_choices *choices, struct counts_cell *cells, int step)
{
	for (size_t i = 0; i < choices->count; i++) {
		struct ballot_choice choice = ballot_choice_at(choices, i);
		struct counts_option *option =
		    &counts->options[contest->options_first + choice.option];

		CHECK(choice.option < contest->options_count);
		count(&option->votes, step);
		option->score += step * (int64_t)choice.value;
		if (cells == NULL)
			continue;
		count(&cells[choice.option].votes, step);
		cells[choice.option].score += step * (int64_t)choice.value;
	}
}

/* The options of a ballot, best first. */
static void
ranks_read(const struct manifest_contest *contest, const struct ballot_choices *choices,
	   uint16_t *listed)
{
	CHECK(choices->count <= contest->max);
	memset(listed, 0xff, choices->count * sizeof *listed);
	for (size_t i = 0; i < choices->count; i++) {
		struct ballot_choice choice = ballot_choice_at(choices, i);

		CHECK(choice.value >= 1 && choice.value <= choices->count);
		listed[choice.value - 1] = choice.option;
	}
	for (size_t i = 0; i < choices->count; i++)
		CHECK(listed[i] < contest->options_count);
}

static void
ranks_count(struct counts *counts, const struct manifest_contest *contest,
	    const struct ballot_choices *choices, struct counts_cell *cells, int step)
{
	uint64_t *positions = &counts->positions[contest->extent.positions_first];
	uint64_t *above = &counts->above[contest->extent.pairs_first];
	uint16_t listed[choices_max];

	ranks_read(contest, choices, listed);
	for (size_t i = 0; i < choices->count; i++) {
		struct counts_option *option =
		    &counts->options[contest->options_first + listed[i]];
		uint64_t *row = &above[listed[i] * contest->options_count];
		int64_t points = (int64_t)(choices->count - i);

		count(&option->votes, step);
		option->score += step * points;
		count(&positions[listed[i] * contest->max + i], step);
		for (size_t j = i + 1; j < choices->count; j++)
			count(&row[listed[j]], step);
		if (cells == NULL)
			continue;
		count(&cells[listed[i]].votes, step);
		cells[listed[i]].score += step * points;
		if (i == 0)
			count(&cells[listed[i]].first, step);
	}
}

static void
contest_count(struct counts *counts, const struct manifest *manifest, size_t at,
	      uint16_t district, const struct ballot_choices *choices, int step)
{
	const struct manifest_contest *contest = &manifest->contests[at];
	struct counts_cell *cells;

	if (choices->blank) {
		count(&counts->contests[at].blank, step);
		return;
	}
	if (choices->count == 0) {
		count(&counts->contests[at].abstained, step);
		return;
	}
	count(&counts->contests[at].ballots, step);
	cells = contest->extent.voters_count < 2
		    ? NULL
		    : cells_of(counts, contest, contest->extent.places[district]);
	if (contest->method == MANIFEST_METHOD_RANKED)
		ranks_count(counts, contest, choices, cells, step);
	else
		marks_count(counts, contest, choices, cells, step);
}

static void
ballot_count(struct counts *counts, const struct manifest *manifest,
	     const struct ballot *ballot, int step)
{
	struct reader reader = reader_make(ballot->choices);

	CHECK(ballot->district < manifest_districts(manifest));
	count(&counts->ballots, step);
	count(&counts->districts[ballot->district], step);
	for (size_t i = 0; i < manifest->contests_count; i++) {
		struct ballot_choices choices;

		if (!manifest_votes_in(&manifest->contests[i], ballot->district))
			continue;
		choices = ballot_choices_next(&reader);
		contest_count(counts, manifest, i, ballot->district, &choices, step);
	}
	CHECK(reader_done(&reader));
}

void
counts_add(struct counts *counts, const struct manifest *manifest, const struct ballot *ballot)
{
	ballot_count(counts, manifest, ballot, 1);
}

void
counts_subtract(struct counts *counts, const struct manifest *manifest,
		const struct ballot *ballot)
{
	ballot_count(counts, manifest, ballot, -1);
}

void
counts_take_out(struct counts *counts, const struct counts *part,
		const struct manifest *manifest)
{
	CHECK(counts->ballots >= part->ballots);
	counts->ballots -= part->ballots;
	for (size_t i = 0; i < manifest_districts(manifest); i++)
		CHECK(counts->districts[i] >= part->districts[i]);
	for (size_t i = 0; i < manifest->options_count; i++)
		CHECK(counts->options[i].votes >= part->options[i].votes);
	/* Scores may be negative: as unsigned numbers they come out right all the same. */
	for (size_t i = 0; i < numbers_count(manifest); i++)
		counts->districts[i] -= part->districts[i];
}

static void
sheet_contest_count(struct counts *counts, const struct manifest *manifest, size_t at,
		    uint32_t papers, struct reader *reader)
{
	size_t options_first = manifest->contests[at].options_first;
	struct counts_contest *sums = &counts->paper_contests[at];
	struct sheet_contest totals = sheet_contest_next(reader);

	CHECK(totals.ballots + totals.blank <= papers);
	sums->ballots += totals.ballots;
	sums->blank += totals.blank;
	sums->abstained += papers - totals.ballots - totals.blank;
	for (size_t i = 0; i < totals.rows_count; i++) {
		struct sheet_row row = sheet_row_at(&totals, i);

		CHECK(row.option < manifest->contests[at].options_count);
		counts->paper_options[options_first + row.option].votes += row.votes;
		counts->paper_options[options_first + row.option].score += row.score;
	}
}

void
counts_sheet(struct counts *counts, const struct manifest *manifest, const struct sheet *sheet)
{
	struct reader reader = reader_make(sheet->totals);

	counts->paper->sheets++;
	counts->paper->papers += sheet->papers;
	CHECK(counts->paper->papers <= manifest->voters_max);
	for (size_t i = 0; i < manifest->contests_count; i++)
		if (manifest_votes_in(&manifest->contests[i], sheet->district))
			sheet_contest_count(counts, manifest, i, sheet->papers, &reader);
	CHECK(reader_done(&reader));
}

const struct counts_cell *
counts_cell_at(const struct counts *counts, const struct manifest_contest *contest,
	       size_t option, size_t voter)
{
	const struct counts_cell *cells = cells_of(counts, contest, voter);

	return cells == NULL ? NULL : &cells[option];
}

const uint64_t *
counts_positions(const struct counts *counts, const struct manifest_contest *contest,
		 size_t option)
{
	if (contest->method != MANIFEST_METHOD_RANKED)
		return NULL;
	return &counts->positions[contest->extent.positions_first + option * contest->max];
}

uint64_t
counts_pair(const struct counts *counts, const struct manifest_contest *contest, size_t a,
	    size_t b)
{
	const uint64_t *above = &counts->above[contest->extent.pairs_first];

	if (a == b)
		return 0;
	return counts->options[contest->options_first + a].votes -
	       above[b * contest->options_count + a];
}

void
counts_copy(struct counts *to, const struct counts *from, const struct manifest *manifest)
{
	to->ballots = from->ballots;
	to->replaced = from->replaced;
	to->voided = from->voided;
	to->in_tree = from->in_tree;
	to->enrolled = from->enrolled;
	memcpy(to->districts, from->districts, counts_memory(manifest));
}

bool
counts_equal(const struct counts *a, const struct counts *b, const struct manifest *manifest)
{
	return a->ballots == b->ballots && a->replaced == b->replaced &&
	       a->voided == b->voided && a->in_tree == b->in_tree &&
	       a->enrolled == b->enrolled &&
	       memcmp(a->districts, b->districts, counts_memory(manifest)) == 0;
}

void
counts_write(struct writer *writer, const struct counts *counts,
	     const struct manifest *manifest)
{
	writer_u64(writer, counts->ballots);
	writer_u64(writer, counts->replaced);
	writer_u64(writer, counts->voided);
	writer_u64(writer, counts->in_tree);
	writer_u64(writer, counts->enrolled);
	for (size_t i = 0; i < numbers_count(manifest); i++)
		writer_u64(writer, counts->districts[i]);
}

bool
counts_read(struct reader *reader, struct counts *counts, const struct manifest *manifest)
{
	counts->ballots = reader_u64(reader);
	counts->replaced = reader_u64(reader);
	counts->voided = reader_u64(reader);
	counts->in_tree = reader_u64(reader);
	counts->enrolled = reader_u64(reader);
	for (size_t i = 0; i < numbers_count(manifest); i++)
		counts->districts[i] = reader_u64(reader);
	return !reader->failed;
}
