#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "tools/lib/recount.h"
#include "tools/tallyctl/commands.h"
#include "tools/tallyctl/logfolder.h"
#include "tools/tallyctl/show.h"

enum {
	KEY_KIND = 'k',
	KEY_SIGNER = 's',
	KEY_TAG = 't',
	KEY_JSON = 'j'
};

struct options {
	const char *log;
	const char *kind; /* name, or NULL: all */
	bool by_signer;
	uint32_t signer;
	bool by_tag;
	uint8_t tag[TALLY_TAG_SIZE];
	bool as_json;
};

static const struct argp_option option_table[] = {
    {"kind", KEY_KIND, "KIND", 0, "entries of that kind alone: ballot, notice, ...", 0},
    {"signer", KEY_SIGNER, "KEYID", 0,
     "what that key has signed: a frontend's ballots and sheets, a registrar's ballots, an "
     "authority's notices "
     "(eight hex digits, as in its vkey)",
     0},
    {"tag", KEY_TAG, "HEX", 0, "that voter tag's ballots", 0},
    {"json", KEY_JSON, NULL, 0, "one JSON object a line", 0},
    {0},
};

static void
take_hex(struct argp_state *state, const char *option, const char *text, uint8_t *data,
	 size_t size)
{
	if (strlen(text) != 2 * size || !text_hex_parse(bytes_of_string(text), data, size))
		argp_error(state, "%s is %zu hex digits, not '%s'", option, 2 * size, text);
}

static void
take_kind(struct argp_state *state, struct options *options, const char *name)
{
	for (unsigned kind = TALLY_ENTRY_CAMPAIGN; kind <= TALLY_ENTRY_SHEET; kind++)
		if (strcasecmp(name, entry_kind_name(kind)) == 0)
			options->kind = entry_kind_name(kind);
	if (options->kind == NULL)
		argp_error(state, "no entry is of kind '%s'", name);
}

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;
	uint8_t id[4];

	switch (key) {
	case KEY_KIND:
		take_kind(state, options, argument);
		return 0;
	case KEY_SIGNER:
		take_hex(state, "KEYID", argument, id, sizeof id);
		options->signer = be32_load(id);
		options->by_signer = true;
		return 0;
	case KEY_TAG:
		take_hex(state, "HEX", argument, options->tag, sizeof options->tag);
		options->by_tag = true;
		return 0;
	case KEY_JSON:
		options->as_json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (options->log)
			argp_usage(state);
		options->log = argument;
		return 0;
	case ARGP_KEY_END:
		command_need(state, options->log, "LOG");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const char *
standing(const struct recount *recount, uint64_t index)
{
	if (ousted_has(&recount->voided, index))
		return "voided";
	return ousted_has(&recount->ousted, index) ? "replaced" : "counted";
}

static void
set_signer(json_t *object, uint32_t key_id)
{
	uint8_t id[4];

	be32_store(id, key_id);
	json_object_set_new(object, "signer", show_hex(bytes_make(id, sizeof id)));
}

/* False if the options ask for others. */
static bool
add_ballot(json_t *object, const struct options *options, const struct recount *recount,
	   uint64_t index, struct bytes body)
{
	struct ballot ballot;

	CHECK(ballot_parse(body, &ballot) == TALLY_ACCEPTED);
	json_object_set_new(object, "tag", show_hex(bytes_make(ballot.tag, TALLY_TAG_SIZE)));
	json_object_set_new(object, "revision", json_integer(ballot.revision));
	json_object_set_new(object, "district", json_integer(ballot.district));
	set_signer(object, ballot.key_id);
	json_object_set_new(object, "standing", json_string(standing(recount, index)));
	return (!options->by_signer || ballot.key_id == options->signer) &&
	       (!options->by_tag || memcmp(ballot.tag, options->tag, sizeof options->tag) == 0);
}

static bool
add_notice(json_t *object, const struct options *options, struct bytes body)
{
	struct notice notice;

	CHECK(notice_parse(body, &notice) == TALLY_ACCEPTED);
	json_object_set_new(object, "number", json_integer(notice.number));
	json_object_set_new(object, "notice", json_string(notice_kind_name(notice.kind)));
	set_signer(object, notice.key_id);
	return !options->by_tag && (!options->by_signer || notice.key_id == options->signer);
}

static bool
add_sheet(json_t *object, const struct options *options, struct bytes body)
{
	struct sheet sheet;

	CHECK(sheet_parse(body, &sheet) == TALLY_ACCEPTED);
	json_object_set_new(object, "number", json_integer(sheet.number));
	json_object_set_new(object, "district", json_integer(sheet.district));
	json_object_set_new(object, "papers", json_integer(sheet.papers));
	set_signer(object, sheet.key_id);
	return !options->by_tag && (!options->by_signer || sheet.key_id == options->signer);
}

/* The fields one after the other, in columns that do not move. */
static void
print_line(const json_t *object)
{
	const char *name;
	const json_t *value;
	const char *before = "";

	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		if (json_is_integer(value) && strcmp(name, "index") == 0)
			printf("%10" JSON_INTEGER_FORMAT, json_integer_value(value));
		else if (json_is_integer(value))
			printf("%s%s %" JSON_INTEGER_FORMAT, before, name,
			       json_integer_value(value));
		else
			printf("%s%-8s", before, json_string_value(value));
		before = "  ";
	}
	printf("\n");
}

static void
list_entry(const struct options *options, const struct recount *recount, uint64_t index,
	   struct bytes bytes)
{
	bool any = !options->by_signer && !options->by_tag;
	struct entry entry;
	json_t *object;

	CHECK(entry_parse(bytes, &entry));
	if (options->kind != NULL && strcmp(options->kind, entry_kind_name(entry.kind)) != 0)
		return;
	object = json_pack("{s:I, s:s}", "index", (json_int_t)index, "kind",
			   entry_kind_name(entry.kind));
	CHECK(object != NULL);
	if (entry.kind == TALLY_ENTRY_BALLOT)
		any = add_ballot(object, options, recount, index, entry.body);
	else if (entry.kind == TALLY_ENTRY_NOTICE)
		any = add_notice(object, options, entry.body);
	else if (entry.kind == TALLY_ENTRY_SHEET)
		any = add_sheet(object, options, entry.body);
	if (any && options->as_json)
		show_print(json_incref(object), true);
	else if (any)
		print_line(object);
	json_decref(object);
}

static enum tally_exit
list_all(const struct options *options, const struct recount *recount, struct trouble *trouble)
{
	enum tally_exit status = TALLY_EXIT_FINE;
	struct bundle bundle;

	bundle_init(&bundle);
	for (uint64_t n = 0; n < recount->scroll.bundles && status == TALLY_EXIT_FINE; n++) {
		status = scroll_read(&recount->scroll, n, &bundle, trouble);
		for (unsigned i = 0; i < bundle.count && status == TALLY_EXIT_FINE; i++)
			list_entry(options, recount, bundle.first + i, bundle.entries[i]);
	}
	bundle_free(&bundle);
	return status;
}

static enum tally_exit
list_open(const struct publiclog *log, const struct options *options)
{
	struct recount recount;
	struct trouble trouble;
	enum tally_exit status;

	if (logfolder_sealed(log)) {
		trouble_set(&trouble, TALLY_EXIT_FAILED,
			    "results are sealed, entries are not public yet; those of the law "
			    "are in %s/law",
			    log->path);
		return logfolder_complain(&trouble);
	}
	status = recount_run(log, NULL, &recount, &trouble);
	if (status == TALLY_EXIT_FINE) {
		status = list_all(options, &recount, &trouble);
		recount_free(&recount);
	}
	return status == TALLY_EXIT_FINE ? status : logfolder_complain(&trouble);
}

int
entry_list_run(int argc, char **argv)
{
	const struct argp argp = {
	    option_table,
	    take,
	    "LOG",
	    "Lists the entries of a public log. The log is counted again, so"
	    " that each ballot says what became of it; signatures are"
	    " tally-verify's work.",
	    NULL,
	    NULL,
	    NULL};
	struct options options = {0};
	struct publiclog log;
	enum tally_exit code;

	command_parse(&argp, argc, argv, &options);
	code = logfolder_open(&log, options.log);
	if (code != TALLY_EXIT_FINE)
		return code;
	code = list_open(&log, &options);
	publiclog_close(&log);
	return code;
}
