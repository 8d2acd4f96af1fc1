#include "tools/tallyctl/pb.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "tools/tallyctl/csv.h"
#include "tools/tallyctl/decimal.h"
#include "tools/tallyctl/pbwords.h"

enum section {
	SECTION_NONE,
	SECTION_META,
	SECTION_PROJECTS,
	SECTION_VOTES,
	SECTIONS_COUNT,
};

static const char *const section_names[SECTIONS_COUNT] = {"", "META", "PROJECTS", "VOTES"};

enum column {
	COLUMN_PROJECT_ID,
	COLUMN_COST,
	COLUMN_NAME,
	COLUMN_CATEGORY,
	COLUMN_NEIGHBORHOOD,
	COLUMN_VOTES,
	COLUMN_SCORE,
	COLUMN_SELECTED,
	COLUMN_VOTER_ID,
	COLUMN_VOTE,
	COLUMN_POINTS,
	COLUMNS_COUNT,
};

static const char *const column_names[COLUMNS_COUNT] = {
    "project_id", "cost",     "name",     "category", "neighborhood", "votes",
    "score",      "selected", "voter_id", "vote",     "points"};

/* What the parser carries from record to record. */
struct parse {
	struct pb *pb;
	struct pb_fault *fault;
	enum section section;
	bool header_seen;
	size_t header_count;
	int columns[COLUMNS_COUNT]; /* field of the record, or -1 */
	struct csv_record record;
	const struct pb_project **by_id;
	size_t meta_capacity, projects_capacity, votes_capacity;
	size_t choices_count, choices_capacity;
};

static bool __attribute__((format(printf, 3, 4)))
fault_set(struct parse *parse, size_t line, const char *format, ...)
{
	va_list arguments;

	parse->fault->line = line;
	va_start(arguments, format);
	vsnprintf(parse->fault->sentence, sizeof parse->fault->sentence, format, arguments);
	va_end(arguments);
	return false;
}

/* A place for one more element of `size` bytes after `count`. */
static void *
more(void *memory, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return memory;
	*capacity = *capacity ? 2 * *capacity : 64;
	memory = reallocarray(memory, *capacity, size);
	CHECK(memory);
	return memory;
}

static char *
trimmed(char *text)
{
	size_t size;

	text += strspn(text, " \t\r");
	size = strlen(text);
	while (size && strchr(" \t\r", text[size - 1]))
		text[--size] = 0;
	return text;
}

static enum section
section_named(const struct csv_record *record)
{
	if (record->count != 1)
		return SECTION_NONE;
	for (int i = SECTION_META; i < SECTIONS_COUNT; i++)
		if (strcasecmp(trimmed(record->fields[0]), section_names[i]) == 0)
			return (enum section)i;
	return SECTION_NONE;
}

static int
by_id_order(const void *a, const void *b)
{
	const struct pb_project *const *left = a;
	const struct pb_project *const *right = b;

	return strcmp((*left)->id, (*right)->id);
}

/* Sorts the projects by id for the votes to come. */
static bool
projects_close(struct parse *parse)
{
	struct pb *pb = parse->pb;

	if (!pb->projects_count)
		return fault_set(parse, parse->record.line, "PROJECTS has no rows");
	parse->by_id = calloc(pb->projects_count, sizeof *parse->by_id);
	CHECK(parse->by_id);
	for (size_t i = 0; i < pb->projects_count; i++)
		parse->by_id[i] = &pb->projects[i];
	qsort(parse->by_id, pb->projects_count, sizeof *parse->by_id, by_id_order);
	for (size_t i = 1; i < pb->projects_count; i++)
		if (strcmp(parse->by_id[i - 1]->id, parse->by_id[i]->id) == 0)
			return fault_set(parse, parse->by_id[i]->line,
					 "project_id %.64s is there twice",
					 parse->by_id[i]->id);
	return true;
}

static bool
section_begin(struct parse *parse, enum section section)
{
	if ((int)section != (int)parse->section + 1)
		return fault_set(parse, parse->record.line,
				 "%s out of place: the order is META, PROJECTS, VOTES",
				 section_names[section]);
	parse->section = section;
	parse->header_seen = false;
	return section != SECTION_VOTES || projects_close(parse);
}

/* One more name that the format does not have. */
static void
unknown_name(struct pb_oddities *oddities, const char *name, size_t *count)
{
	size_t size = strlen(oddities->unknown_names);

	++*count;
	snprintf(oddities->unknown_names + size, sizeof oddities->unknown_names - size,
		 "%s%.40s", size ? ", " : "", name);
}

static bool
header_take(struct parse *parse)
{
	struct csv_record *record = &parse->record;
	const int needed[2] = {parse->section == SECTION_VOTES ? COLUMN_VOTER_ID
							       : COLUMN_PROJECT_ID,
			       parse->section == SECTION_VOTES ? COLUMN_VOTE : COLUMN_COST};

	parse->header_seen = true;
	parse->header_count = record->count;
	for (int column = 0; column < COLUMNS_COUNT; column++) {
		parse->columns[column] = -1;
		for (size_t i = record->count; i-- > 0;)
			if (strcasecmp(trimmed(record->fields[i]), column_names[column]) == 0)
				parse->columns[column] = (int)i;
	}
	for (size_t i = 0; i < record->count; i++)
		if (!pbwords_column(trimmed(record->fields[i]),
				    parse->section == SECTION_VOTES))
			unknown_name(&parse->pb->oddities, trimmed(record->fields[i]),
				     &parse->pb->oddities.unknown_columns);
	for (int i = 0; i < 2; i++)
		if (parse->columns[needed[i]] < 0)
			return fault_set(parse, record->line, "%s has no column %s",
					 section_names[parse->section],
					 column_names[needed[i]]);
	return true;
}

/* A cell of the record; "" where the row is short or the column absent. */
static char *
cell(struct parse *parse, enum column column)
{
	static char nothing[1];
	int at = parse->columns[column];

	return at >= 0 && (size_t)at < parse->record.count ? trimmed(parse->record.fields[at])
							   : nothing;
}

static bool
meta_take(struct parse *parse)
{
	struct csv_record *record = &parse->record;
	struct pb *pb = parse->pb;
	char *key = trimmed(record->fields[0]);

	if (!parse->header_seen) {
		parse->header_seen = true;
		if (strcasecmp(key, "key") == 0)
			return true;
	}
	if (!pbwords_meta(key))
		unknown_name(&pb->oddities, key, &pb->oddities.unknown_keys);
	pb->meta = more(pb->meta, pb->meta_count, &parse->meta_capacity, sizeof *pb->meta);
	pb->meta[pb->meta_count++] = (struct pb_meta){
	    .key = key,
	    .value = record->count > 1 ? trimmed(record->fields[1]) : key + strlen(key)};
	return true;
}

/* Fields past the header mean a `;` that nobody quoted: which cell it belongs to is a guess. */
static bool
row_fits(struct parse *parse)
{
	for (size_t i = parse->header_count; i < parse->record.count; i++)
		if (*trimmed(parse->record.fields[i]))
			return fault_set(parse, parse->record.line,
					 "%zu fields where the header has %zu",
					 parse->record.count, parse->header_count);
	return true;
}

/* Minor units are hundredths, where whole units are not enough. */
static void
places_raise(struct pb *pb, unsigned places)
{
	unsigned wanted = places > 0 && places < 2 ? 2 : places;

	if (wanted > pb->places)
		pb->places = wanted;
}

static bool
project_take(struct parse *parse)
{
	struct pb *pb = parse->pb;
	struct pb_project project = {.id = cell(parse, COLUMN_PROJECT_ID),
				     .name = cell(parse, COLUMN_NAME),
				     .category = cell(parse, COLUMN_CATEGORY),
				     .neighborhood = cell(parse, COLUMN_NEIGHBORHOOD),
				     .cost_cell = cell(parse, COLUMN_COST),
				     .votes_cell = cell(parse, COLUMN_VOTES),
				     .score_cell = cell(parse, COLUMN_SCORE),
				     .selected_cell = cell(parse, COLUMN_SELECTED),
				     .line = parse->record.line};
	unsigned places;

	if (!*project.id)
		return fault_set(parse, project.line, "a project without project_id");
	if (!decimal_places(project.cost_cell, &places))
		return fault_set(parse, project.line, "cost \"%.40s\" is not a number",
				 project.cost_cell);
	places_raise(pb, places);
	if (pb->projects_count == PB_PROJECTS_MAX)
		return fault_set(parse, project.line, "more than %d projects", PB_PROJECTS_MAX);
	pb->projects = more(pb->projects, pb->projects_count, &parse->projects_capacity,
			    sizeof *pb->projects);
	pb->projects[pb->projects_count++] = project;
	return true;
}

static uint16_t
project_find(const struct parse *parse, const char *id)
{
	const struct pb_project wanted = {.id = id};
	const struct pb_project *key = &wanted;
	const struct pb_project **found = bsearch(&key, parse->by_id, parse->pb->projects_count,
						  sizeof *parse->by_id, by_id_order);

	return found ? (uint16_t)(*found - parse->pb->projects) : (uint16_t)PB_UNKNOWN_PROJECT;
}

static bool
choices_take(struct parse *parse, struct pb_vote *vote, char *list)
{
	struct pb *pb = parse->pb;

	vote->first = parse->choices_count;
	while (list && *list) {
		char *id = strsep(&list, ",");

		if (vote->count == PB_CHOICES_MAX)
			return fault_set(parse, vote->line, "a vote of more than %d projects",
					 PB_CHOICES_MAX);
		pb->choices = more(pb->choices, parse->choices_count, &parse->choices_capacity,
				   sizeof *pb->choices);
		pb->choices[parse->choices_count++] = project_find(parse, trimmed(id));
		vote->count++;
	}
	return true;
}

static bool
vote_take(struct parse *parse)
{
	struct pb *pb = parse->pb;
	struct pb_vote vote = {.voter_id = cell(parse, COLUMN_VOTER_ID),
			       .points_cell = cell(parse, COLUMN_POINTS),
			       .line = parse->record.line};

	if (!*vote.voter_id)
		return fault_set(parse, vote.line, "a vote without voter_id");
	if (!choices_take(parse, &vote, cell(parse, COLUMN_VOTE)))
		return false;
	pb->votes = more(pb->votes, pb->votes_count, &parse->votes_capacity, sizeof *pb->votes);
	pb->votes[pb->votes_count++] = vote;
	return true;
}

static bool
record_take(struct parse *parse)
{
	enum section begins = section_named(&parse->record);

	if (begins != SECTION_NONE)
		return section_begin(parse, begins);
	if (parse->section == SECTION_NONE)
		return fault_set(parse, parse->record.line, "a .pb file begins with META");
	if (parse->section == SECTION_META)
		return meta_take(parse);
	if (!parse->header_seen)
		return header_take(parse);
	if (!row_fits(parse))
		return false;
	return parse->section == SECTION_PROJECTS ? project_take(parse) : vote_take(parse);
}

static bool
records_take(struct parse *parse, struct csv *csv)
{
	const char *sentence;

	for (;;) {
		switch (csv_next(csv, &parse->record, &sentence)) {
		case CSV_RECORD:
			if (!record_take(parse))
				return false;
			break;
		case CSV_FAULT:
			return fault_set(parse, parse->record.line, "%s", sentence);
		case CSV_END:
			if (parse->section == SECTION_VOTES && parse->header_seen)
				return true;
			return fault_set(parse, parse->record.line,
					 "the file ends before its VOTES");
		}
	}
}

/* Once it is known how many decimals money has. */
static bool
costs_scale(struct parse *parse)
{
	static const char *const sums[] = {"budget", "max_sum_cost"};
	struct pb *pb = parse->pb;
	unsigned places;

	for (size_t i = 0; i < 2; i++) {
		const char *sum = pb_meta(pb, sums[i]);

		if (sum && decimal_places(sum, &places))
			places_raise(pb, places);
	}
	for (size_t i = 0; i < pb->projects_count; i++) {
		struct pb_project *project = &pb->projects[i];

		if (!pb_money(pb, project->cost_cell, &project->cost))
			return fault_set(parse, project->line, "cost \"%.40s\" is too large",
					 project->cost_cell);
	}
	return true;
}

static void
oddities_take(const struct csv *csv, struct pb_oddities *oddities)
{
	oddities->marked = csv->marked;
	oddities->cut = csv->cut;
	oddities->lines_lf = csv->lines_lf;
	oddities->lines_crlf = csv->lines_crlf;
	oddities->blank_lines = csv->blank;
	oddities->loose_quotes = csv->loose;
}

struct pb *
pb_parse(const char *text, size_t size, struct pb_fault *fault)
{
	struct pb *pb = calloc(1, sizeof *pb);
	struct parse parse = {.pb = pb, .fault = fault};
	struct csv csv;
	bool fine;

	CHECK(pb);
	pb->text = malloc(size + 1);
	CHECK(pb->text);
	memcpy(pb->text, text, size);
	csv = csv_make(pb->text, size);
	fine = records_take(&parse, &csv) && costs_scale(&parse);
	oddities_take(&csv, &pb->oddities);
	free(parse.by_id);
	if (fine)
		return pb;
	pb_free(pb);
	return NULL;
}

void
pb_free(struct pb *pb)
{
	if (!pb)
		return;
	free(pb->choices);
	free(pb->votes);
	free(pb->projects);
	free(pb->meta);
	free(pb->text);
	free(pb);
}

const char *
pb_meta(const struct pb *pb, const char *key)
{
	for (size_t i = 0; i < pb->meta_count; i++)
		if (strcasecmp(pb->meta[i].key, key) == 0)
			return pb->meta[i].value;
	return NULL;
}

bool
pb_money(const struct pb *pb, const char *text, int64_t *out)
{
	return decimal_scaled(text, pb->places, out);
}

bool
pb_withdrawn(const struct pb *pb, const struct pb_project *project)
{
	int64_t cost;

	return pb_money(pb, PB_WITHDRAWN_COST, &cost) && project->cost == cost;
}
