#include "outcome/support.h"

#include <stdlib.h>
#include <string.h>

int32_t
support_value(const struct support *support, const struct profile_choice *choice)
{
	if (!support->by_value)
		return 1;
	return choice->value > 0 ? choice->value : 0;
}

static void
count(struct support *support, const uint8_t *running)
{
	const struct profile *profile = support->profile;

	for (size_t k = 0; k < profile->choices_count; k++) {
		const struct profile_choice *choice = &profile->choices[k];

		if (running[choice->option] && support_value(support, choice) > 0)
			support->first[choice->option + 1]++;
	}
	for (size_t k = 0; k < support->options_count; k++)
		support->first[k + 1] += support->first[k];
}

/* first[k] moves on to where option k ends, which is where k + 1 began. */
static void
place(struct support *support, const uint8_t *running, size_t row)
{
	const struct profile_row *line = &support->profile->rows[row];

	for (size_t k = line->first; k < line->first + line->count; k++) {
		const struct profile_choice *choice = &support->profile->choices[k];
		uint16_t option = choice->option;
		int32_t value = support_value(support, choice);

		if (!running[option] || value == 0)
			continue;
		support->supporters[support->first[option]++] =
		    (struct supporter){(uint32_t)row, value};
		support->total[option] += line->weight * (uint64_t)value;
		if (value > support->most[option])
			support->most[option] = value;
	}
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

bool
support_make(struct support *support, const struct election *election, bool by_value)
{
	size_t options_count = election->contest->options_count;

	CHECK(election->profile->rows_count <= UINT32_MAX);
	*support = (struct support){
	    .profile = election->profile, .by_value = by_value, .options_count = options_count};
	support->first = calloc(options_count + 1, sizeof *support->first);
	support->total = calloc(options_count + 1, sizeof *support->total);
	support->most = calloc(options_count + 1, sizeof *support->most);
	if (support->first && support->total && support->most) {
		count(support, election->running);
		support->supporters =
		    calloc(support->first[options_count] + 1, sizeof *support->supporters);
	}
	if (!support->supporters) {
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
	*support = (struct support){0};
}
