#include "tools/tallyctl/package.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "campaign/method.h"
#include "tools/lib/complain.h"
#include "tools/lib/wholefile.h"
#include "tools/tallyctl/csvcell.h"
#include "tools/tallyctl/money.h"

struct column {
	const char *name;
	const char *type; /* of Frictionless: string, integer, number, boolean */
	const char *what;
};

struct printing {
	const struct package *package;
	const struct table *table;
	FILE *out;
};

enum {
	COLUMNS_MAX = 15,
};

struct table {
	const char *name;
	const char *title;
	struct column columns[COLUMNS_MAX + 1]; /* ends with one without a name */
	/* The rows of one contest; `known`: NULL without a manifest. */
	void (*rows)(const struct printing *printing, const json_t *contest,
		     const struct manifest_contest *known);
};

static void
cell_print(FILE *out, const json_t *cell)
{
	if (json_is_string(cell))
		csvcell_print(out, json_string_value(cell));
	else if (json_is_integer(cell))
		fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(cell));
	else if (json_is_boolean(cell))
		fputs(json_is_true(cell) ? "true" : "false", out);
}

/* Prints what `row` has of the table's columns, and gives the row back. */
static void
row_print(const struct printing *printing, json_t *row)
{
	const struct column *column = printing->table->columns;

	CHECK(row != NULL);
	for (; column->name != NULL; column++) {
		if (column != printing->table->columns)
			fputc(',', printing->out);
		cell_print(printing->out, json_object_get(row, column->name));
	}
	fputs("\r\n", printing->out);
	json_decref(row);
}

static void
set(json_t *row, const char *name, json_t *value)
{
	CHECK(json_object_set_new(row, name, value) == 0);
}

/* A copy of the object's own members, with the contest's id; `id` is named `as`. */
static json_t *
row_of(const json_t *contest, const json_t *object, const char *as)
{
	json_t *row = json_copy((json_t *)(uintptr_t)object);
	json_t *id = json_object_get(row, "id");

	CHECK(row != NULL);
	if (as != NULL)
		CHECK(json_object_set(row, as, id) == 0);
	CHECK(json_object_set(row, "contest", json_object_get(contest, "id")) == 0);
	return row;
}

static json_t *
money_json(const struct package *package, int64_t amount)
{
	char text[MONEY_TEXT_SIZE];

	money_text(amount, package->units, text);
	return json_string(text);
}

static json_t *
title_json(const struct package *package, const struct manifest_titles *titles)
{
	return json_string(manifest_title_in(titles, package->language));
}

static void
contests_rows(const struct printing *printing, const json_t *contest,
	      const struct manifest_contest *known)
{
	json_t *row = row_of(contest, contest, NULL);

	if (known != NULL) {
		set(row, "title", title_json(printing->package, &known->titles));
		set(row, "method", json_string(method_of(known->method)->name));
	}
	row_print(printing, row);
}

/* The option's place among the winners, from 1; 0: it is none. */
static size_t
winner_place(const json_t *contest, const json_t *option)
{
	const json_t *winners = json_object_get(contest, "winners");
	const json_t *id = json_object_get(option, "id");

	for (size_t i = 0; i < json_array_size(winners); i++) {
		if (json_equal(json_array_get(winners, i), id))
			return i + 1;
	}
	return 0;
}

static void
options_rows(const struct printing *printing, const json_t *contest,
	     const struct manifest_contest *known)
{
	const json_t *option;
	size_t i;

	json_array_foreach(json_object_get(contest, "options"), i, option)
	{
		json_t *row = row_of(contest, option, "option");
		size_t place = winner_place(contest, option);

		if (known != NULL) {
			const struct manifest_option *of = &known->options[i];

			set(row, "title", title_json(printing->package, &of->titles));
			set(row, "cost", money_json(printing->package, of->cost));
			if (of->category != NULL)
				set(row, "category", json_string(of->category));
			if (of->zone != NULL)
				set(row, "zone", json_string(of->zone));
		}
		if (place > 0)
			set(row, "winner", json_integer((json_int_t)place));
		row_print(printing, row);
	}
}

static void
districts_rows(const struct printing *printing, const json_t *contest,
	       const struct manifest_contest *known)
{
	const json_t *option;
	size_t i;

	(void)known;
	json_array_foreach(json_object_get(contest, "options"), i, option)
	{
		const json_t *cell;
		size_t j;

		json_array_foreach(json_object_get(option, "districts"), j, cell)
		{
			json_t *row = row_of(contest, cell, "district");

			CHECK(json_object_set(row, "option", json_object_get(option, "id")) ==
			      0);
			row_print(printing, row);
		}
	}
}

/* Totals of the same contest's papers. */
static void
paper_rows(const struct printing *printing, const json_t *contest,
	   const struct manifest_contest *known)
{
	const json_t *paper = json_object_get(printing->package->results, "paper");
	const json_t *of;
	size_t i;

	(void)known;
	json_array_foreach(json_object_get(paper, "contests"), i, of)
	{
		const json_t *option;
		size_t j;

		if (!json_equal(json_object_get(of, "id"), json_object_get(contest, "id")))
			continue;
		json_array_foreach(json_object_get(of, "options"), j, option)
		    row_print(printing, row_of(contest, option, "option"));
	}
}

static void
positions_rows(const struct printing *printing, const json_t *contest,
	       const struct manifest_contest *known)
{
	const json_t *option;
	size_t i;

	(void)known;
	json_array_foreach(json_object_get(contest, "options"), i, option)
	{
		const json_t *votes;
		size_t j;

		json_array_foreach(json_object_get(option, "positions"), j, votes)
		    row_print(printing, json_pack("{s:O, s:O, s:i, s:O}", "contest",
						  json_object_get(contest, "id"), "option",
						  json_object_get(option, "id"), "position",
						  (int)j + 1, "votes", votes));
	}
}

static void
pairs_rows(const struct printing *printing, const json_t *contest,
	   const struct manifest_contest *known)
{
	const json_t *options = json_object_get(contest, "options");
	const json_t *row;
	size_t a;

	(void)known;
	json_array_foreach(json_object_get(contest, "pairs"), a, row)
	{
		const json_t *option = json_object_get(json_array_get(options, a), "id");
		const json_t *ballots;
		size_t b;

		json_array_foreach(row, b, ballots)
		{
			if (a == b)
				continue;
			row_print(printing,
				  json_pack("{s:O, s:O, s:O, s:O}", "contest",
					    json_object_get(contest, "id"), "option", option,
					    "other",
					    json_object_get(json_array_get(options, b), "id"),
					    "ballots", ballots));
		}
	}
}

static void
winners_rows(const struct printing *printing, const json_t *contest,
	     const struct manifest_contest *known)
{
	const json_t *winner;
	size_t i;

	(void)known;
	json_array_foreach(json_object_get(contest, "winners"), i, winner) row_print(
	    printing, json_pack("{s:O, s:i, s:O}", "contest", json_object_get(contest, "id"),
				"place", (int)i + 1, "option", winner));
}

static void
trace_rows(const struct printing *printing, const json_t *contest,
	   const struct manifest_contest *known)
{
	static const char *const amounts[] = {"cost", "left", "money"};
	const json_t *step;
	size_t i;

	(void)known;
	json_array_foreach(json_object_get(contest, "trace"), i, step)
	{
		json_t *row = row_of(contest, step, NULL);

		set(row, "step", json_integer((json_int_t)i + 1));
		for (size_t j = 0; j < sizeof amounts / sizeof *amounts; j++) {
			const json_t *amount = json_object_get(step, amounts[j]);

			if (amount != NULL)
				set(row, amounts[j],
				    money_json(printing->package, json_integer_value(amount)));
		}
		row_print(printing, row);
	}
}

#define CONTEST \
	{ \
		"contest", "string", "id of the contest" \
	}
#define OPTION \
	{ \
		"option", "string", "id of the option" \
	}
#define VOTES \
	{ \
		"votes", "integer", "counted ballots that name it" \
	}
#define SCORE \
	{ \
		"score", "integer", \
		    "sum of points; of rankings 1 for the last one named, and so on" \
	}

static const struct table tables[] = {
    {"contests",
     "Contests",
     {CONTEST,
      {"title", "string", "its title"},
      {"method", "string",
       "how is voted: single, approval, knapsack, cumulative, score, ranked"},
      {"outcome", "string", "id of the rule that decides"},
      {"ballots", "integer", "counted ballots with a choice in it"},
      {"blank", "integer", "counted blank ballots"},
      {"abstained", "integer", "counted ballots without a choice in it"}},
     contests_rows},
    {"options",
     "Votes for every option",
     {CONTEST,
      OPTION,
      {"title", "string", "its title"},
      {"cost", "number", "what it costs"},
      VOTES,
      SCORE,
      {"category", "string", "its category"},
      {"zone", "string", "where its money belongs"},
      {"withdrawn", "boolean", "true if it was withdrawn"},
      {"winner", "integer", "its place among the winners"}},
     options_rows},
    {"districts",
     "Votes for every option by district",
     {CONTEST,
      OPTION,
      {"district", "string", "id of the voters' district"},
      VOTES,
      SCORE,
      {"first", "integer", "ballots that rank it first"}},
     districts_rows},
    {"positions",
     "Ranks of every option",
     {CONTEST,
      OPTION,
      {"position", "integer", "rank, 1 is the best"},
      {"votes", "integer", "ballots that give it that rank"}},
     positions_rows},
    {"pairs",
     "Every two options of a ranked contest",
     {CONTEST,
      OPTION,
      {"other", "string", "id of another option"},
      {"ballots", "integer", "ballots that prefer the option to the other"}},
     pairs_rows},
    {"paper",
     "Votes on sheets of paper totals, counted apart",
     {CONTEST, OPTION, VOTES, SCORE},
     paper_rows},
    {"winners",
     "Who has won",
     {CONTEST, {"place", "integer", "order in which they won"}, OPTION},
     winners_rows},
    {"trace",
     "By which steps",
     {CONTEST,
      {"step", "integer", "number of the step"},
      {"act", "string", "what happened to the option"},
      {"pool", "string", "id of the budget it is paid from"},
      {"round", "integer", "number of the round"},
      OPTION,
      {"other", "string", "id of the option it is compared with"},
      {"strength", "integer", "votes or points that the rule orders by"},
      {"other_strength", "integer", "those of the other option"},
      {"cost", "number", "what it costs"},
      {"left", "number", "what is left in the budget behind the step"},
      {"money", "number", "what was added from outside the budget"},
      {"figure", "string", "an exact number of the rule, as a fraction"},
      {"tie", "boolean", "true if equal in all but the tie order"},
      {"tie_mattered", "boolean", "true if another tie order had another winner"}},
     trace_rows},
};

#undef CONTEST
#undef OPTION
#undef VOTES
#undef SCORE

static void
table_print(const struct package *package, const struct table *table, FILE *out)
{
	const struct printing printing = {package, table, out};
	const json_t *contest;
	size_t i;

	for (const struct column *column = table->columns; column->name != NULL; column++)
		fprintf(out, "%s%s", column == table->columns ? "" : ",", column->name);
	fputs("\r\n", out);
	json_array_foreach(json_object_get(package->results, "contests"), i, contest)
	    table->rows(&printing, contest,
			package->manifest == NULL ? NULL : &package->manifest->contests[i]);
}

static json_t *
fields_json(const struct table *table)
{
	json_t *fields = json_array();

	for (const struct column *column = table->columns; column->name != NULL; column++)
		json_array_append_new(fields,
				      json_pack("{s:s, s:s, s:s}", "name", column->name, "type",
						column->type, "description", column->what));
	return fields;
}

static json_t *
resource_json(const struct table *table)
{
	char path[64];

	snprintf(path, sizeof path, "%s.csv", table->name);
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:{s:s, s:s, s:b, s:b}, s:{s:o}}",
			 "name", table->name, "path", path, "title", table->title, "profile",
			 "tabular-data-resource", "format", "csv", "mediatype", "text/csv",
			 "encoding", "utf-8", "dialect", "delimiter", ",", "lineTerminator",
			 "\r\n", "doubleQuote", 1, "header", 1, "schema", "fields",
			 fields_json(table));
}

/* The name is the campaign's id: portals want one of lower-case letters and digits. */
static json_t *
description_json(const struct package *package)
{
	json_t *id = json_object_get(package->results, "campaign");
	json_t *resources = json_array();
	json_t *description;

	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		json_array_append_new(resources, resource_json(&tables[i]));
	description = json_pack(
	    "{s:s, s:s+, s:s, s:O, s:O, s:o}", "profile", "tabular-data-package", "name",
	    "tally-", json_string_value(id), "title", "Results", "campaign", id, "index",
	    json_object_get(package->results, "index"), "resources", resources);
	CHECK(description != NULL);
	if (package->manifest != NULL)
		set(description, "title", title_json(package, &package->manifest->titles));
	return description;
}

static enum tally_exit
file_write(const char *folder, const char *name, const char *suffix, char *text, size_t size)
{
	char path[4096];
	enum tally_exit code = TALLY_EXIT_USAGE;

	if ((size_t)snprintf(path, sizeof path, "%s/%s%s", folder, name, suffix) < sizeof path)
		code = wholefile_write(path, bytes_make(text, size));
	else
		complain("%s: the name is too long", folder);
	free(text);
	return code;
}

static enum tally_exit
table_write(const struct package *package, const struct table *table, const char *folder)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	CHECK(out != NULL);
	table_print(package, table, out);
	CHECK(fclose(out) == 0);
	return file_write(folder, table->name, ".csv", text, size);
}

enum tally_exit
package_write(const struct package *package, const char *path)
{
	json_t *description = description_json(package);
	char *text = json_dumps(description, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	enum tally_exit code;

	CHECK(text != NULL);
	json_decref(description);
	if (mkdir(path, 0755) < 0 && errno != EEXIST) {
		complain("making %s: %s", path, strerror(errno));
		free(text);
		return TALLY_EXIT_WORLD;
	}
	code = file_write(path, "datapackage", ".json", text, strlen(text));
	for (size_t i = 0; i < sizeof tables / sizeof *tables && code == TALLY_EXIT_FINE; i++)
		code = table_write(package, &tables[i], path);
	return code;
}
