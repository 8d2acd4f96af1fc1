#include "tools/tallyctl/sighting.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ballot/ballot.h"
#include "ballot/notice.h"
#include "campaign/method.h"
#include "ledger/entry.h"
#include "tree/note.h"

static void
set(json_t *object, const char *key, json_t *value)
{
	CHECK(json_object_set_new(object, key, value) == 0);
}

static json_t *
option_json(const struct manifest_contest *contest, struct ballot_choice choice)
{
	json_t *object = json_pack("{s:i}", "value", choice.value);

	if (choice.option < contest->options_count) {
		const struct manifest_option *option = &contest->options[choice.option];

		set(object, "id", json_string(option->id));
		set(object, "title", json_string(option->titles.titles[0].text));
	}
	return object;
}

static json_t *
contest_json(const struct manifest_contest *contest, const struct ballot_choices *choices)
{
	const char *vote = choices->count > 0 ? "choices" : "abstains";
	json_t *list = json_array();

	for (size_t i = 0; i < choices->count; i++)
		CHECK(json_array_append_new(
			  list, option_json(contest, ballot_choice_at(choices, i))) == 0);
	return json_pack("{s:s, s:s, s:s, s:s, s:o}", "id", contest->id, "title",
			 contest->titles.titles[0].text, "method",
			 method_of(contest->method)->name, "vote",
			 choices->blank ? "blank" : vote, "choices", list);
}

static json_t *
contests_json(const struct manifest *manifest, const struct ballot *ballot)
{
	struct reader reader = reader_make(ballot->choices);
	json_t *list = json_array();

	for (size_t i = 0; i < manifest->contests_count; i++) {
		const struct manifest_contest *contest = &manifest->contests[i];
		struct ballot_choices choices;

		if (!manifest_votes_in(contest, ballot->district) || reader_left(&reader) == 0)
			continue;
		choices = ballot_choices_next(&reader);
		if (!reader.failed)
			CHECK(json_array_append_new(list, contest_json(contest, &choices)) ==
			      0);
	}
	return list;
}

/* The name of the frontend, or of the registrar in whose word the voter signed. */
static const char *
signer(const struct manifest *manifest, const struct ballot *ballot)
{
	const struct manifest_frontend *frontend =
	    manifest_frontend_find(manifest, ballot->key_id);

	if (ballot->signing == TALLY_SIGNING_FRONTEND)
		return frontend != NULL ? frontend->key.name : NULL;
	for (size_t i = 0; i < manifest->registrars_count; i++)
		if (manifest->registrars[i].id == ballot->key_id)
			return manifest->registrars[i].name;
	return NULL;
}

static void
add(struct sighting *out, const struct manifest *manifest, const struct ballot *ballot,
    uint64_t index)
{
	const char *district = NULL;

	if (ballot->district < manifest->districts_count)
		district = manifest->districts[ballot->district].id;
	CHECK(json_array_append_new(
		  out->ballots,
		  json_pack("{s:I, s:i, s:s?, s:s?, s:b, s:n, s:o}", "index", (json_int_t)index,
			    "revision", ballot->revision, "district", district, "signer",
			    signer(manifest, ballot), "counts", 0, "voided", "contests",
			    ballot->district < manifest_districts(manifest)
				? contests_json(manifest, ballot)
				: json_array())) == 0);
	out->count++;
	out->counts = true;
	out->index = index;
	out->key_id = ballot->key_id;
}

/* Whatever it takes out, only the tag's newest ballot can count. */
static void
take_out(struct sighting *out, const uint8_t *tag, const struct notice_void *voided)
{
	bool named =
	    voided->tags_count == 0 && notice_void_names(voided, out->key_id, out->index);

	for (size_t i = 0; i < voided->tags_count && !named; i++)
		named = memcmp(voided->tags + i * TALLY_TAG_SIZE, tag, TALLY_TAG_SIZE) == 0;
	if (!named || !out->counts)
		return;
	out->counts = false;
	set(json_array_get(out->ballots, out->count - 1), "voided",
	    json_string(voided->fate == NOTICE_AGAIN ? "again" : "barred"));
}

static void
look(struct sighting *out, const struct manifest *manifest, const uint8_t *tag,
     const struct bundle *bundle)
{
	struct entry entry;
	struct ballot ballot;
	struct notice notice;

	for (unsigned i = 0; i < bundle->count; i++) {
		if (!entry_parse(bundle->entries[i], &entry))
			continue;
		if (entry.kind == TALLY_ENTRY_BALLOT &&
		    ballot_parse(entry.body, &ballot) == TALLY_ACCEPTED &&
		    memcmp(ballot.tag, tag, TALLY_TAG_SIZE) == 0)
			add(out, manifest, &ballot, bundle->first + i);
		if (entry.kind == TALLY_ENTRY_NOTICE && out->count > 0 &&
		    notice_parse(entry.body, &notice) == TALLY_ACCEPTED &&
		    notice.kind == TALLY_NOTICE_VOID)
			take_out(out, tag, &notice.voided);
	}
}

/* Size of the tree; the checkpoint must be the campaign's log's. */
static enum tally_exit
size_of(const struct publiclog *log, const struct manifest *manifest, uint64_t *size,
	struct trouble *trouble)
{
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	struct checkpoint checkpoint;
	size_t note_size;
	enum tally_exit status = publiclog_checkpoint(log, note, &note_size, trouble);

	if (status != TALLY_EXIT_FINE)
		return status;
	if (!checkpoint_open(bytes_make(note, note_size), &manifest->log_key, &checkpoint))
		return trouble_set(trouble, TALLY_EXIT_FAILED,
				   "%s/checkpoint: it is not signed by the campaign's log key",
				   log->path);
	*size = checkpoint.size;
	return TALLY_EXIT_FINE;
}

static enum tally_exit
search(const struct publiclog *log, const struct manifest *manifest, const uint8_t *tag,
       struct sighting *out, struct trouble *trouble)
{
	enum tally_exit status = TALLY_EXIT_FINE;
	struct bundle bundle;

	bundle_init(&bundle);
	for (uint64_t i = 0; i < publiclog_bundles(out->size) && status == TALLY_EXIT_FINE;
	     i++) {
		status = publiclog_bundle(log, i, out->size, &bundle, trouble);
		if (status == TALLY_EXIT_FINE)
			look(out, manifest, tag, &bundle);
		else if (manifest->sealed && i == 0)
			trouble_set(trouble, status,
				    "%s: its entries are not there: results are sealed until "
				    "the authority unseals them; ask the server (--connect)",
				    log->path);
	}
	bundle_free(&bundle);
	return status;
}

enum tally_exit
sighting_make(const struct publiclog *log, const struct manifest *manifest,
	      const uint8_t tag[TALLY_TAG_SIZE], struct sighting *out, struct trouble *trouble)
{
	enum tally_exit status;

	*out = (struct sighting){0};
	status = size_of(log, manifest, &out->size, trouble);
	if (status != TALLY_EXIT_FINE)
		return status;
	out->ballots = json_array();
	CHECK(out->ballots != NULL);
	status = search(log, manifest, tag, out, trouble);
	if (status != TALLY_EXIT_FINE)
		json_decref(out->ballots);
	else if (out->counts)
		set(json_array_get(out->ballots, out->count - 1), "counts", json_true());
	return status;
}

static const char *
string_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "?";
}

/* Points, scores and ranks; a mark says nothing more. */
static void
print_value(const json_t *contest, json_int_t value)
{
	const char *method = string_of(contest, "method");

	if (strcmp(method, "ranked") == 0)
		printf(" rank %" JSON_INTEGER_FORMAT, value);
	else if (value != 1 || strcmp(method, "score") == 0 ||
		 strcmp(method, "cumulative") == 0)
		printf(" = %" JSON_INTEGER_FORMAT, value);
}

static void
print_contest(const json_t *contest)
{
	const json_t *choice;
	size_t i;

	printf("    %s (%s):", string_of(contest, "id"), string_of(contest, "title"));
	if (strcmp(string_of(contest, "vote"), "choices") != 0)
		printf(" %s", string_of(contest, "vote"));
	json_array_foreach(json_object_get(contest, "choices"), i, choice)
	{
		printf("%s %s (%s)", i > 0 ? "," : "", string_of(choice, "id"),
		       string_of(choice, "title"));
		print_value(contest, json_integer_value(json_object_get(choice, "value")));
	}
	putchar('\n');
}

static const char *
what_became(const json_t *ballot)
{
	const char *voided = json_string_value(json_object_get(ballot, "voided"));

	if (json_is_true(json_object_get(ballot, "counts")))
		return "it counts";
	if (voided == NULL)
		return "replaced by the next";
	return strcmp(voided, "again") == 0 ? "voided; the voter may vote again"
					    : "voided; the voter is barred";
}

static void
print_ballot(const json_t *ballot)
{
	const json_t *contest;
	size_t i;

	printf("  entry %" JSON_INTEGER_FORMAT ": revision %" JSON_INTEGER_FORMAT,
	       json_integer_value(json_object_get(ballot, "index")),
	       json_integer_value(json_object_get(ballot, "revision")));
	if (json_is_string(json_object_get(ballot, "district")))
		printf(", district %s", string_of(ballot, "district"));
	printf(", signed by %s: %s\n", string_of(ballot, "signer"), what_became(ballot));
	json_array_foreach(json_object_get(ballot, "contests"), i, contest)
	    print_contest(contest);
}

void
sighting_print(const struct sighting *sighting)
{
	const json_t *ballot;
	size_t i;

	printf("log of %" PRIu64 " entries: %zu ballot%s of this tag\n", sighting->size,
	       sighting->count, sighting->count == 1 ? "" : "s");
	json_array_foreach(sighting->ballots, i, ballot) print_ballot(ballot);
}
