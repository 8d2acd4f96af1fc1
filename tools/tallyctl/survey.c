#include "tools/tallyctl/survey.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tools/lib/complain.h"

static enum tally_exit
count_read(const struct pb *pb, const char *key, int64_t *out)
{
	const char *value = pb_meta(pb, key);
	uint64_t number;

	*out = 0;
	if (!value || !*value)
		return TALLY_EXIT_FINE;
	if (!text_decimal_parse(bytes_of_string(value), &number) || number > INT32_MAX) {
		complain("META: %s is not a number: '%s'", key, value);
		return TALLY_EXIT_USAGE;
	}
	*out = (int64_t)number;
	return TALLY_EXIT_FINE;
}

static enum tally_exit
budget_read(const struct pb *pb, int64_t *out)
{
	const char *value = pb_meta(pb, "max_sum_cost");

	*out = -1;
	if (!value || !*value || pb_hundredths(value, out))
		return TALLY_EXIT_FINE;
	complain("META: max_sum_cost is not a number with at most two decimals: '%s'", value);
	return TALLY_EXIT_USAGE;
}

enum tally_exit
survey_limits_read(const struct pb *pb, struct survey_limits *out)
{
	const char *type = pb_meta(pb, "vote_type");

	*out = (struct survey_limits){.single = type && strcmp(type, "choose-1") == 0};
	if (!type) {
		complain("META does not say the vote_type");
		return TALLY_EXIT_USAGE;
	}
	if (!out->single && strcmp(type, "approval") != 0) {
		complain(
		    "vote type %s is not supported in this release: approval and choose-1 are",
		    type);
		return TALLY_EXIT_USAGE;
	}
	if (count_read(pb, "min_length", &out->min) != TALLY_EXIT_FINE ||
	    count_read(pb, "max_length", &out->max) != TALLY_EXIT_FINE)
		return TALLY_EXIT_USAGE;
	return budget_read(pb, &out->budget);
}

static int
by_place(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

size_t
survey_choices(const struct pb *pb, const struct pb_vote *vote, uint16_t places[PB_CHOICES_MAX])
{
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < vote->count; i++)
		if (pb->choices[vote->first + i] != PB_UNKNOWN_PROJECT)
			places[count++] = pb->choices[vote->first + i];
	qsort(places, count, sizeof *places, by_place);
	for (size_t i = 0; i < count; i++)
		if (!kept || places[kept - 1] != places[i])
			places[kept++] = places[i];
	return kept;
}

static size_t
unknown_count(const struct pb *pb, const struct pb_vote *vote)
{
	size_t count = 0;

	for (size_t i = 0; i < vote->count; i++)
		count += pb->choices[vote->first + i] == PB_UNKNOWN_PROJECT;
	return count;
}

static void
vote_take(const struct pb *pb, const struct survey_limits *limits, const struct pb_vote *vote,
	  struct survey *out)
{
	uint16_t places[PB_CHOICES_MAX];
	size_t count = survey_choices(pb, vote, places);
	size_t unknown = unknown_count(pb, vote);
	int64_t cost = 0;

	for (size_t i = 0; i < count; i++)
		cost += pb->projects[places[i]].cost;
	out->unknown_project += unknown > 0;
	out->repeated_project += count + unknown < vote->count;
	out->empty += count == 0;
	if (count == 0)
		return; /* abstains: limits are about choices that are made */
	out->over_one += limits->single && count > 1;
	out->under_min += count < (size_t)limits->min;
	out->over_max += limits->max > 0 && count > (size_t)limits->max;
	out->over_budget += limits->budget >= 0 && cost > limits->budget;
}

void
survey_take(const struct pb *pb, const struct survey_limits *limits,
	    const uint32_t *occurrences, struct survey *out)
{
	*out = (struct survey){0};
	for (size_t i = 0; i < pb->votes_count; i++) {
		vote_take(pb, limits, &pb->votes[i], out);
		out->repeated_voter += occurrences[i] > 1;
	}
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
