#include "tools/lib/audit_state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

/* What the file says of one contest, beside ours. */
struct comparison {
	const char *path;
	const struct manifest_contest *contest;
	const struct counts_option *options;
	const struct winners_contest *ours;
	const json_t *theirs;
};

static enum tally_exit
differs(const struct comparison *at, const char *what, struct trouble *trouble)
{
	return trouble_set(trouble, TALLY_EXIT_FAILED, "%s/results: contest %s: %s", at->path,
			   at->contest->id, what);
}

static const char *
text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text == NULL ? "" : text;
}

/* Winners that are null are not stated. */
static enum tally_exit
compare_winners(const struct comparison *at, struct trouble *trouble)
{
	const json_t *theirs = json_object_get(at->theirs, "winners");
	const struct election_result *ours = &at->ours->outcome.result;
	bool decided = at->ours->status == OUTCOME_DECIDED;
	size_t count = decided ? ours->winners_count : 0;

	if (json_is_null(theirs))
		return TALLY_EXIT_FINE;
	if (!json_is_array(theirs))
		return differs(at, "it states no winners", trouble);
	if (json_array_size(theirs) != count)
		return trouble_set(
		    trouble, TALLY_EXIT_FAILED,
		    "%s/results: contest %s: it names %zu winners, and by the rule there "
		    "are %zu",
		    at->path, at->contest->id, json_array_size(theirs), count);
	for (size_t i = 0; i < count; i++) {
		const char *is = json_string_value(json_array_get(theirs, i));
		const char *right = at->contest->options[ours->winners[i]].id;

		if (is == NULL || strcmp(is, right) != 0)
			return trouble_set(
			    trouble, TALLY_EXIT_FAILED,
			    "%s/results: contest %s: it names %s as winner %zu, and by "
			    "the rule that is %s",
			    at->path, at->contest->id, is == NULL ? "nobody" : is, i + 1,
			    right);
	}
	return TALLY_EXIT_FINE;
}

static bool
has_number(const json_t *object, const char *name, json_int_t number)
{
	const json_t *value = json_object_get(object, name);

	return json_is_integer(value) && json_integer_value(value) == number;
}

static enum tally_exit
compare_options(const struct comparison *at, struct trouble *trouble)
{
	const json_t *theirs = json_object_get(at->theirs, "options");

	if (json_array_size(theirs) != at->contest->options_count)
		return differs(at, "its options are not the manifest's", trouble);
	for (size_t i = 0; i < at->contest->options_count; i++) {
		const json_t *option = json_array_get(theirs, i);

		if (strcmp(text_of(option, "id"), at->contest->options[i].id) == 0 &&
		    has_number(option, "votes", (json_int_t)at->options[i].votes) &&
		    has_number(option, "score", at->options[i].score))
			continue;
		return trouble_set(trouble, TALLY_EXIT_FAILED,
				   "%s/results: contest %s: option %s is not what the recount "
				   "says: %" PRIu64 " votes, score %" PRId64,
				   at->path, at->contest->id, at->contest->options[i].id,
				   at->options[i].votes, at->options[i].score);
	}
	return TALLY_EXIT_FINE;
}

static enum tally_exit
compare_contest(const struct comparison *at, struct trouble *trouble)
{
	const json_t *rule = json_object_get(at->theirs, "outcome");
	enum tally_exit status = TALLY_EXIT_FINE;

	if (strcmp(text_of(at->theirs, "id"), at->contest->id) != 0)
		status = differs(at, "it is not at its place", trouble);
	else if (!json_is_null(rule) &&
		 strcmp(text_of(at->theirs, "outcome"), at->contest->outcome.id) != 0)
		status = differs(at, "its rule is not the manifest's", trouble);
	if (status == TALLY_EXIT_FINE)
		status = compare_options(at, trouble);
	if (status == TALLY_EXIT_FINE)
		status = compare_winners(at, trouble);
	return status;
}

static enum tally_exit
compare_classes(const struct audit_state *state, const json_t *statement,
		struct trouble *trouble)
{
	const struct counts *counts = &state->audit->recount.replay.counts;
	const struct {
		const char *name;
		uint64_t number;
	} classes[] = {{"ballots", counts->ballots},
		       {"replaced", counts->replaced},
		       {"voided", counts->voided},
		       {"in_tree", counts->in_tree}};

	for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
		if (!has_number(statement, classes[i].name, (json_int_t)classes[i].number))
			return trouble_set(
			    trouble, TALLY_EXIT_FAILED,
			    "%s/results: its %s are not the %" PRIu64 " of the recount",
			    state->log->path, classes[i].name, classes[i].number);
	return TALLY_EXIT_FINE;
}

static enum tally_exit
compare_statement(const struct audit_state *state, const json_t *statement,
		  struct trouble *trouble)
{
	const struct recount *recount = &state->audit->recount;
	const json_t *theirs = json_object_get(statement, "contests");
	enum tally_exit status = compare_classes(state, statement, trouble);

	if (status == TALLY_EXIT_FINE &&
	    json_array_size(theirs) != recount->manifest->contests_count)
		return trouble_set(trouble, TALLY_EXIT_FAILED,
				   "%s/results: its contests are not the manifest's",
				   state->log->path);
	for (size_t i = 0; i < recount->manifest->contests_count && status == TALLY_EXIT_FINE;
	     i++) {
		const struct manifest_contest *contest = &recount->manifest->contests[i];
		const struct comparison at = {
		    state->log->path, contest,
		    recount->replay.counts.options + contest->options_first,
		    &state->audit->winners.contests[i], json_array_get(theirs, i)};

		status = compare_contest(&at, trouble);
	}
	return status;
}

/* The file `results`; NULL if there is none. */
static enum tally_exit
read_statement(const struct audit_state *state, json_t **statement, struct trouble *trouble)
{
	uint8_t *data = NULL;
	size_t capacity = 0;
	size_t size = 0;
	enum tally_exit status;

	*statement = NULL;
	if (audit_gone(state, "results"))
		return TALLY_EXIT_FINE;
	status = publiclog_read(state->log, "results", PUBLICLOG_TALLY_SIZE_MAX, &data,
				&capacity, &size, trouble);
	if (status == TALLY_EXIT_FINE) {
		*statement = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
		if (*statement == NULL)
			status = trouble_set(trouble, TALLY_EXIT_FAILED,
					     "%s/results: it is no JSON", state->log->path);
	}
	free(data);
	return status;
}

static bool
states_winners(const struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->contests_count; i++)
		if (manifest->contests[i].outcome.rule != MANIFEST_RULE_NONE)
			return true;
	return false;
}

static void
judge(struct audit_state *state)
{
	const struct recount *recount = &state->audit->recount;
	struct report *report = &state->audit->report;
	json_t *statement;
	struct trouble trouble;
	enum tally_exit status = read_statement(state, &statement, &trouble);
	bool of_this = law_results_public(&recount->replay.law, recount->manifest) &&
		       has_number(statement, "index", (json_int_t)state->scroll.size);

	if (status == TALLY_EXIT_FINE && of_this)
		status = compare_statement(state, statement, &trouble);
	json_decref(statement);
	if (status != TALLY_EXIT_FINE) {
		audit_found(state, AUDIT_OUTCOME, &trouble);
		return;
	}
	if (!states_winners(recount->manifest))
		return;
	report_remark(report, AUDIT_OUTCOME, "%s",
		      of_this ? "the file `results` says the same"
			      : "no file `results` says who won at this checkpoint");
	report_pass(report, AUDIT_OUTCOME);
}

void
audit_outcome(struct audit_state *state)
{
	struct audit *audit = state->audit;
	struct trouble trouble;

	if (!audit->counted) {
		report_skip(&audit->report, AUDIT_OUTCOME,
			    "another check failed: the counts are not known");
		return;
	}
	if (winners_decide(&state->scroll, &audit->recount, &audit->winners, &trouble) ==
	    TALLY_EXIT_FINE)
		judge(state);
	else
		audit_found(state, AUDIT_OUTCOME, &trouble);
}
