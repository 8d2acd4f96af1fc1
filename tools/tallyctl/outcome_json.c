#include "tools/tallyctl/outcome_json.h"

#include "tools/lib/trace.h"
#include "tools/tallyctl/show.h"

static json_t *
number(uint64_t value)
{
	return json_integer((json_int_t)value);
}

static const char *
phase_name(enum tally_phase phase)
{
	if (phase == TALLY_PHASE_BEFORE)
		return "before";
	return phase == TALLY_PHASE_OPEN ? "open" : "closed";
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
options_json(const struct manifest_contest *contest, const struct counts_option *counts)
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
contests_json(const struct manifest *manifest, const struct counts *counts,
	      const struct winners *winners)
{
	json_t *contests = json_array();

	for (size_t i = 0; i < manifest->contests_count; i++) {
		const struct manifest_contest *contest = &manifest->contests[i];
		const struct counts_contest *sums = &counts->contests[i];

		json_t *object =
		    json_pack("{s:s, s:o, s:o, s:o, s:o}", "id", contest->id, "ballots",
			      number(sums->ballots), "blank", number(sums->blank), "abstained",
			      number(sums->abstained), "options",
			      options_json(contest, counts->options + contest->options_first));

		CHECK(object);
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
	    phase_name(recount->replay.law.phase), "ballots", number(counts->ballots),
	    "replaced", number(counts->replaced), "voided", number(counts->voided), "in_tree",
	    number(counts->in_tree), "districts", districts_json(manifest, counts), "contests",
	    contests_json(manifest, counts, winners));

	CHECK(object);
	return object;
}
