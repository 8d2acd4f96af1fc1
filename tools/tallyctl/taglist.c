#include "tools/tallyctl/taglist.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tools/lib/complain.h"
#include "tools/lib/wholefile.h"
#include "tools/tallyctl/csv.h"

struct reading {
	const char *path;
	const struct manifest *manifest;
	struct taglist *list;
	size_t capacity;
};

const uint8_t *
taglist_at(const struct taglist *list, size_t at)
{
	return list->records + at * NOTICE_ENROLMENT_SIZE;
}

void
taglist_free(struct taglist *list)
{
	free(list->records);
	*list = (struct taglist){0};
}

static uint8_t *
add(struct reading *reading)
{
	struct taglist *list = reading->list;

	if (list->count == reading->capacity) {
		reading->capacity = reading->capacity * 2 + 64;
		list->records =
		    realloc(list->records, reading->capacity * NOTICE_ENROLMENT_SIZE);
		CHECK(list->records);
	}
	return list->records + list->count++ * NOTICE_ENROLMENT_SIZE;
}

/* The district's place, or -1. */
static long
district_find(const struct manifest *manifest, const char *id)
{
	for (size_t i = 0; i < manifest->districts_count; i++)
		if (strcmp(manifest->districts[i].id, id) == 0)
			return (long)i;
	return manifest->districts_count == 0 && *id == 0 ? 0 : -1;
}

static enum tally_exit
take_line(struct reading *reading, const struct csv_record *record)
{
	size_t fields = reading->manifest == NULL ? 1 : 2;
	const char *district = record->count > 1 ? record->fields[1] : "";
	uint8_t *to = add(reading);
	long place = 0;

	if (!text_hex_parse(bytes_of_string(record->fields[0]), to, TALLY_TAG_SIZE)) {
		complain("%s:%zu: a tag is 64 hexadecimal digits, lower case", reading->path,
			 record->line);
		return TALLY_EXIT_FAILED;
	}
	if (record->count > fields) {
		complain("%s:%zu: %zu fields, there are %zu", reading->path, record->line,
			 record->count, fields);
		return TALLY_EXIT_FAILED;
	}
	if (reading->manifest != NULL)
		place = district_find(reading->manifest, district);
	if (place < 0) {
		complain("%s:%zu: the campaign has no district '%s'", reading->path,
			 record->line, district);
		return TALLY_EXIT_FAILED;
	}
	be16_store(to + TALLY_TAG_SIZE, (uint16_t)place);
	return TALLY_EXIT_FINE;
}

static enum tally_exit
take_lines(struct reading *reading, struct wholefile *file)
{
	struct csv csv = csv_make((char *)file->data, file->size);
	struct csv_record record;
	enum tally_exit code = TALLY_EXIT_FINE;
	enum csv_result result;
	const char *why;

	while (code == TALLY_EXIT_FINE && (result = csv_next(&csv, &record, &why)) != CSV_END) {
		if (result == CSV_RECORD) {
			code = take_line(reading, &record);
			continue;
		}
		complain("%s:%zu: %s", reading->path, record.line, why);
		code = TALLY_EXIT_FAILED;
	}
	return code;
}

static enum tally_exit
take_records(struct reading *reading, const struct wholefile *file)
{
	size_t districts = manifest_districts(reading->manifest);

	for (size_t at = 0; at < file->size; at += NOTICE_ENROLMENT_SIZE) {
		uint8_t *to = add(reading);

		memcpy(to, file->data + at, NOTICE_ENROLMENT_SIZE);
		if (be16_load(to + TALLY_TAG_SIZE) < districts)
			continue;
		complain("%s: record %zu: the campaign has no district %u", reading->path,
			 at / NOTICE_ENROLMENT_SIZE, be16_load(to + TALLY_TAG_SIZE));
		return TALLY_EXIT_FAILED;
	}
	return TALLY_EXIT_FINE;
}

/* Tags are as good as random: records are never all letters and digits. */
static bool
is_records(const struct wholefile *file)
{
	bool text = true;

	for (size_t i = 0; i < file->size; i++)
		text &= file->data[i] >= 0x20 || file->data[i] == '\n' || file->data[i] == '\r';
	return file->size > 0 && file->size % NOTICE_ENROLMENT_SIZE == 0 && !text;
}

static int
by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, NOTICE_ENROLMENT_SIZE);
}

/* False if a tag is in two districts; then *at is the second record. */
static bool
sort(struct taglist *list, size_t *at)
{
	size_t kept = 0;

	if (list->count > 0)
		qsort(list->records, list->count, NOTICE_ENROLMENT_SIZE, by_bytes);
	for (size_t i = 0; i < list->count; i++) {
		uint8_t *last = list->records + kept * NOTICE_ENROLMENT_SIZE;

		*at = i;
		if (kept > 0 &&
		    by_bytes(last - NOTICE_ENROLMENT_SIZE, taglist_at(list, i)) == 0)
			continue;
		if (kept > 0 && memcmp(last - NOTICE_ENROLMENT_SIZE, taglist_at(list, i),
				       TALLY_TAG_SIZE) == 0)
			return false;
		memmove(last, taglist_at(list, i), NOTICE_ENROLMENT_SIZE);
		kept++;
	}
	list->doubles = list->count - kept;
	list->count = kept;
	return true;
}

static enum tally_exit
finish(struct reading *reading)
{
	char hex[2 * TALLY_TAG_SIZE + 1];
	struct writer writer = writer_make(hex, sizeof hex - 1);
	size_t at = 0;

	if (reading->list->count == 0) {
		complain("%s: no tag is in it", reading->path);
		return TALLY_EXIT_FAILED;
	}
	if (sort(reading->list, &at))
		return TALLY_EXIT_FINE;
	text_hex_write(&writer, bytes_make(taglist_at(reading->list, at), TALLY_TAG_SIZE));
	hex[writer.size] = 0;
	complain("%s: tag %s is there with two districts", reading->path, hex);
	return TALLY_EXIT_FAILED;
}

enum tally_exit
taglist_read(const char *path, const struct manifest *manifest, struct taglist *out)
{
	struct reading reading = {.path = path, .manifest = manifest, .list = out};
	struct wholefile file;
	enum tally_exit code = wholefile_read(path, TAGLIST_SIZE_MAX, &file);

	*out = (struct taglist){0};
	if (code == TALLY_EXIT_FINE)
		code = manifest != NULL && is_records(&file) ? take_records(&reading, &file)
							     : take_lines(&reading, &file);
	if (code == TALLY_EXIT_FINE)
		code = finish(&reading);
	free(file.data);
	if (code != TALLY_EXIT_FINE)
		taglist_free(out);
	return code;
}
