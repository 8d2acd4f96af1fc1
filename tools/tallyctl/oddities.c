#include "tools/tallyctl/oddities.h"

#include <string.h>

#include "tools/lib/complain.h"
#include "tools/tallyctl/decimal.h"

static void
tell(const char *name, size_t count, const char *unit, const char *what)
{
	if (count)
		complain("%s: %zu %s%s: %s", name, count, unit, count == 1 ? "" : "s", what);
}

void
oddities_ballots(const char *name, size_t count, const char *what)
{
	tell(name, count, "ballot", what);
}

static void
bytes_tell(const struct pb_oddities *bytes)
{
	size_t lf = bytes->lines_lf, crlf = bytes->lines_crlf;

	if (lf && crlf)
		complain("line-ends: %zu lines end in LF, %zu in CR LF: both are taken", lf,
			 crlf);
	if (bytes->cut)
		complain("last-line: 1 line: it has no end, taken as whole");
	if (bytes->marked)
		complain("byte-order-mark: 1: left aside");
	tell("blank-line", bytes->blank_lines, "line", "left aside");
	tell("quote", bytes->loose_quotes, "cell",
	     "a quote in text that is not quoted, taken as text");
	if (bytes->unknown_columns + bytes->unknown_keys)
		complain("unknown-name: %zu columns, %zu META keys: left aside: %s",
			 bytes->unknown_columns, bytes->unknown_keys, bytes->unknown_names);
}

/* META says how many there are. */
static void
number_tell(const struct pb *pb, const char *key, size_t count)
{
	const char *text = pb_meta(pb, key);
	int64_t number;

	if (text && *text && (!decimal_scaled(text, 0, &number) || number != (int64_t)count))
		complain("%s: %s is stated, there are %zu", key, text, count);
}

/* What META may ask of ballots or money, and no manifest says. */
static void
unheld_tell(const struct pb *pb)
{
	static const char *const keys[] = {"min_sum_cost",
					   "min_sum_points",
					   "min_length_per_category",
					   "max_length_per_category",
					   "min_sum_cost_per_category",
					   "max_sum_cost_per_category",
					   "budget_per_category",
					   "budget_per_neighborhood",
					   "leftover_budget"};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const char *text = pb_meta(pb, keys[i]);

		if (text && *text && strcmp(text, "0") != 0)
			complain("%s: 1 key: META states it, the manifest does not have it: "
				 "%.60s",
				 keys[i], text);
	}
}

size_t
oddities_withdrawn(const struct pb *pb)
{
	size_t count = 0;

	for (size_t i = 0; i < pb->projects_count; i++)
		count += pb_withdrawn(pb, &pb->projects[i]);
	return count;
}

void
oddities_tell(const struct pb *pb, const struct survey *survey, bool strict)
{
	bytes_tell(&pb->oddities);
	number_tell(pb, "num_projects", pb->projects_count);
	number_tell(pb, "num_votes", pb->votes_count);
	unheld_tell(pb);
	if (pb->places)
		complain("money: decimals: minor units are 1/1%0*d of the file's", pb->places,
			 0);
	tell("withdrawn", oddities_withdrawn(pb), "project",
	     "costs " PB_WITHDRAWN_COST ": cannot win");
	oddities_ballots("repeated-project", survey->repeated_project,
			 "a project named twice, taken once");
	oddities_ballots("unknown-project", survey->unknown_project,
			 strict ? "not in PROJECTS" : "not in PROJECTS, left out");
	oddities_ballots("repeated-voter", survey->repeated_voter,
			 "voter_id was there before, taken as another voter");
	oddities_ballots("empty", survey->empty, "no project, an abstention");
	oddities_ballots("zero-points", survey->zero_points,
			 "a project with 0 points, taken as named");
	oddities_ballots("other-points", survey->other_points,
			 "points that are not those of the places: the places are taken");
	if (survey->votes_differ + survey->score_differs)
		complain(
		    "votes-score: %zu projects' votes, %zu projects' score are not what the "
		    "ballots say: %s",
		    survey->votes_differ, survey->score_differs, survey->differing);
}
