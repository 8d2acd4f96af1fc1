#include "tools/lib/trace.h"

const char *
trace_act_name(enum election_act act)
{
	static const char *const names[ELECTION_ACTS] = {
	    [ELECTION_TAKEN] = "taken",
	    [ELECTION_TOPPED_UP] = "topped-up",
	    [ELECTION_TOO_DEAR] = "too-dear",
	    [ELECTION_STOPPED] = "stopped",
	    [ELECTION_NOT_REACHED] = "not-reached",
	    [ELECTION_BELOW_THRESHOLD] = "below-threshold",
	    [ELECTION_WITHDRAWN] = "withdrawn",
	    [ELECTION_EXCLUDED] = "excluded",
	    [ELECTION_NO_SUPPORT] = "no-support",
	    [ELECTION_UNAFFORDABLE] = "unaffordable",
	    [ELECTION_STANDING] = "standing",
	    [ELECTION_ELIMINATED] = "eliminated",
	    [ELECTION_ENDOWMENT] = "endowment",
	    [ELECTION_COMPLETED] = "completed",
	    [ELECTION_PREFERRED] = "preferred",
	    [ELECTION_LOST] = "lost",
	};

	CHECK((unsigned)act < ELECTION_ACTS && names[act] != NULL);
	return names[act];
}

static void
set_number(json_t *object, const char *name, int64_t value, bool there)
{
	if (there)
		CHECK(json_object_set_new(object, name, json_integer(value)) == 0);
}

static void
set_text(json_t *object, const char *name, const char *text)
{
	if (text != NULL)
		CHECK(json_object_set_new(object, name, json_string(text)) == 0);
}

static void
set_flag(json_t *object, const char *name, bool flag)
{
	if (flag)
		CHECK(json_object_set_new(object, name, json_true()) == 0);
}

static const char *
id_of(const struct manifest_contest *contest, uint16_t option)
{
	return option == ELECTION_NOBODY ? NULL : contest->options[option].id;
}

static json_t *
step_json(const struct manifest_contest *contest, const struct election_step *step)
{
	const struct manifest_outcome *outcome = &contest->outcome;
	bool pools = outcome->pools_count > 0 && outcome->pools[0].id[0] != 0;
	bool option = step->option != ELECTION_NOBODY;
	bool other = step->other != ELECTION_NOBODY;
	/* In these rules not every option has a strength, and none is below 0. */
	bool some = outcome->rule == MANIFEST_RULE_SHARES ||
		    outcome->rule == MANIFEST_RULE_PHRAGMEN ||
		    outcome->rule == MANIFEST_RULE_SCHULZE;
	bool preferred = step->act == ELECTION_PREFERRED;
	json_t *object = json_object();

	CHECK(object != NULL);
	set_text(object, "act", trace_act_name(step->act));
	set_text(object, "pool", pools ? outcome->pools[step->pool].id : NULL);
	set_number(object, "round", step->round, step->round > 0);
	set_text(object, "option", id_of(contest, step->option));
	set_text(object, "other", id_of(contest, step->other));
	set_number(object, "strength", step->strength,
		   preferred || (option && (!some || step->strength >= 0)));
	set_number(object, "other_strength", step->other_strength,
		   preferred || (other && (!some || step->other_strength >= 0)));
	set_number(object, "cost", step->cost, option && outcome->pools_count > 0);
	set_number(object, "left", step->left, step->left >= 0);
	set_number(object, "money", step->money, step->act == ELECTION_TOPPED_UP);
	set_text(object, "figure", step->figure);
	set_flag(object, "tie", step->tie);
	set_flag(object, "tie_mattered", step->tie_mattered);
	return object;
}

void
trace_set(json_t *object, const struct manifest_contest *contest,
	  const struct winners_contest *winners)
{
	const struct election_result *result = &winners->outcome.result;
	bool unknown = winners->status == OUTCOME_NEEDS_DRAW;
	json_t *ids = unknown ? json_null() : json_array();
	json_t *steps = json_array();

	for (size_t i = 0; i < result->winners_count; i++)
		json_array_append_new(ids, json_string(id_of(contest, result->winners[i])));
	for (size_t i = 0; i < result->steps_count; i++)
		json_array_append_new(steps, step_json(contest, &result->steps[i]));
	CHECK(json_object_set_new(object, "winners", ids) == 0);
	set_text(object, "outcome", contest->outcome.id);
	CHECK(json_object_set_new(object, "trace", steps) == 0);
}

const char *
trace_phase_name(enum tally_phase phase)
{
	if (phase == TALLY_PHASE_BEFORE)
		return "before";
	return phase == TALLY_PHASE_OPEN ? "open" : "closed";
}
