#include "tools/tallyctl/census.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/complain.h"
#include "tools/lib/wholefile.h"
#include "tools/tallyctl/csv.h"

enum {
	SIZE_MAX_CENSUS = 1024 * 1024 * 1024,
	TOLD_MAX = 20, /* lines of each reason */
	ABSENT = -1,
};

struct row {
	uint8_t record[ROSTER_RECORD_SIZE];
	size_t line;
};

struct code {
	const char *code;
	const char *district; /* its id */
};

struct reading {
	struct census *census;
	const char *path;
	int identity, birth, district; /* columns; ABSENT */
	size_t columns;
	struct row *rows;
	size_t count;
	size_t capacity;
	struct wholefile map_file;
	struct code *map; /* sorted */
	size_t map_count;
};

const char *
census_refusal_text(enum census_refusal refusal)
{
	static const char *const texts[CENSUS_REFUSALS] = {
	    [CENSUS_TAKEN] = "is taken",
	    [CENSUS_RAGGED] = "has not as many fields as the heading",
	    [CENSUS_NO_IDENTITY] = "has no identity of the campaign's form",
	    [CENSUS_NO_BIRTH] = "has no day of birth",
	    [CENSUS_TOO_YOUNG] = "is too young",
	    [CENSUS_TOO_OLD] = "is too old",
	    [CENSUS_NO_DISTRICT] = "is in no district of the campaign",
	    [CENSUS_DOUBLE] = "is there already",
	    [CENSUS_TORN] = "is there already, in another district",
	};

	return texts[refusal];
}

static void
refuse(struct reading *reading, size_t line, enum census_refusal refusal)
{
	if (reading->census->refused[refusal]++ < TOLD_MAX)
		complain("%s:%zu: %s", reading->path, line, census_refusal_text(refusal));
}

/* --- columns ------------------------------------------------------------------------------ */

static bool
column_find(const struct reading *reading, const struct csv_record *heading, const char *name,
	    int *column)
{
	*column = ABSENT;
	if (name == NULL)
		return true;
	for (size_t i = 0; i < heading->count; i++) {
		if (strcmp(heading->fields[i], name) != 0)
			continue;
		if (*column != ABSENT) {
			complain("%s: the heading has two columns '%s'", reading->path, name);
			return false;
		}
		*column = (int)i;
	}
	if (*column == ABSENT)
		complain("%s: the heading has no column '%s'", reading->path, name);
	return *column != ABSENT;
}

static bool
heading_take(struct reading *reading, const struct csv_record *heading)
{
	const struct census *census = reading->census;

	reading->columns = heading->count;
	if (!column_find(reading, heading, census->identity, &reading->identity) ||
	    !column_find(reading, heading, census->birth, &reading->birth) ||
	    !column_find(reading, heading, census->district, &reading->district))
		return false;
	if (reading->identity == ABSENT)
		reading->identity = 0;
	return true;
}

/* --- districts ---------------------------------------------------------------------------- */

static int
by_code(const void *a, const void *b)
{
	const struct code *left = a, *right = b;

	return strcmp(left->code, right->code);
}

/* Sorts the codes: each has one district. */
static enum tally_exit
map_settle(struct reading *reading)
{
	const struct code *map = reading->map;

	if (reading->map_count > 0)
		qsort(reading->map, reading->map_count, sizeof *reading->map, by_code);
	for (size_t i = 1; i < reading->map_count; i++) {
		if (by_code(&map[i - 1], &map[i]) != 0 ||
		    strcmp(map[i - 1].district, map[i].district) == 0)
			continue;
		complain("%s: the code '%s' has two districts", reading->census->districts,
			 map[i].code);
		return TALLY_EXIT_FAILED;
	}
	return TALLY_EXIT_FINE;
}

static enum tally_exit
map_read(struct reading *reading)
{
	const char *path = reading->census->districts;
	struct csv csv;
	struct csv_record record;
	const char *why = "";
	enum csv_result result = CSV_END;
	enum tally_exit code = path == NULL
				   ? TALLY_EXIT_FINE
				   : wholefile_read(path, 64 * 1024 * 1024, &reading->map_file);

	if (code != TALLY_EXIT_FINE || path == NULL)
		return code;
	csv = csv_make((char *)reading->map_file.data, reading->map_file.size);
	while ((result = csv_next(&csv, &record, &why)) == CSV_RECORD) {
		if (record.count != 2)
			break;
		if (reading->map_count % 256 == 0)
			reading->map = realloc(reading->map, (reading->map_count + 256) *
								 sizeof *reading->map);
		CHECK(reading->map);
		reading->map[reading->map_count++] =
		    (struct code){record.fields[0], record.fields[1]};
	}
	if (result == CSV_END)
		return map_settle(reading);
	complain("%s:%zu: %s", path, record.line,
		 result == CSV_FAULT ? why : "expected CODE;DISTRICT");
	return TALLY_EXIT_FAILED;
}

static int
district_find(const struct reading *reading, const char *code)
{
	const struct manifest *manifest = reading->census->manifest;
	const char *id = code;

	if (reading->census->districts != NULL) {
		const struct code wanted = {code, NULL};
		const struct code *found =
		    reading->map_count == 0 ? NULL
					    : bsearch(&wanted, reading->map, reading->map_count,
						      sizeof *reading->map, by_code);

		id = found == NULL ? NULL : found->district;
	}
	for (size_t i = 0; id != NULL && i < manifest->districts_count; i++)
		if (strcmp(manifest->districts[i].id, id) == 0)
			return (int)i;
	return ABSENT;
}

/* --- rows --------------------------------------------------------------------------------- */

static enum census_refusal
judge_age(const struct reading *reading, const struct csv_record *record,
	  struct bytes normalised)
{
	const struct census *census = reading->census;
	struct birth_day born;
	int age;

	if (!census->aged)
		return CENSUS_TAKEN;
	if (reading->birth == ABSENT
		? !birth_of_cnp(normalised, &born)
		: !birth_parse(bytes_of_string(record->fields[reading->birth]), &born))
		return CENSUS_NO_BIRTH;
	age = birth_age(&born, &census->on);
	if (age < census->age_min)
		return CENSUS_TOO_YOUNG;
	return age > census->age_max ? CENSUS_TOO_OLD : CENSUS_TAKEN;
}

static enum census_refusal
judge(const struct reading *reading, const struct csv_record *record, uint8_t *out)
{
	const struct census *census = reading->census;
	const struct manifest *manifest = census->manifest;
	uint8_t identity[TALLY_IDENTITY_SIZE_MAX];
	enum census_refusal refusal;
	int district = 0;
	long size;

	if (record->count != reading->columns)
		return CENSUS_RAGGED;
	size = tally_identity_normalise(
	    (enum tally_identity)manifest->identity, record->fields[reading->identity],
	    strlen(record->fields[reading->identity]), identity, sizeof identity);
	if (size < 0)
		return CENSUS_NO_IDENTITY;
	refusal = judge_age(reading, record, bytes_make(identity, (size_t)size));
	if (refusal != CENSUS_TAKEN)
		return refusal;
	if (reading->district != ABSENT)
		district = district_find(reading, record->fields[reading->district]);
	if (district == ABSENT)
		return CENSUS_NO_DISTRICT;
	tally_tag(census->secret, manifest->tag_context, identity, (size_t)size, out);
	be16_store(out + TALLY_TAG_SIZE, (uint16_t)district);
	sodium_memzero(identity, sizeof identity);
	return CENSUS_TAKEN;
}

static void
row_take(struct reading *reading, const struct csv_record *record)
{
	enum census_refusal refusal;
	struct row *row;

	if (reading->count == reading->capacity) {
		reading->capacity = reading->capacity * 2 + 1024;
		reading->rows = realloc(reading->rows, reading->capacity * sizeof *row);
		CHECK(reading->rows);
	}
	row = &reading->rows[reading->count];
	row->line = record->line;
	refusal = judge(reading, record, row->record);
	if (refusal == CENSUS_TAKEN)
		reading->count++;
	else
		refuse(reading, record->line, refusal);
}

static int
by_tag_and_line(const void *a, const void *b)
{
	const struct row *left = a, *right = b;
	int order = memcmp(left->record, right->record, TALLY_TAG_SIZE);

	if (order != 0)
		return order;
	return left->line < right->line ? -1 : left->line > right->line;
}

/* Of each person the first row. */
static void
settle(struct reading *reading)
{
	struct census *census = reading->census;

	if (reading->count > 0)
		qsort(reading->rows, reading->count, sizeof *reading->rows, by_tag_and_line);
	census->records = malloc(reading->count * ROSTER_RECORD_SIZE + 1);
	CHECK(census->records);
	for (size_t i = 0; i < reading->count; i++) {
		uint8_t *to = census->records + census->count * ROSTER_RECORD_SIZE;
		const struct row *row = &reading->rows[i];

		if (census->count > 0 &&
		    memcmp(to - ROSTER_RECORD_SIZE, row->record, TALLY_TAG_SIZE) == 0) {
			refuse(reading, row->line,
			       memcmp(to - ROSTER_RECORD_SIZE, row->record,
				      ROSTER_RECORD_SIZE) == 0
				   ? CENSUS_DOUBLE
				   : CENSUS_TORN);
			continue;
		}
		memcpy(to, row->record, ROSTER_RECORD_SIZE);
		census->count++;
	}
	census->refused[CENSUS_TAKEN] = census->count;
}

static enum tally_exit
rows_read(struct reading *reading, const struct wholefile *file)
{
	struct csv csv = csv_make((char *)file->data, file->size);
	struct csv_record record;
	const char *why = "it is empty";
	enum csv_result result = csv_next(&csv, &record, &why);

	if (result == CSV_RECORD && !heading_take(reading, &record))
		return TALLY_EXIT_USAGE;
	if (result == CSV_END) {
		complain("%s: it is empty", reading->path);
		return TALLY_EXIT_FAILED;
	}
	while (result == CSV_RECORD) {
		result = csv_next(&csv, &record, &why);
		if (result == CSV_RECORD)
			row_take(reading, &record);
	}
	if (result == CSV_FAULT) {
		complain("%s:%zu: %s", reading->path, record.line, why);
		return TALLY_EXIT_FAILED;
	}
	settle(reading);
	return TALLY_EXIT_FINE;
}

enum tally_exit
census_read(struct census *census, const char *path)
{
	struct reading reading = {.census = census, .path = path};
	struct wholefile file = {0};
	enum tally_exit code = map_read(&reading);

	if (code == TALLY_EXIT_FINE)
		code = wholefile_read(path, SIZE_MAX_CENSUS, &file);
	if (code == TALLY_EXIT_FINE)
		code = rows_read(&reading, &file);
	if (file.data != NULL)
		sodium_memzero(file.data, file.size);
	free(file.data);
	free(reading.map_file.data);
	free(reading.map);
	free(reading.rows);
	return code;
}

void
census_free(struct census *census)
{
	free(census->records);
	census->records = NULL;
	sodium_memzero(census->secret, sizeof census->secret);
}
