#include "outcome/support.h"

#include <stdlib.h>
#include <string.h>

int32_t
support_value(const struct support *support, size_t place)
{
	return support->row_values ? support->row_values[place] : 1;
}

static int32_t
value_of(const struct support *support, const uint8_t *running,
	 const struct profile_choice *choice)
{
	int32_t value = support->by_value ? choice->value : 1;

	return running[choice->option] && value > 0 ? value : 0;
}

/* How many there are, of each option and in all. */
static size_t
count(struct support *support, const uint8_t *running)
{
	const struct profile *profile = support->profile;

	for (size_t k = 0; k < profile->choices_count; k++) {
		const struct profile_choice *choice = &profile->choices[k];

		if (value_of(support, running, choice) > 0)
			support->first[choice->option + 1]++;
	}
	for (size_t k = 0; k < support->options_count; k++)
		support->first[k + 1] += support->first[k];
	return support->first[support->options_count];
}

/* first[k] moves on to where option k ends, which is where k + 1 began. */
static void
place(struct support *support, const uint8_t *running, size_t row)
{
	const struct profile_row *line = &support->profile->rows[row];
	uint32_t at = support->row_first[row];

	CHECK(line->weight <= UINT32_MAX);
	for (size_t k = line->first; k < line->first + line->count; k++) {
		const struct profile_choice *choice = &support->profile->choices[k];
		uint16_t option = choice->option;
		int32_t value = value_of(support, running, choice);

		if (value == 0)
			continue;
		support->supporters[support->first[option]++] =
		    (struct supporter){(uint32_t)row, (uint32_t)line->weight, value};
		support->total[option] += line->weight * (uint64_t)value;
		if (value > support->most[option])
			support->most[option] = value;
		if (support->row_values)
			support->row_values[at] = value;
		support->row_options[at++] = option;
	}
	support->row_first[row + 1] = at;
}

static void
fill(struct support *support, const uint8_t *running)
{
	for (size_t row = 0; row < support->profile->rows_count; row++)
		place(support, running, row);
	memmove(support->first + 1, support->first,
		support->options_count * sizeof *support->first);
	support->first[0] = 0;
}

/* Room for so many choices. */
static bool
make_room(struct support *support, size_t choices_count)
{
	CHECK(support->profile->rows_count < UINT32_MAX);
	if (choices_count >= UINT32_MAX)
		return false; /* tens of gigabytes of them */
	support->supporters = calloc(choices_count + 1, sizeof *support->supporters);
	support->row_first =
	    calloc(support->profile->rows_count + 1, sizeof *support->row_first);
	support->row_options = calloc(choices_count + 1, sizeof *support->row_options);
	if (support->by_value)
		support->row_values = calloc(choices_count + 1, sizeof *support->row_values);
	return support->supporters && support->row_first && support->row_options &&
	       (support->row_values || !support->by_value);
}

bool
support_make(struct support *support, const struct election *election, bool by_value)
{
	size_t options_count = election->contest->options_count;

	*support = (struct support){
	    .profile = election->profile, .by_value = by_value, .options_count = options_count};
	support->first = calloc(options_count + 1, sizeof *support->first);
	support->total = calloc(options_count + 1, sizeof *support->total);
	support->most = calloc(options_count + 1, sizeof *support->most);
	if (!support->first || !support->total || !support->most ||
	    !make_room(support, count(support, election->running))) {
		support_free(support);
		return false;
	}
	fill(support, election->running);
	return true;
}

void
support_free(struct support *support)
{
	free(support->first);
	free(support->supporters);
	free(support->total);
	free(support->most);
	free(support->row_first);
	free(support->row_options);
	free(support->row_values);
	*support = (struct support){0};
}
