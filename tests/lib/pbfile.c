#include "tests/lib/pbfile.h"

#include <strings.h>

#include "tests/lib/test.h"
#include "tools/tallyctl/csv.h"

enum {
	ballot_projects_max = 256,
	ballots_max = 120000,
};

struct table {
	struct csv csv;
	struct csv_record head;
	struct csv_record row;
};

/* The next row; false at the end of the section. */
static bool
next_row(struct table *table)
{
	const char *sentence = NULL;
	enum csv_result result = csv_next(&table->csv, &table->row, &sentence);

	assert_int_not_equal(result, CSV_FAULT);
	return result == CSV_RECORD && table->row.count > 1;
}

/* The cell in the column of that name; NULL where there is no such column. */
static char *
cell(const struct table *table, const char *name)
{
	for (size_t i = 0; i < table->head.count && i < table->row.count; i++)
		if (strcasecmp(table->head.fields[i], name) == 0)
			return table->row.fields[i];
	return NULL;
}

/* A number without a fraction finer than the file's unit. */
static int64_t
money(const struct pbfile *file, const char *text)
{
	char *end;
	int64_t whole = strtoll(text, &end, 10) * file->unit;
	int64_t part = file->unit;

	if (*end == '.')
		for (end++; *end >= '0' && *end <= '9'; end++) {
			part /= 10;
			assert_true(part > 0 || *end == '0');
			whole += part * (*end - '0');
		}
	assert_true(*end == 0 || *end == '\r');
	return whole;
}

static bool
has_fraction(const char *text)
{
	const char *point = text ? strchr(text, '.') : NULL;

	return point && strspn(point + 1, "0") != strlen(point + 1);
}

static void
read_meta(struct pbfile *file, struct table *table, const char **budget)
{
	*budget = NULL;
	while (next_row(table)) {
		const char *key = table->row.fields[0];
		const char *value = table->row.fields[1];

		if (strcmp(key, "budget") == 0)
			*budget = value;
		else if (strcmp(key, "vote_type") == 0)
			file->vote_type = value;
		else if (strcmp(key, "rule") == 0)
			file->rule = value;
		else if (strcmp(key, "min_project_score_threshold") == 0)
			file->threshold = strtoll(value, NULL, 10);
	}
	assert_non_null(*budget);
	assert_non_null(file->vote_type);
	if (has_fraction(*budget))
		file->unit = 100;
}

static void
read_projects(struct pbfile *file, struct table *table)
{
	const char *costs[PBFILE_PROJECTS_MAX];

	(void)next_row(table);
	table->head = table->row;
	while (next_row(table)) {
		struct pbfile_project *project = &file->projects[file->projects_count];
		const char *selected = cell(table, "selected");

		assert_in_range(file->projects_count, 0, PBFILE_PROJECTS_MAX - 1);
		costs[file->projects_count++] = cell(table, "cost");
		project->id = cell(table, "project_id");
		project->withdrawn = strcmp(cell(table, "cost"), "999999999") == 0;
		project->selected = selected ? strtol(selected, NULL, 10) : -1;
		if (has_fraction(cell(table, "cost")))
			file->unit = 100;
	}
	for (size_t i = 0; i < file->projects_count; i++)
		file->projects[i].cost = money(file, costs[i]);
}

static uint16_t
find(const struct pbfile *file, const char *id)
{
	size_t i = 0;

	while (i < file->projects_count && strcmp(file->projects[i].id, id) != 0)
		i++;
	assert_in_range(i, 0, file->projects_count - 1);
	return (uint16_t)i;
}

static int
choice_order(const void *a, const void *b)
{
	const struct profile_choice *left = a;
	const struct profile_choice *right = b;

	return left->option < right->option ? -1 : left->option > right->option;
}

static bool
named(const struct profile_choice *choices, size_t count, uint16_t option)
{
	for (size_t i = 0; i < count; i++)
		if (choices[i].option == option)
			return true;
	return false;
}

/* One ballot; of a project named twice the first place stands. */
static void
read_vote(struct pbfile *file, char *vote, char *points)
{
	bool ordinal = strcmp(file->vote_type, "ordinal") == 0;
	struct profile *votes = &file->votes;
	struct profile_choice *choices = &votes->choices[votes->choices_count];
	size_t count = 0;
	char *rest = NULL;
	char *rest_points = NULL;
	char *next = points;

	for (char *id = strtok_r(vote, ", \r", &rest); id; id = strtok_r(NULL, ", \r", &rest)) {
		uint16_t option = find(file, id);
		int32_t value = ordinal ? (int32_t)count + 1 : 1;

		if (points && !ordinal) {
			char *text = strtok_r(next, ", \r", &rest_points);

			next = NULL;
			assert_non_null(text);
			value = (int32_t)strtol(text, NULL, 10);
		}
		if (named(choices, count, option))
			file->doubled++;
		else
			choices[count++] = (struct profile_choice){option, value};
		assert_in_range(votes->choices_count + count, 1, file->votes_capacity);
	}
	assert_int_not_equal(count, 0);
	qsort(choices, count, sizeof(*choices), choice_order);
	votes->rows[votes->rows_count++] =
	    (struct profile_row){.weight = 1, .first = votes->choices_count, .count = count};
	votes->choices_count += count;
	votes->ballots++;
}

static void
read_votes(struct pbfile *file, struct table *table)
{
	file->votes_capacity = 2000000;
	file->votes.rows = malloc(ballots_max * sizeof(*file->votes.rows));
	file->votes.choices = malloc(file->votes_capacity * sizeof(*file->votes.choices));
	assert_non_null(file->votes.rows);
	assert_non_null(file->votes.choices);
	(void)next_row(table);
	table->head = table->row;
	while (next_row(table)) {
		char *points = cell(table, "points");

		assert_in_range(file->votes.rows_count, 0, ballots_max - 1);
		read_vote(file, cell(table, "vote"), points);
	}
}

static const struct profile_choice *sorting;

static int
row_order(const void *a, const void *b)
{
	const struct profile_row *left = a;
	const struct profile_row *right = b;

	if (left->count != right->count)
		return left->count < right->count ? -1 : 1;
	return memcmp(&sorting[left->first], &sorting[right->first],
		      left->count * sizeof(*sorting));
}

/* Equal ballots become one row. */
static void
group(struct profile *votes)
{
	size_t count = 0;

	sorting = votes->choices;
	qsort(votes->rows, votes->rows_count, sizeof(*votes->rows), row_order);
	for (size_t row = 0; row < votes->rows_count; row++)
		if (count > 0 && row_order(&votes->rows[count - 1], &votes->rows[row]) == 0)
			votes->rows[count - 1].weight++;
		else
			votes->rows[count++] = votes->rows[row];
	votes->rows_count = count;
}

struct pbfile *
pbfile_read(const char *path)
{
	struct pbfile *file = calloc(1, sizeof(*file));
	struct table *table = calloc(1, sizeof(*table));
	const char *budget;
	size_t size;

	assert_non_null(file);
	assert_non_null(table);
	file->unit = 1;
	file->text = (char *)test_file_read(path, &size);
	assert_non_null(file->text);
	table->csv = csv_make(file->text, size);
	assert_false(next_row(table)); /* META */
	read_meta(file, table, &budget);
	read_projects(file, table);
	file->budget = money(file, budget);
	read_votes(file, table);
	group(&file->votes);
	free(table);
	return file;
}

void
pbfile_free(struct pbfile *file)
{
	free(file->votes.rows);
	free(file->votes.choices);
	free(file->text);
	free(file);
}
