#include "tools/tallyctl/outcome_json.h"

#include "tools/lib/trace.h"
#include "tools/tallyctl/show.h"

static json_t *
number(uint64_t value)
{
	return json_integer((json_int_t)value);
}

static json_t *
districts_json(const struct manifest *manifest, const struct counts *counts)
{
	json_t *districts = json_array();

	for (size_t i = 0; i < manifest->districts_count; i++)
		json_array_append_new(districts,
				      json_pack("{s:s, s:o}", "id", manifest->districts[i].id,
						"ballots", number(counts->districts[i])));
	return districts;
}

static json_t *
numbers_json(const uint64_t *numbers, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(array, number(numbers[i]));
	return array;
}

static json_t *
cells_json(const struct manifest *manifest, const struct manifest_contest *contest,
	   const struct counts *counts, size_t option)
{
	json_t *cells = json_array();
	size_t voter = 0;

	for (size_t d = 0; d < manifest->districts_count; d++) {
		const struct counts_cell *cell;
		json_t *object;

		if (!manifest_votes_in(contest, (uint16_t)d))
			continue;
		cell = counts_cell_at(counts, contest, option, voter++);
		if (cell->votes == 0)
			continue;
		object = json_pack("{s:s, s:o, s:I}", "id", manifest->districts[d].id, "votes",
				   number(cell->votes), "score", (json_int_t)cell->score);
		if (contest->method == MANIFEST_METHOD_RANKED)
			json_object_set_new(object, "first", number(cell->first));
		json_array_append_new(cells, object);
	}
	return cells;
}

static json_t *
option_json(const struct recount *recount, const struct manifest_contest *contest,
	    size_t option)
{
	const struct counts *counts = &recount->replay.counts;
	const struct counts_option *sums = &counts->options[contest->options_first + option];
	json_t *object =
	    json_pack("{s:s, s:o, s:I}", "id", contest->options[option].id, "votes",
		      number(sums->votes), "score", (json_int_t)sums->score);

	CHECK(object);
	if (law_option_withdrawn(&recount->replay.law, contest->options_first + option))
		json_object_set_new(object, "withdrawn", json_true());
	if (contest->method == MANIFEST_METHOD_RANKED)
		json_object_set_new(
		    object, "positions",
		    numbers_json(counts_positions(counts, contest, option), contest->max));
	if (contest->extent.voters_count > 1)
		json_object_set_new(object, "districts",
				    cells_json(recount->manifest, contest, counts, option));
	return object;
}

static json_t *
options_json(const struct recount *recount, const struct manifest_contest *contest)
{
	json_t *options = json_array();

	for (size_t i = 0; i < contest->options_count; i++)
		json_array_append_new(options, option_json(recount, contest, i));
	return options;
}

static json_t *
paper_options_json(const struct manifest_contest *contest, const struct counts_option *counts)
{
	json_t *options = json_array();

	for (size_t i = 0; i < contest->options_count; i++)
		json_array_append_new(options,
				      json_pack("{s:s, s:o, s:I}", "id", contest->options[i].id,
						"votes", number(counts[i].votes), "score",
						(json_int_t)counts[i].score));
	return options;
}

static json_t *
paper_json(const struct manifest *manifest, const struct counts *counts)
{
	json_t *contests = json_array();

	for (size_t i = 0; i < manifest->contests_count; i++) {
		const struct manifest_contest *contest = &manifest->contests[i];
		const struct counts_contest *sums = &counts->paper_contests[i];

		json_array_append_new(
		    contests,
		    json_pack("{s:s, s:o, s:o, s:o, s:o}", "id", contest->id, "ballots",
			      number(sums->ballots), "blank", number(sums->blank), "abstained",
			      number(sums->abstained), "options",
			      paper_options_json(contest, counts->paper_options +
							      contest->options_first)));
	}
	return json_pack("{s:o, s:o, s:o}", "sheets", number(counts->paper->sheets), "papers",
			 number(counts->paper->papers), "contests", contests);
}

static json_t *
pairs_json(const struct manifest_contest *contest, const struct counts *counts)
{
	json_t *rows = json_array();

	for (size_t a = 0; a < contest->options_count; a++) {
		json_t *row = json_array();

		for (size_t b = 0; b < contest->options_count; b++)
			json_array_append_new(row, number(counts_pair(counts, contest, a, b)));
		json_array_append_new(rows, row);
	}
	return rows;
}

static json_t *
contests_json(const struct recount *recount, const struct winners *winners)
{
	const struct manifest *manifest = recount->manifest;
	const struct counts *counts = &recount->replay.counts;
	json_t *contests = json_array();

	for (size_t i = 0; i < manifest->contests_count; i++) {
		const struct manifest_contest *contest = &manifest->contests[i];
		const struct counts_contest *sums = &counts->contests[i];
		json_t *object = json_pack(
		    "{s:s, s:o, s:o, s:o, s:o}", "id", contest->id, "ballots",
		    number(sums->ballots), "blank", number(sums->blank), "abstained",
		    number(sums->abstained), "options", options_json(recount, contest));

		CHECK(object);
		if (contest->method == MANIFEST_METHOD_RANKED)
			json_object_set_new(object, "pairs", pairs_json(contest, counts));
		trace_set(object, contest, &winners->contests[i]);
		json_array_append_new(contests, object);
	}
	return contests;
}

json_t *
outcome_json(const struct recount *recount, const struct winners *winners)
{
	const struct manifest *manifest = recount->manifest;
	const struct counts *counts = &recount->replay.counts;
	json_t *object = json_pack(
	    "{s:o, s:b, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "campaign",
	    show_hex(bytes_make(manifest->id, sizeof manifest->id)), "test", manifest->test,
	    "index", number(recount->checkpoint.size), "phase",
	    trace_phase_name(recount->replay.law.phase), "ballots", number(counts->ballots),
	    "replaced", number(counts->replaced), "voided", number(counts->voided), "in_tree",
	    number(counts->in_tree), "districts", districts_json(manifest, counts), "contests",
	    contests_json(recount, winners));

	CHECK(object);
	if (manifest->has_roster) {
		json_object_set_new(object, "roster", number(manifest->roster_count));
		json_object_set_new(object, "enrolled", number(counts->enrolled));
	}
	if (counts->paper->sheets > 0)
		json_object_set_new(object, "paper", paper_json(manifest, counts));
	return object;
}
