#include "tools/tallyctl/choices.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
takes_points(const struct manifest_contest *contest)
{
	return contest->method == MANIFEST_METHOD_CUMULATIVE ||
	       contest->method == MANIFEST_METHOD_SCORE;
}

/* Cuts ":POINTS" off the option's id. */
static bool
points_read(char *text, int32_t *value, char *sentence)
{
	char *colon = strrchr(text, ':');
	char *end;
	long points;

	if (colon == NULL || colon[1] == '\0' || colon[1] == ' ' || colon[1] == '+') {
		snprintf(sentence, CHOICES_SENTENCE_MAX, "'%.64s' is not OPTION:POINTS", text);
		return false;
	}
	errno = 0;
	points = strtol(colon + 1, &end, 10);
	if (*end != '\0' || errno != 0 || points < INT32_MIN || points > INT32_MAX) {
		snprintf(sentence, CHOICES_SENTENCE_MAX, "'%.64s' is not a number of points",
			 colon + 1);
		return false;
	}
	*colon = '\0';
	*value = (int32_t)points;
	return true;
}

static bool
option_find(const struct manifest_contest *contest, const char *id, uint16_t *out,
	    char *sentence)
{
	for (size_t i = 0; i < contest->options_count; i++)
		if (strcmp(contest->options[i].id, id) == 0) {
			*out = (uint16_t)i;
			return true;
		}
	snprintf(sentence, CHOICES_SENTENCE_MAX, "contest '%s' has no option '%.64s'",
		 contest->id, id);
	return false;
}

static bool
choice_read(const struct manifest_contest *contest, char *item, struct ballot_choice *choice,
	    char *sentence)
{
	char ignored[CHOICES_SENTENCE_MAX];

	if (takes_points(contest))
		return points_read(item, &choice->value, sentence) &&
		       option_find(contest, item, &choice->option, sentence);
	return option_find(contest, item, &choice->option, sentence) ||
	       (points_read(item, &choice->value, ignored) &&
		option_find(contest, item, &choice->option, ignored));
}

static int
by_option(const void *a, const void *b)
{
	const struct ballot_choice *left = a, *right = b;

	return left->option - right->option;
}

/* Sorted, and each option once. */
static bool
order(const struct manifest_contest *contest, struct ballot_choice *choices, size_t count,
      char *sentence)
{
	qsort(choices, count, sizeof *choices, by_option);
	for (size_t i = 1; i < count; i++)
		if (choices[i].option == choices[i - 1].option) {
			snprintf(sentence, CHOICES_SENTENCE_MAX,
				 "contest '%s': option '%s' is there twice", contest->id,
				 contest->options[choices[i].option].id);
			return false;
		}
	return true;
}

bool
choices_read(const struct manifest_contest *contest, char *text, struct ballot_choice *choices,
	     struct cast_contest *out, char *sentence)
{
	bool ranked = contest->method == MANIFEST_METHOD_RANKED;
	char *rest = text;

	*out = (struct cast_contest){.blank = strcmp(text, "blank") == 0, .choices = choices};
	while (!out->blank && rest != NULL && *rest != '\0') {
		struct ballot_choice *choice = &choices[out->count];
		char *item = strsep(&rest, ",");

		if (out->count == choices_max) {
			snprintf(sentence, CHOICES_SENTENCE_MAX,
				 "contest '%s': more than %d choices", contest->id,
				 choices_max);
			return false;
		}
		choice->value = ranked ? (int32_t)out->count + 1 : 1;
		if (!choice_read(contest, item, choice, sentence))
			return false;
		out->count++;
	}
	return order(contest, choices, out->count, sentence);
}
