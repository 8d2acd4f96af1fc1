#include "tools/tallyctl/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ballot/ballot.h"
#include "ballot/notice.h"
#include "ballot/sheet.h"
#include "base/text.h"
#include "campaign/method.h"
#include "ledger/entry.h"
#include "tree/frontier.h"
#include "verify/genuine.h"

enum {
	hex_max = 64,
	indent_step = 2
};

json_t *
show_hex(struct bytes bytes)
{
	uint8_t text[2 * hex_max];
	struct writer writer = writer_make(text, sizeof text);

	text_hex_write(&writer, bytes);
	CHECK(!writer.failed);
	return json_stringn((const char *)text, writer.size);
}

static json_t *
time_json(int64_t seconds)
{
	uint8_t text[32];
	struct writer writer = writer_make(text, sizeof text);

	text_time_write(&writer, seconds);
	CHECK(!writer.failed);
	return json_stringn((const char *)text, writer.size);
}

static void
set(json_t *object, const char *key, json_t *value)
{
	CHECK(json_object_set_new(object, key, value) == 0);
}

static void
set_number(json_t *object, const char *key, uint64_t value)
{
	set(object, key, json_integer((json_int_t)value));
}

static void
set_hex(json_t *object, const char *key, const uint8_t *data, size_t size)
{
	set(object, key, show_hex(bytes_make(data, size)));
}

static void
set_key_id(json_t *object, const char *key, uint32_t id)
{
	uint8_t bytes[4];

	be32_store(bytes, id);
	set_hex(object, key, bytes, sizeof bytes);
}

static void
set_option(json_t *object, uint16_t place, const struct manifest_contest *contest)
{
	if (contest && place < contest->options_count) {
		const struct manifest_option *option = &contest->options[place];

		set(object, "id", json_string(option->id));
		set(object, "title", json_string(option->titles.titles[0].text));
	}
}

static json_t *
choice_json(const struct ballot_choice *choice, const struct manifest_contest *contest)
{
	json_t *object =
	    json_pack("{s:i, s:i}", "option", choice->option, "value", choice->value);

	set_option(object, choice->option, contest);
	return object;
}

static json_t *
choices_json(const struct ballot_choices *choices, const struct manifest_contest *contest)
{
	json_t *object = json_object();
	json_t *list = json_array();

	if (contest) {
		set(object, "id", json_string(contest->id));
		set(object, "method", json_string(method_of(contest->method)->name));
	}
	if (choices->blank)
		set(object, "blank", json_true());
	for (size_t i = 0; i < choices->count; i++) {
		const struct ballot_choice choice = ballot_choice_at(choices, i);

		json_array_append_new(list, choice_json(&choice, contest));
	}
	set(object, "choices", list);
	return object;
}

/* The contest after `*at` that is on the ballots of that district; NULL if there is no such. */
static const struct manifest_contest *
next_contest(const struct manifest *manifest, uint16_t district, size_t *at)
{
	if (!manifest || district >= manifest_districts(manifest))
		return NULL;
	while (*at < manifest->contests_count) {
		const struct manifest_contest *contest = &manifest->contests[(*at)++];

		if (manifest_votes_in(contest, district))
			return contest;
	}
	return NULL;
}

static void
set_contests(json_t *object, const struct ballot *ballot, const struct manifest *manifest)
{
	struct reader reader = reader_make(ballot->choices);
	json_t *contests = json_array();
	size_t at = 0;

	while (reader_left(&reader) && !reader.failed) {
		const struct ballot_choices choices = ballot_choices_next(&reader);
		const struct manifest_contest *contest =
		    next_contest(manifest, ballot->district, &at);

		json_array_append_new(contests, choices_json(&choices, contest));
	}
	set(object, "contests", contests);
}

static void
set_frontend(json_t *object, uint32_t key_id, const struct manifest *manifest)
{
	const struct manifest_frontend *frontend =
	    manifest ? manifest_frontend_find(manifest, key_id) : NULL;

	if (frontend)
		set(object, "signer", json_string(frontend->key.name));
}

static void
set_district(json_t *object, uint16_t district, const struct manifest *manifest)
{
	set_number(object, "district", district);
	if (manifest && district < manifest->districts_count)
		set(object, "district_id", json_string(manifest->districts[district].id));
}

static void
set_signer(json_t *object, const struct ballot *ballot, const struct manifest *manifest)
{
	set_key_id(object, "key_id", ballot->key_id);
	if (ballot->signing == TALLY_SIGNING_VOTER) {
		set_number(object, "serial", ballot->serial);
		set_hex(object, "voter_key", ballot->voter_key, TALLY_KEY_SIZE);
		return;
	}
	set_frontend(object, ballot->key_id, manifest);
}

static void
set_fields(json_t *object, const struct ballot *ballot, const struct manifest *manifest)
{
	uint8_t digest[BALLOT_DIGEST_SIZE];

	ballot_digest(ballot, digest);
	set_hex(object, "campaign", ballot->campaign, TALLY_HASH_SIZE);
	set_hex(object, "tag", ballot->tag, TALLY_TAG_SIZE);
	set_number(object, "revision", ballot->revision);
	set_district(object, ballot->district, manifest);
	set(object, "signing",
	    json_string(ballot->signing == TALLY_SIGNING_VOTER ? "voter" : "frontend"));
	set_contests(object, ballot, manifest);
	set_signer(object, ballot, manifest);
	set_hex(object, "signature", ballot->signature, TALLY_SIGNATURE_SIZE);
	set_hex(object, "digest", digest, sizeof digest);
}

enum tally_verdict
show_ballot(json_t *object, struct bytes bytes, const struct manifest *manifest)
{
	struct verify_item item = {.bytes = bytes};
	struct ballot ballot;
	enum tally_verdict verdict = ballot_parse(bytes, &ballot);

	if (verdict == TALLY_ACCEPTED)
		set_fields(object, &ballot, manifest);
	if (verdict == TALLY_ACCEPTED && manifest) {
		const struct verifier verifier = verifier_plain(manifest);

		verify_batch(&verifier, &item, 1);
		verdict = item.verdict;
	}
	if (verdict != TALLY_ACCEPTED || manifest) {
		bool genuine = verdict == TALLY_ACCEPTED;

		set(object, "genuine", json_boolean(genuine));
		if (!genuine)
			set(object, "verdict", json_string(tally_verdict_text(verdict)->name));
	}
	return verdict;
}

static void
set_notice(json_t *object, struct bytes bytes)
{
	struct notice notice;
	const char *kind;

	if (notice_parse(bytes, &notice) != TALLY_ACCEPTED) {
		set(object, "genuine", json_false());
		return;
	}
	kind = notice_kind_name(notice.kind);
	set_hex(object, "campaign", notice.campaign, TALLY_HASH_SIZE);
	set_number(object, "number", notice.number);
	set_hex(object, "previous", notice.previous, TALLY_HASH_SIZE);
	set(object, "notice", json_string(kind ? kind : "?"));
	if (notice.kind == TALLY_NOTICE_EXTEND)
		set(object, "closes", time_json(notice.closes));
	set_key_id(object, "key_id", notice.key_id);
	set_hex(object, "signature", notice.signature, TALLY_SIGNATURE_SIZE);
}

static json_t *
totals_json(const struct sheet_contest *totals, const struct manifest_contest *contest)
{
	json_t *object = json_object();
	json_t *options = json_array();

	if (contest)
		set(object, "id", json_string(contest->id));
	set_number(object, "ballots", totals->ballots);
	set_number(object, "blank", totals->blank);
	for (size_t i = 0; i < totals->rows_count; i++) {
		const struct sheet_row row = sheet_row_at(totals, i);
		json_t *option = json_pack("{s:i}", "option", row.option);

		set_option(option, row.option, contest);
		set_number(option, "votes", row.votes);
		set(option, "score", json_integer((json_int_t)row.score));
		json_array_append_new(options, option);
	}
	set(object, "options", options);
	return object;
}

static void
set_totals(json_t *object, const struct sheet *sheet, const struct manifest *manifest)
{
	struct reader reader = reader_make(sheet->totals);
	json_t *contests = json_array();
	size_t at = 0;

	while (reader_left(&reader) && !reader.failed) {
		const struct sheet_contest totals = sheet_contest_next(&reader);

		json_array_append_new(
		    contests,
		    totals_json(&totals, next_contest(manifest, sheet->district, &at)));
	}
	set(object, "contests", contests);
}

static void
set_sheet(json_t *object, struct bytes bytes, const struct manifest *manifest)
{
	struct sheet sheet;

	if (sheet_parse(bytes, &sheet) != TALLY_ACCEPTED) {
		set(object, "genuine", json_false());
		return;
	}
	set_hex(object, "campaign", sheet.campaign, TALLY_HASH_SIZE);
	set_number(object, "number", sheet.number);
	set_district(object, sheet.district, manifest);
	set_number(object, "papers", sheet.papers);
	set(object, "operator",
	    json_stringn((const char *)sheet.counted_by.data, sheet.counted_by.size));
	set_totals(object, &sheet, manifest);
	set_key_id(object, "key_id", sheet.key_id);
	set_frontend(object, sheet.key_id, manifest);
	set_hex(object, "signature", sheet.signature, TALLY_SIGNATURE_SIZE);
}

static void
set_entry(json_t *object, const struct entry *entry, const struct manifest *manifest)
{
	switch (entry->kind) {
	case TALLY_ENTRY_CAMPAIGN:
		set_number(object, "part", entry->part);
		set_number(object, "parts", entry->parts);
		set_number(object, "bytes", entry->body.size);
		break;
	case TALLY_ENTRY_BALLOT:
		show_ballot(object, entry->body, manifest);
		break;
	case TALLY_ENTRY_TALLY:
		set_number(object, "covered", entry->covered);
		set_hex(object, "salt", entry->salt, 32);
		set_hex(object, "hash", entry->hash, TALLY_HASH_SIZE);
		break;
	case TALLY_ENTRY_PHASE:
		set(object, "phase",
		    json_string(entry->phase == TALLY_PHASE_OPEN ? "open" : "closed"));
		set(object, "cause",
		    json_string(entry->cause == TALLY_CAUSE_CLOCK ? "clock" : "notice"));
		set(object, "time", time_json(entry->minute * 60));
		break;
	case TALLY_ENTRY_NOTICE:
		set_notice(object, entry->body);
		break;
	case TALLY_ENTRY_SHEET:
		set_sheet(object, entry->body, manifest);
		break;
	}
}

bool
show_entry(json_t *object, struct bytes bytes, const struct manifest *manifest)
{
	struct entry entry;
	struct tree_hash leaf;
	bool known = entry_parse(bytes, &entry);

	tree_leaf(bytes, &leaf);
	set(object, "kind", json_string(known ? entry_kind_name(entry.kind) : "?"));
	set_number(object, "size", bytes.size);
	set_hex(object, "leaf", leaf.bytes, sizeof leaf.bytes);
	if (known)
		set_entry(object, &entry, manifest);
	return known;
}

static void
print_value(const json_t *value)
{
	if (json_is_string(value))
		printf("%s", json_string_value(value));
	else if (json_is_integer(value))
		printf("%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else
		printf("%s", json_is_true(value) ? "yes" : "no");
}

static void
print_object(json_t *object, int indent, const char *between);

/* One item a line, its plain values side by side. */
static void
print_list(json_t *list, int indent)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		printf("\n%*s- ", indent, "");
		print_object(item, indent + indent_step, ", ");
	}
}

static void
print_object(json_t *object, int indent, const char *between)
{
	const char *key, *before = "";
	json_t *value;

	json_object_foreach(object, key, value)
	{
		printf("%s%s:", before, key);
		before = between;
		if (json_is_array(value)) {
			print_list(value, indent + indent_step);
			continue;
		}
		putchar(' ');
		print_value(value);
	}
}

void
show_print(json_t *object, bool as_json)
{
	if (as_json) {
		json_dumpf(object, stdout, JSON_COMPACT);
		putchar('\n');
	} else {
		print_object(object, 0, "\n");
		putchar('\n');
	}
	json_decref(object);
}
