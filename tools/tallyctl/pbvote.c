#include "tools/tallyctl/pbvote.h"

#include <stdlib.h>
#include <string.h>

#include "tools/tallyctl/decimal.h"

static const char *const type_names[] = {
    [PBVOTE_APPROVAL] = "approval", [PBVOTE_CHOOSE_1] = "choose-1",
    [PBVOTE_ORDINAL] = "ordinal",   [PBVOTE_CUMULATIVE] = "cumulative",
    [PBVOTE_SCORING] = "scoring",
};

bool
pbvote_type_find(const char *word, enum pbvote_type *out)
{
	for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++)
		if (strcmp(word, type_names[i]) == 0) {
			*out = (enum pbvote_type)i;
			return true;
		}
	return false;
}

bool
pbvote_has_points(enum pbvote_type type)
{
	return type == PBVOTE_CUMULATIVE || type == PBVOTE_SCORING;
}

/* One of the cell's points, and *cell behind it and its comma. */
static bool
point_next(const char **cell, int32_t *out)
{
	char text[32];
	size_t size = strcspn(*cell, ",");
	const char *from = *cell;

	*cell += size + ((*cell)[size] == ',');
	while (size > 0 && *from == ' ')
		from++, size--;
	while (size > 0 && from[size - 1] == ' ')
		size--;
	if (size >= sizeof text)
		return false;
	memcpy(text, from, size);
	text[size] = 0;
	return decimal_whole(text, out);
}

/* As many as the vote names projects. NULL, or what is wrong. */
static const char *
points_read(const struct pb_vote *from, int32_t points[PB_CHOICES_MAX])
{
	const char *cell = from->points_cell;
	size_t commas = 0;

	for (const char *at = cell; *at; at++)
		commas += *at == ',';
	if ((*cell ? commas + 1 : 0) != from->count)
		return "not as many points as projects";
	for (size_t i = 0; i < from->count; i++)
		if (!point_next(&cell, &points[i]))
			return "points that are not whole numbers";
	return NULL;
}

static int
by_option(const void *a, const void *b)
{
	const struct ballot_choice *left = a, *right = b;

	return left->option - right->option;
}

static bool
is_taken(const struct pbvote *vote, uint16_t option)
{
	for (size_t i = 0; i < vote->count; i++)
		if (vote->choices[i].option == option)
			return true;
	return false;
}

/* In the order of the file, each with its points, or its place. */
static void
choices_take(const struct pb *pb, const struct pb_vote *from, const int32_t *points,
	     struct pbvote *out)
{
	for (size_t i = 0; i < from->count; i++) {
		uint16_t option = pb->choices[from->first + i];

		if (option == PB_UNKNOWN_PROJECT)
			out->unknown++;
		else if (is_taken(out, option))
			out->repeated++;
		else {
			out->choices[out->count] = (struct ballot_choice){
			    option, points ? points[i] : (int32_t)out->count + 1};
			out->count++;
		}
	}
}

bool
pbvote_read(const struct pb *pb, const struct pb_vote *from, enum pbvote_type type,
	    struct pbvote *out, const char **sentence)
{
	int32_t points[PB_CHOICES_MAX];
	bool given = pbvote_has_points(type);

	out->count = out->unknown = out->repeated = 0;
	out->other_points = false;
	if (given || (type == PBVOTE_ORDINAL && *from->points_cell)) {
		*sentence = points_read(from, points);
		if (*sentence)
			return false;
		for (size_t i = 0; !given && i < from->count; i++)
			out->other_points |= points[i] != (int32_t)(from->count - i);
	}
	choices_take(pb, from, given ? points : NULL, out);
	for (size_t i = 0;
	     i < out->count && (type == PBVOTE_APPROVAL || type == PBVOTE_CHOOSE_1); i++)
		out->choices[i].value = 1;
	qsort(out->choices, out->count, sizeof *out->choices, by_option);
	return true;
}
