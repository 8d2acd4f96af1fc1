#include "tools/tallyctl/outcome_csv.h"

#include <inttypes.h>
#include <stdio.h>

#include "tools/tallyctl/csvcell.h"
#include "tools/tallyctl/money.h"

static void
cost_print(int64_t cost, unsigned units)
{
	printf(",%" PRId64, cost / units);
	if (units > 1)
		printf(".%0*d", money_decimals(units), (int)(cost % units));
}

static void
print_row(const char *contest, const json_t *option, const struct manifest_option *known,
	  const struct outcome_style *style)
{
	csvcell_print(stdout, contest);
	putchar(',');
	csvcell_print(stdout, json_string_value(json_object_get(option, "id")));
	putchar(',');
	if (known != NULL) {
		csvcell_print(stdout, manifest_title_in(&known->titles, style->language));
		cost_print(known->cost, style->units);
	} else {
		putchar(',');
	}
	printf(",%" JSON_INTEGER_FORMAT ",%" JSON_INTEGER_FORMAT "\r\n",
	       json_integer_value(json_object_get(option, "votes")),
	       json_integer_value(json_object_get(option, "score")));
}

void
outcome_csv_print(const json_t *results, const struct manifest *manifest,
		  const struct outcome_style *style)
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
		    id, option, manifest ? &manifest->contests[i].options[j] : NULL, style);
	}
}
