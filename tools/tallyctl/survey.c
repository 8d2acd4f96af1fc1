#include "tools/tallyctl/survey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/complain.h"
#include "tools/tallyctl/decimal.h"

/* The value of a META key; NULL if it is not there or empty. */
static const char *
stated(const struct pb *pb, const char *key)
{
	const char *value = pb_meta(pb, key);

	return value && *value ? value : NULL;
}

static bool
count_read(const struct pb *pb, const char *key, int64_t none, int64_t *out)
{
	const char *value = stated(pb, key);

	*out = none;
	if (!value || (decimal_scaled(value, 0, out) && *out <= INT32_MAX))
		return true;
	complain("META: %s is not a whole number: '%s'", key, value);
	return false;
}

static bool
points_read(const struct pb *pb, const char *key, int32_t none, int32_t *out)
{
	const char *value = stated(pb, key);

	*out = none;
	if (!value || decimal_whole(value, out))
		return true;
	complain("META: %s is not a whole number: '%s'", key, value);
	return false;
}

static bool
budget_read(const struct pb *pb, int64_t *out)
{
	const char *value = stated(pb, "max_sum_cost");

	*out = -1;
	if (!value || pb_money(pb, value, out))
		return true;
	complain("META: max_sum_cost is not a sum of money: '%s'", value);
	return false;
}

static bool
type_read(const struct pb *pb, enum pbvote_type *out)
{
	const char *type = stated(pb, "vote_type");
	const char *missing = stated(pb, "default_score");
	int32_t points = 0;

	if (!type) {
		complain("META does not say the vote_type");
		return false;
	}
	if (!pbvote_type_find(type, out)) {
		complain("META: there is no vote type %s", type);
		return false;
	}
	if (missing && (!decimal_whole(missing, &points) || points != 0)) {
		complain("META: default_score is %s: projects that a vote does not name would "
			 "have points, and a ballot has none for them",
			 missing);
		return false;
	}
	return true;
}

enum tally_exit
survey_limits_read(const struct pb *pb, struct survey_limits *out)
{
	bool fine;

	*out = (struct survey_limits){.sum = -1};
	fine = type_read(pb, &out->type) && count_read(pb, "min_length", 0, &out->min) &&
	       count_read(pb, "max_length", 0, &out->max) && budget_read(pb, &out->budget);
	if (fine && pbvote_has_points(out->type))
		fine = points_read(pb, "min_points",
				   out->type == PBVOTE_CUMULATIVE ? 0 : SURVEY_NONE,
				   &out->value_min) &&
		       points_read(pb, "max_points", SURVEY_NONE, &out->value_max);
	if (fine && out->type == PBVOTE_CUMULATIVE)
		fine = count_read(pb, "max_sum_points", -1, &out->sum);
	return fine ? TALLY_EXIT_FINE : TALLY_EXIT_USAGE;
}

/* The points of one vote. */
static void
points_take(const struct survey_limits *limits, const struct pbvote *vote, struct survey *out)
{
	bool under = false, over = false, zero = false;
	int64_t sum = 0;

	for (size_t i = 0; i < vote->count; i++) {
		int32_t value = vote->choices[i].value;

		sum += value;
		zero |= value == 0;
		under |= limits->value_min != SURVEY_NONE && value < limits->value_min;
		over |= limits->value_max != SURVEY_NONE && value > limits->value_max;
		if (value < out->value_least)
			out->value_least = value;
		if (value > out->value_greatest)
			out->value_greatest = value;
	}
	out->zero_points += zero;
	out->under_value += under;
	out->over_value += over;
	out->over_sum += limits->sum >= 0 && sum > limits->sum;
	if (sum > out->sum_greatest)
		out->sum_greatest = sum;
}

/* Points of a rank are those of counts.h: the last one named has 1. */
static void
projects_count(const struct survey_limits *limits, const struct pbvote *vote,
	       struct survey *out)
{
	for (size_t i = 0; i < vote->count; i++) {
		const struct ballot_choice *choice = &vote->choices[i];
		int64_t rank = choice->value;

		out->projects[choice->option].votes++;
		out->projects[choice->option].score +=
		    limits->type == PBVOTE_ORDINAL ? (int64_t)vote->count - rank + 1 : rank;
	}
}

static void
vote_take(const struct pb *pb, const struct survey_limits *limits, const struct pbvote *vote,
	  struct survey *out)
{
	int64_t cost = 0;

	out->unknown_project += vote->unknown > 0;
	out->repeated_project += vote->repeated > 0;
	out->other_points += vote->other_points;
	out->empty += vote->count == 0;
	if (vote->count == 0)
		return; /* abstains: limits are about choices that are made */
	for (size_t i = 0; i < vote->count; i++)
		cost += pb->projects[vote->choices[i].option].cost;
	out->over_one += limits->type == PBVOTE_CHOOSE_1 && vote->count > 1;
	out->under_min += vote->count < (size_t)limits->min;
	out->over_max += limits->max > 0 && vote->count > (size_t)limits->max;
	out->over_budget += limits->budget >= 0 && cost > limits->budget;
	if (pbvote_has_points(limits->type))
		points_take(limits, vote, out);
	projects_count(limits, vote, out);
}

/* True if the cell says something, and something else. */
static bool
differs(const char *cell, int64_t counted)
{
	bool minus = *cell == '-';
	int64_t value;

	if (!*cell)
		return false;
	return !decimal_scaled(cell + minus, 0, &value) || (minus ? -value : value) != counted;
}

static void
columns_compare(const struct pb *pb, struct survey *out)
{
	for (size_t i = 0; i < pb->projects_count; i++) {
		const struct pb_project *project = &pb->projects[i];
		bool votes = differs(project->votes_cell, out->projects[i].votes);
		bool score = differs(project->score_cell, out->projects[i].score);
		size_t size = strlen(out->differing);

		out->votes_differ += votes;
		out->score_differs += score;
		if (votes || score)
			snprintf(out->differing + size, sizeof out->differing - size, "%s%.40s",
				 size ? ", " : "", project->id);
	}
}

enum tally_exit
survey_take(const struct pb *pb, const struct survey_limits *limits,
	    const uint32_t *occurrences, struct survey *out)
{
	struct pbvote *vote = malloc(sizeof *vote);
	const char *sentence = NULL;
	size_t i = 0;

	*out = (struct survey){.projects = calloc(pb->projects_count, sizeof *out->projects)};
	CHECK(vote && out->projects);
	for (; i < pb->votes_count; i++) {
		if (!pbvote_read(pb, &pb->votes[i], limits->type, vote, &sentence))
			break;
		vote_take(pb, limits, vote, out);
		out->repeated_voter += occurrences[i] > 1;
	}
	free(vote);
	if (i < pb->votes_count) {
		complain("line %zu: %s", pb->votes[i].line, sentence);
		return TALLY_EXIT_USAGE;
	}
	columns_compare(pb, out);
	return TALLY_EXIT_FINE;
}

void
survey_free(struct survey *survey)
{
	free(survey->projects);
	*survey = (struct survey){0};
}

static int
by_voter(const void *a, const void *b)
{
	const struct pb_vote *const *left = a;
	const struct pb_vote *const *right = b;
	int order = strcmp((*left)->voter_id, (*right)->voter_id);

	return order ? order : (*left > *right) - (*left < *right);
}

uint32_t *
survey_occurrences(const struct pb *pb)
{
	uint32_t *occurrences = calloc(pb->votes_count + 1, sizeof *occurrences);
	const struct pb_vote **votes = calloc(pb->votes_count + 1, sizeof *votes);

	CHECK(occurrences && votes);
	for (size_t i = 0; i < pb->votes_count; i++)
		votes[i] = &pb->votes[i];
	qsort(votes, pb->votes_count, sizeof *votes, by_voter);
	for (size_t i = 0; i < pb->votes_count; i++) {
		bool again = i && strcmp(votes[i]->voter_id, votes[i - 1]->voter_id) == 0;

		occurrences[votes[i] - pb->votes] =
		    again ? occurrences[votes[i - 1] - pb->votes] + 1 : 1;
	}
	free(votes);
	return occurrences;
}
