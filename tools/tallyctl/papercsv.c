#include "tools/tallyctl/papercsv.h"

#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "campaign/rules.h"
#include "tools/lib/complain.h"
#include "tools/lib/cast.h"
#include "tools/tallyctl/choices.h"
#include "tools/tallyctl/columns.h"

struct reading {
	const char *name;
	const struct papercsv *import;
	int identity;
	int district;
	int revision;
	int contests[contests_max];
	struct csv_record record;
	json_t *tags; /* of the papers so far, as a set */
	struct cast_contest chosen[contests_max];
	struct ballot_choice choices[contests_max][choices_max];
};

static void
complain_line(const struct reading *reading, const char *sentence)
{
	complain("%s:%zu: %s", reading->name, reading->record.line, sentence);
}

/* The paper is left out. */
static void
refuse(const struct reading *reading, const char *sentence)
{
	complain_line(reading, sentence);
	(*reading->import->refused)++;
}

static enum tally_exit
header_read(struct reading *reading)
{
	const struct manifest *manifest = reading->import->manifest;
	size_t known;

	reading->identity = columns_find(&reading->record, "identity");
	reading->district = columns_find(&reading->record, "district");
	reading->revision = columns_find(&reading->record, "revision");
	if (reading->identity == COLUMNS_NONE ||
	    (reading->district == COLUMNS_NONE && manifest->districts_count > 0)) {
		complain("%s: there is no column '%s'", reading->name,
			 reading->identity == COLUMNS_NONE ? "identity" : "district");
		return TALLY_EXIT_USAGE;
	}
	known = 1 + (reading->district != COLUMNS_NONE) + (reading->revision != COLUMNS_NONE);
	for (size_t i = 0; i < manifest->contests_count; i++) {
		reading->contests[i] = columns_find(&reading->record, manifest->contests[i].id);
		known += reading->contests[i] != COLUMNS_NONE;
		if (reading->contests[i] == COLUMNS_NONE) {
			complain("%s: there is no column for contest '%s'", reading->name,
				 manifest->contests[i].id);
			return TALLY_EXIT_USAGE;
		}
	}
	if (known == reading->record.count)
		return TALLY_EXIT_FINE;
	complain("%s: a column is there twice, or is no contest of the campaign",
		 reading->name);
	return TALLY_EXIT_USAGE;
}

static bool
district_find(const struct reading *reading, uint16_t *out)
{
	const struct manifest *manifest = reading->import->manifest;
	const char *id = columns_field(&reading->record, reading->district);

	*out = 0;
	for (size_t i = 0; i < manifest->districts_count; i++)
		if (strcmp(manifest->districts[i].id, id) == 0) {
			*out = (uint16_t)i;
			return true;
		}
	return manifest->districts_count == 0;
}

static bool
revision_read(const struct reading *reading, uint16_t *out)
{
	const char *text = columns_field(&reading->record, reading->revision);
	uint64_t revision = 1;

	if (text[0] != '\0' && (!text_decimal_parse(bytes_of_string(text), &revision) ||
				revision < 1 || revision > UINT16_MAX))
		return false;
	*out = (uint16_t)revision;
	return true;
}

/* NULL, or why the row is no vote. */
static const char *
choices_of(struct reading *reading, uint16_t district, char *sentence)
{
	const struct manifest *manifest = reading->import->manifest;

	for (size_t i = 0; i < manifest->contests_count; i++) {
		const struct manifest_contest *contest = &manifest->contests[i];
		char *cell = reading->record.fields[reading->contests[i]];

		reading->chosen[i] = (struct cast_contest){0};
		if (!manifest_votes_in(contest, district)) {
			if (cell[0] != '\0')
				return "it votes in a contest of other districts";
			continue;
		}
		if (!choices_read(contest, cell, reading->choices[i], &reading->chosen[i],
				  sentence))
			return sentence;
	}
	return NULL;
}

static bool
tag_is_new(struct reading *reading, const uint8_t tag[TALLY_TAG_SIZE])
{
	char text[2 * TALLY_TAG_SIZE + 1];

	sodium_bin2hex(text, sizeof text, tag, TALLY_TAG_SIZE);
	if (json_object_get(reading->tags, text) != NULL)
		return false;
	CHECK(json_object_set_new(reading->tags, text, json_true()) == 0);
	return true;
}

/* NULL, or why the campaign's rules forbid the vote. */
static const char *
make(struct reading *reading, const struct cast_vote *vote)
{
	const struct papercsv *import = reading->import;
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct writer writer = writer_make(memory, sizeof memory);
	struct ballot ballot;
	enum tally_verdict verdict;

	if (!cast_ballot(&writer, import->manifest, vote, import->key))
		return "the ballot is too large";
	verdict = ballot_parse(writer_view(&writer), &ballot);
	if (verdict == TALLY_ACCEPTED)
		verdict = rules_check(import->manifest, &ballot);
	if (verdict != TALLY_ACCEPTED)
		return tally_verdict_text(verdict)->sentence;
	if (!tag_is_new(reading, vote->tag))
		return "this voter has a paper above already";
	ballotfile_append(import->made, writer_view(&writer));
	return NULL;
}

static void
row_read(struct reading *reading)
{
	const struct papercsv *import = reading->import;
	char sentence[CHOICES_SENTENCE_MAX];
	struct cast_vote vote = {.contests = reading->chosen};
	struct bytes identity =
	    bytes_of_string(columns_field(&reading->record, reading->identity));
	const char *why;
	long error;

	if (!district_find(reading, &vote.district)) {
		refuse(reading, "the campaign has no such district");
		return;
	}
	if (!revision_read(reading, &vote.revision)) {
		refuse(reading, "the revision is not a number from 1 on");
		return;
	}
	error = cast_tag(import->manifest, import->secret, identity, vote.tag);
	if (error != 0) {
		refuse(reading, tally_identity_error_text(error));
		return;
	}
	why = choices_of(reading, vote.district, sentence);
	if (why == NULL)
		why = make(reading, &vote);
	if (why != NULL)
		refuse(reading, why);
}

enum tally_exit
papercsv_read(const char *name, char *text, size_t size, const struct papercsv *import)
{
	struct reading *reading = calloc(1, sizeof *reading);
	struct csv csv = csv_make(text, size);
	enum tally_exit code = TALLY_EXIT_FINE;
	enum csv_result result = CSV_RECORD;
	const char *sentence = "there is no header";
	size_t columns = 0;

	CHECK(reading != NULL);
	reading->name = name;
	reading->import = import;
	reading->tags = json_object();
	CHECK(reading->tags != NULL);
	while (code == TALLY_EXIT_FINE &&
	       (result = csv_next(&csv, &reading->record, &sentence)) == CSV_RECORD) {
		if (columns == 0) {
			columns = reading->record.count;
			code = header_read(reading);
		} else if (reading->record.count != columns) {
			complain_line(reading, "has not as many fields as the header");
			code = TALLY_EXIT_USAGE;
		} else {
			row_read(reading);
		}
	}
	if (code == TALLY_EXIT_FINE && (result == CSV_FAULT || columns == 0)) {
		complain_line(reading, sentence);
		code = TALLY_EXIT_USAGE;
	}
	json_decref(reading->tags);
	free(reading);
	return code;
}
