#include "outcome/election.h"

#include <stdlib.h>

#include "limits.h"

enum {
	capacity_first = 64
};

/* Room for one more of `size` bytes each; false, and the result has failed, if there is none. */
static bool
reserve(struct election_result *result, void **list, size_t count, size_t *capacity,
	size_t size)
{
	size_t wanted = *capacity == 0 ? capacity_first : *capacity * 2;
	void *grown;

	if (result->failed)
		return false;
	if (count < *capacity)
		return true;
	grown = wanted > SIZE_MAX / size ? NULL : realloc(*list, wanted * size);
	if (grown == NULL) {
		result->failed = true;
		return false;
	}
	*list = grown;
	*capacity = wanted;
	return true;
}

void
election_result_init(struct election_result *result)
{
	*result = (struct election_result){0};
}

void
election_result_free(struct election_result *result)
{
	for (size_t i = 0; i < result->steps_count; i++)
		free(result->steps[i].figure);
	free(result->steps);
	free(result->winners);
	election_result_init(result);
}

void
election_step(struct election_result *result, const struct election_step *step)
{
	void *steps = result->steps;
	bool room = reserve(result, &steps, result->steps_count, &result->steps_capacity,
			    sizeof *result->steps);

	result->steps = steps;
	if (room)
		result->steps[result->steps_count++] = *step;
	else
		free(step->figure);
}

void
election_win(struct election_result *result, uint16_t option)
{
	void *winners = result->winners;
	bool room = reserve(result, &winners, result->winners_count, &result->winners_capacity,
			    sizeof *result->winners);

	result->winners = winners;
	if (room)
		result->winners[result->winners_count++] = option;
}

bool
election_same_options(const uint16_t *a, size_t a_count, const uint16_t *b, size_t b_count)
{
	uint8_t marks[contest_options_max] = {0};

	if (a_count != b_count)
		return false;
	for (size_t i = 0; i < a_count; i++) {
		CHECK(a[i] < contest_options_max);
		marks[a[i]] = 1;
	}
	for (size_t i = 0; i < b_count; i++) {
		CHECK(b[i] < contest_options_max);
		if (marks[b[i]] == 0)
			return false;
	}
	return true;
}
