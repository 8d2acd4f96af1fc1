#include "tools/tallyctl/statement.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tools/lib/complain.h"
#include "tools/lib/http.h"
#include "tools/lib/seal.h"
#include "tools/tallyctl/outcome_table.h"

typedef bool
judge(const json_t *object);

/* True if `object`'s member is an array, each element of which the judge takes. */
static bool
each(const json_t *object, const char *name, judge *takes)
{
	const json_t *array = json_object_get(object, name);
	const json_t *element;
	size_t i;

	json_array_foreach(array, i, element)
	{
		if (!takes(element))
			return false;
	}
	return json_is_array(array);
}

static bool
has_text(const json_t *object, const char *name)
{
	return json_is_string(json_object_get(object, name));
}

/* Nothing that a terminal would obey. */
static bool
has_id(const json_t *object)
{
	return has_text(object, "id") && text_identifier(bytes_of_string(
					     json_string_value(json_object_get(object, "id"))));
}

static bool
has_count(const json_t *object, const char *name)
{
	const json_t *count = json_object_get(object, name);

	return json_is_integer(count) && json_integer_value(count) >= 0;
}

static bool
is_district(const json_t *object)
{
	return has_id(object) && has_count(object, "ballots");
}

static bool
is_hidden_district(const json_t *object)
{
	return has_id(object) && (has_count(object, "turnout") ||
				  json_is_null(json_object_get(object, "turnout")));
}

static bool
is_option(const json_t *object)
{
	return has_id(object) && has_count(object, "votes") &&
	       json_is_integer(json_object_get(object, "score"));
}

static bool
is_word(const json_t *element)
{
	return json_is_string(element) &&
	       text_identifier(bytes_of_string(json_string_value(element)));
}

/* null: the rule reads ballots, which a statement of counts does not. */
static bool
has_winners(const json_t *object)
{
	return json_is_null(json_object_get(object, "winners")) ||
	       each(object, "winners", is_word);
}

static bool
is_contest(const json_t *object)
{
	return has_id(object) && has_count(object, "ballots") && has_count(object, "blank") &&
	       has_count(object, "abstained") && each(object, "options", is_option) &&
	       has_winners(object) && is_word(json_object_get(object, "outcome"));
}

static bool
is_paper_contest(const json_t *object)
{
	return has_id(object) && has_count(object, "ballots") && has_count(object, "blank") &&
	       has_count(object, "abstained") && each(object, "options", is_option);
}

/* NULL: there are no sheets. */
static bool
is_paper(const json_t *object)
{
	return object == NULL || (has_count(object, "sheets") && has_count(object, "papers") &&
				  each(object, "contests", is_paper_contest));
}

static bool
is_statement(const json_t *object)
{
	if (!has_text(object, "campaign") ||
	    !json_is_boolean(json_object_get(object, "test")) || !has_count(object, "index") ||
	    !has_text(object, "phase") || !has_text(object, "checkpoint"))
		return false;
	if (statement_sealed(object))
		return has_count(object, "turnout") &&
		       each(object, "districts", is_hidden_district);
	return has_count(object, "ballots") && has_count(object, "replaced") &&
	       has_count(object, "voided") && has_count(object, "in_tree") &&
	       each(object, "districts", is_district) && each(object, "contests", is_contest) &&
	       is_paper(json_object_get(object, "paper"));
}

json_t *
statement_parse(struct bytes text, const char **why)
{
	json_error_t error;
	json_t *object =
	    json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &error);

	*why = "it is not JSON";
	if (object == NULL)
		return NULL;
	*why = "it has not the members that results have";
	if (is_statement(object)) {
		*why = statement_sealed(object) ? seal_breach(text) : NULL;
		if (*why == NULL)
			return object;
	}
	json_decref(object);
	return NULL;
}

enum tally_exit
statement_fetch(const char *url, json_t **out)
{
	struct http_patience patience = http_patience_usual();
	struct http *http;
	struct trouble trouble;
	uint8_t *data = NULL;
	size_t capacity = 0;
	size_t size = 0;
	bool found = false;
	const char *why = "there is none: nothing is published yet";
	enum tally_exit code = http_open(&http, url, &patience, &trouble);

	*out = NULL;
	if (code == TALLY_EXIT_FINE)
		code = http_get(http, "results", STATEMENT_SIZE_MAX, &data, &capacity, &size,
				&found, &trouble);
	if (code != TALLY_EXIT_FINE)
		complain("%s", trouble.sentence);
	else if (found)
		*out = statement_parse(bytes_make(data, size), &why);
	if (code == TALLY_EXIT_FINE && *out == NULL) {
		complain("%s/results: %s", url, why);
		code = TALLY_EXIT_FAILED;
	}
	http_close(http);
	free(data);
	return code;
}

bool
statement_sealed(const json_t *statement)
{
	return json_is_true(json_object_get(statement, "sealed"));
}

static uint64_t
count_of(const json_t *object, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(object, name));
}

static const char *
id_of(const json_t *object)
{
	return json_string_value(json_object_get(object, "id"));
}

/* Most votes first; equal ones keep their order. */
static int
by_votes(const void *a, const void *b)
{
	const json_t *left = *(json_t *const *)a, *right = *(json_t *const *)b;
	uint64_t more = count_of(left, "votes"), less = count_of(right, "votes");

	return more == less ? 0 : more < less ? 1 : -1;
}

static void
print_winners(const json_t *contest)
{
	const char *rule = json_string_value(json_object_get(contest, "outcome"));
	const json_t *winners = json_object_get(contest, "winners");
	const json_t *winner;
	size_t i;

	if (strcmp(rule, "none") == 0)
		return;
	printf("\n  Outcome by %s\n  Winners, in order:", rule);
	json_array_foreach(winners, i, winner) printf(" %s", json_string_value(winner));
	if (json_is_null(winners))
		printf(" the server does not say; tallyctl results --log reads them in the "
		       "ballots");
	else if (json_array_size(winners) == 0)
		printf(" nobody");
	printf("\n");
}

static void
print_contest(const json_t *contest)
{
	const json_t *options = json_object_get(contest, "options");
	size_t count = json_array_size(options);
	const json_t **sorted = calloc(count + 1, sizeof *sorted);
	char text[OUTCOME_AMOUNT_MAX];

	CHECK(sorted);
	for (size_t i = 0; i < count; i++)
		sorted[i] = json_array_get(options, i);
	qsort(sorted, count, sizeof *sorted, by_votes);
	printf("\n== %s ==\n  %12s\n", id_of(contest), "votes");
	for (size_t i = 0; i < count; i++)
		printf("  %12s  %s\n", outcome_count_text(count_of(sorted[i], "votes"), text),
		       id_of(sorted[i]));
	printf("\n  %s ballots with a choice,",
	       outcome_count_text(count_of(contest, "ballots"), text));
	printf(" %s blank,", outcome_count_text(count_of(contest, "blank"), text));
	printf(" %s abstained\n", outcome_count_text(count_of(contest, "abstained"), text));
	free(sorted);
	print_winners(contest);
}

static void
print_paper(const json_t *paper)
{
	const json_t *contest, *option;
	char text[OUTCOME_AMOUNT_MAX];
	size_t i, j;

	printf("\nOn paper, counted apart: %s sheets,",
	       outcome_count_text(count_of(paper, "sheets"), text));
	printf(" %s papers; they decide as well where the outcome says \"sheets\"\n",
	       outcome_count_text(count_of(paper, "papers"), text));
	json_array_foreach(json_object_get(paper, "contests"), i, contest)
	{
		printf("\n  %s:\n", id_of(contest));
		json_array_foreach(json_object_get(contest, "options"), j, option)
		{
			if (count_of(option, "votes") > 0)
				printf("  %12s  %s\n",
				       outcome_count_text(count_of(option, "votes"), text),
				       id_of(option));
		}
	}
}

static void
print_live(const json_t *statement)
{
	const json_t *paper = json_object_get(statement, "paper");
	const json_t *contest;
	char text[OUTCOME_AMOUNT_MAX];
	size_t i;

	json_array_foreach(json_object_get(statement, "contests"), i, contest)
	    print_contest(contest);
	printf("\nBallots: %s counted,",
	       outcome_count_text(count_of(statement, "ballots"), text));
	printf(" %s replaced,", outcome_count_text(count_of(statement, "replaced"), text));
	printf(" %s voided\n", outcome_count_text(count_of(statement, "voided"), text));
	if (paper != NULL)
		print_paper(paper);
}

static void
print_turnout(const json_t *statement)
{
	const json_t *district;
	char text[OUTCOME_AMOUNT_MAX];
	size_t i;

	printf("Results are sealed until the authority unseals them.\n");
	printf("\nTurnout: %s ballots counted\n",
	       outcome_count_text(count_of(statement, "turnout"), text));
	json_array_foreach(json_object_get(statement, "districts"), i, district)
	{
		bool hidden = json_is_null(json_object_get(district, "turnout"));

		printf("  %12s  %s\n",
		       hidden ? "(not shown)"
			      : outcome_count_text(count_of(district, "turnout"), text),
		       id_of(district));
	}
}

void
statement_print(const json_t *statement)
{
	const char *phase = json_string_value(json_object_get(statement, "phase"));
	char text[OUTCOME_AMOUNT_MAX];

	if (json_is_true(json_object_get(statement, "test")))
		printf("A test campaign.\n");
	printf(strcmp(phase, "closed") == 0 ? "Voting is closed.\n"
					    : "Voting is not closed: not the final result.\n");
	if (statement_sealed(statement))
		print_turnout(statement);
	else
		print_live(statement);
	printf(
	    "\nAs the server states it of a log of %s entries; tally-verify counts again%s.\n",
	    outcome_count_text(count_of(statement, "index"), text),
	    statement_sealed(statement) ? " once they are unsealed" : "");
}
