#include "tools/tallyctl/outcome_csv.h"

#include <stdio.h>

#include "tools/tallyctl/csvcell.h"

static void
print_row(const char *contest, const json_t *option, const struct manifest_option *known,
	  const char *language)
{
	csvcell_print(stdout, contest);
	putchar(',');
	csvcell_print(stdout, json_string_value(json_object_get(option, "id")));
	putchar(',');
	if (known != NULL) {
		csvcell_print(stdout, manifest_title_in(&known->titles, language));
		printf(",%lld.%02d", (long long)(known->cost / 100), (int)(known->cost % 100));
	} else {
		putchar(',');
	}
	printf(",%" JSON_INTEGER_FORMAT ",%" JSON_INTEGER_FORMAT "\r\n",
	       json_integer_value(json_object_get(option, "votes")),
	       json_integer_value(json_object_get(option, "score")));
}

void
outcome_csv_print(const json_t *results, const struct manifest *manifest, const char *language)
{
	const json_t *contests = json_object_get(results, "contests");
	const json_t *contest;
	size_t i;

	printf("contest,option,title,cost,votes,score\r\n");
	json_array_foreach(contests, i, contest)
	{
		const char *id = json_string_value(json_object_get(contest, "id"));
		const json_t *option;
		size_t j;

		json_array_foreach(json_object_get(contest, "options"), j, option) print_row(
		    id, option, manifest ? &manifest->contests[i].options[j] : NULL, language);
	}
}
