#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "tools/lib/complain.h"
#include "tools/lib/keyfile.h"
#include "tools/lib/wholefile.h"
#include "tools/tallyctl/commands.h"
#include "tools/tallyctl/dispatch.h"
#include "tools/lib/peer.h"

enum {
	KEY_TO = 't',
	KEY_AT = 'a',
	KEY_KEY = 'k',
	KEY_FRONTEND = 256,
	KEY_REGISTRAR,
	KEY_CONTEST,
	KEY_OPTION,
	KEY_TAGS,
	KEY_SIGNER,
	KEY_FROM,
	KEY_AGAIN,
	KEY_BARRED,
	KEY_REASON,
	KEY_ROSTER,
};

/* Options by the kinds they go with; the words as they were given. */
enum wanted {
	WANTED_TO,
	WANTED_AT,
	WANTED_FRONTEND,
	WANTED_REGISTRAR,
	WANTED_CONTEST,
	WANTED_OPTION,
	WANTED_TAGS,
	WANTED_SIGNER,
	WANTED_FROM,
	WANTED_AGAIN,
	WANTED_BARRED,
	WANTED_REASON,
	WANTED_ROSTER,
	WANTED_COUNT,
};

static const struct {
	int key;
	const char *name;
	unsigned kinds; /* bit by kind */
} wanted_table[WANTED_COUNT] = {
    [WANTED_TO] = {KEY_TO, "--to", 1u << TALLY_NOTICE_EXTEND | 1u << TALLY_NOTICE_VOID},
    [WANTED_AT] = {KEY_AT, "--at", 1u << TALLY_NOTICE_UNSEAL},
    [WANTED_FRONTEND] = {KEY_FRONTEND, "--frontend", 1u << TALLY_NOTICE_REVOKE},
    [WANTED_REGISTRAR] = {KEY_REGISTRAR, "--registrar", 1u << TALLY_NOTICE_REVOKE},
    [WANTED_CONTEST] = {KEY_CONTEST, "--contest", 1u << TALLY_NOTICE_WITHDRAW},
    [WANTED_OPTION] = {KEY_OPTION, "--option", 1u << TALLY_NOTICE_WITHDRAW},
    [WANTED_TAGS] = {KEY_TAGS, "--tags", 1u << TALLY_NOTICE_VOID},
    [WANTED_SIGNER] = {KEY_SIGNER, "--signer", 1u << TALLY_NOTICE_VOID},
    [WANTED_FROM] = {KEY_FROM, "--from", 1u << TALLY_NOTICE_VOID},
    [WANTED_AGAIN] = {KEY_AGAIN, "--again", 1u << TALLY_NOTICE_VOID},
    [WANTED_BARRED] = {KEY_BARRED, "--barred", 1u << TALLY_NOTICE_VOID},
    [WANTED_REASON] = {KEY_REASON, "--reason", 1u << TALLY_NOTICE_VOID},
    [WANTED_ROSTER] = {KEY_ROSTER, "--roster", 1u << TALLY_NOTICE_ENROL},
};

struct options {
	const char *kind_text;
	const char *text; /* of draw and text */
	const char *wanted[WANTED_COUNT];
	const char *key;
	struct wholefile text_file;
	struct decree decree;
	struct peer_options peer;
};

static const struct argp_option option_table[] = {
    {"to", KEY_TO, "TIME|INDEX", 0,
     "extend: the new closing time, such as 2026-11-23T20:00:00+02:00; void: the last index",
     0},
    {"at", KEY_AT, "TIME", 0, "unseal: from when on results are public (the present minute)",
     0},
    {"frontend", KEY_FRONTEND, "KEYID|VKEY", 0,
     "revoke: a frontend's key, by its 8 hex digits,"
     " its vkey, or a file that holds it",
     0},
    {"registrar", KEY_REGISTRAR, "KEYID|VKEY", 0, "revoke: a registrar's", 0},
    {"contest", KEY_CONTEST, "ID", 0, "withdraw: the contest", 0},
    {"option", KEY_OPTION, "ID", 0, "withdraw: its option", 0},
    {"tags", KEY_TAGS, "FILE", 0, "void: the ballots of these tags, a line each", 0},
    {"signer", KEY_SIGNER, "KEYID|VKEY", 0, "void: the ballots that carry this key", 0},
    {"from", KEY_FROM, "INDEX", 0, "void --signer: from this index on, up to --to", 0},
    {"again", KEY_AGAIN, NULL, 0, "void: those voters may vote again", 0},
    {"barred", KEY_BARRED, NULL, 0, "void: they may not", 0},
    {"reason", KEY_REASON, "TEXT", 0, "void: why; everybody can read it", 0},
    {"roster", KEY_ROSTER, "FILE", 0, "enrol: lines TAG;DISTRICT, or records of a roster", 0},
    {"key", KEY_KEY, "FILE", 0, "the authority's private key", 0},
    {0},
};

static enum tally_notice_kind
kind_of(struct argp_state *state, const char *text)
{
	for (unsigned kind = 1; notice_kind_name(kind) != NULL; kind++)
		if (strcmp(notice_kind_name(kind), text) == 0)
			return (enum tally_notice_kind)kind;
	argp_error(state,
		   "'%s' is no kind of notice: extend, pause, resume, close, unseal, revoke,"
		   " withdraw, void, enrol, draw and text are",
		   text);
	return TALLY_NOTICE_TEXT;
}

static error_t
take_argument(struct argp_state *state, struct options *options, const char *argument)
{
	if (options->kind_text == NULL) {
		options->kind_text = argument;
		options->decree.kind = kind_of(state, argument);
	} else if (options->text == NULL) {
		options->text = argument;
	} else {
		argp_usage(state);
	}
	return 0;
}

static int64_t
take_time(struct argp_state *state, const char *text)
{
	int64_t time = 0;

	if (!text_time_parse(bytes_of_string(text), &time) || time % 60 != 0)
		argp_error(state, "'%s' is not a whole minute in RFC 3339", text);
	return time;
}

/* 8 hexadecimal digits, or a vkey, whose name holds `+`; or a file. */
static uint32_t
take_key(struct argp_state *state, const char *text)
{
	uint8_t id[4];
	struct note_key key;

	if (text_hex_parse(bytes_of_string(text), id, sizeof id))
		return be32_load(id);
	if (keyfile_public_read(text, &key) != TALLY_EXIT_FINE)
		argp_error(state, "'%s' is neither a key id (8 hexadecimal digits) nor a vkey",
			   text);
	return key.id;
}

static void
take_void(struct argp_state *state, struct options *options)
{
	const char *const *wanted = options->wanted;
	struct decree *decree = &options->decree;

	if ((wanted[WANTED_AGAIN] == NULL) == (wanted[WANTED_BARRED] == NULL))
		argp_error(state, "void: one of --again and --barred is needed");
	if ((wanted[WANTED_TAGS] == NULL) == (wanted[WANTED_SIGNER] == NULL))
		argp_error(state, "void: one of --tags and --signer is needed");
	command_need(state, wanted[WANTED_REASON], "--reason");
	decree->fate = wanted[WANTED_AGAIN] != NULL ? NOTICE_AGAIN : NOTICE_BARRED;
	decree->text = bytes_of_string(wanted[WANTED_REASON]);
	if (wanted[WANTED_SIGNER] == NULL) {
		if (wanted[WANTED_FROM] != NULL || wanted[WANTED_TO] != NULL)
			argp_error(state, "void: --from and --to go with --signer");
		return;
	}
	command_need(state, wanted[WANTED_FROM], "--from");
	command_need(state, wanted[WANTED_TO], "--to");
	decree->key_id = take_key(state, wanted[WANTED_SIGNER]);
	decree->first = command_number(state, "--from", wanted[WANTED_FROM], 0, UINT32_MAX);
	decree->last = command_number(state, "--to", wanted[WANTED_TO], 0, UINT32_MAX);
	if (decree->first > decree->last)
		argp_error(state, "void: --from is behind --to");
}

static void
take_revoke(struct argp_state *state, struct options *options)
{
	const char *frontend = options->wanted[WANTED_FRONTEND];
	const char *registrar = options->wanted[WANTED_REGISTRAR];

	if ((frontend == NULL) == (registrar == NULL))
		argp_error(state, "revoke: one of --frontend and --registrar is needed");
	options->decree.holder = frontend != NULL ? NOTICE_FRONTEND : NOTICE_REGISTRAR;
	options->decree.key_id = take_key(state, frontend != NULL ? frontend : registrar);
}

static void
take_kind(struct argp_state *state, struct options *options)
{
	const char *const *wanted = options->wanted;
	struct decree *decree = &options->decree;

	switch (decree->kind) {
	case TALLY_NOTICE_EXTEND:
		command_need(state, wanted[WANTED_TO], "--to");
		decree->time = take_time(state, wanted[WANTED_TO]);
		break;
	case TALLY_NOTICE_UNSEAL:
		decree->time = wanted[WANTED_AT] != NULL ? take_time(state, wanted[WANTED_AT])
							 : time(NULL) / 60 * 60;
		break;
	case TALLY_NOTICE_REVOKE:
		take_revoke(state, options);
		break;
	case TALLY_NOTICE_WITHDRAW:
		command_need(state, wanted[WANTED_CONTEST], "--contest");
		command_need(state, wanted[WANTED_OPTION], "--option");
		break;
	case TALLY_NOTICE_VOID:
		take_void(state, options);
		break;
	case TALLY_NOTICE_ENROL:
		command_need(state, wanted[WANTED_ROSTER], "--roster");
		break;
	default:
		break;
	}
}

static error_t
take_end(struct argp_state *state, struct options *options)
{
	bool worded = options->decree.kind == TALLY_NOTICE_DRAW ||
		      options->decree.kind == TALLY_NOTICE_TEXT;

	command_need(state, options->kind_text, "a kind of notice");
	command_need(state, options->key, "--key");
	if (worded)
		command_need(state, options->text, "the text");
	else if (options->text != NULL)
		argp_usage(state);
	for (size_t i = 0; i < WANTED_COUNT; i++)
		if (options->wanted[i] != NULL &&
		    (wanted_table[i].kinds >> options->decree.kind & 1) == 0)
			argp_error(state, "%s does not go with %s", wanted_table[i].name,
				   options->kind_text);
	take_kind(state, options);
	return 0;
}

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	for (size_t i = 0; i < WANTED_COUNT; i++)
		if (wanted_table[i].key == key) {
			options->wanted[i] = argument != NULL ? argument : "";
			return 0;
		}
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->peer;
		return 0;
	case KEY_KEY:
		options->key = argument;
		return 0;
	case ARGP_KEY_ARG:
		return take_argument(state, options, argument);
	case ARGP_KEY_END:
		return take_end(state, options);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The words themselves, or @FILE's, without the line feed at its end. */
static enum tally_exit
read_text(struct options *options)
{
	struct decree *decree = &options->decree;
	enum tally_exit code = TALLY_EXIT_FINE;

	if (options->text == NULL)
		return TALLY_EXIT_FINE;
	decree->text = bytes_of_string(options->text);
	if (options->text[0] != '@')
		return TALLY_EXIT_FINE;
	code = wholefile_read(options->text + 1, NOTICE_TEXT_MAX + 1, &options->text_file);
	if (code != TALLY_EXIT_FINE)
		return code;
	decree->text = bytes_make(options->text_file.data, options->text_file.size);
	if (decree->text.size > 0 && decree->text.data[decree->text.size - 1] == '\n')
		decree->text.size--;
	return TALLY_EXIT_FINE;
}

static enum tally_exit
check_text(const struct options *options)
{
	const struct decree *decree = &options->decree;
	bool lined = decree->kind == TALLY_NOTICE_TEXT;
	bool worded =
	    lined || decree->kind == TALLY_NOTICE_DRAW || decree->kind == TALLY_NOTICE_VOID;

	if (!worded || notice_text_fits(decree->kind, decree->text))
		return TALLY_EXIT_FINE;
	complain("%s: the text must be 1 to %d bytes of UTF-8 without control characters%s",
		 options->kind_text, lined ? NOTICE_TEXT_MAX : NOTICE_REASON_MAX,
		 lined ? " but line feeds" : "");
	return TALLY_EXIT_USAGE;
}

static enum tally_exit
find_option(struct options *options, const struct manifest *manifest)
{
	const char *id = options->wanted[WANTED_CONTEST];
	const char *option = options->wanted[WANTED_OPTION];

	for (size_t c = 0; c < manifest->contests_count; c++) {
		const struct manifest_contest *contest = &manifest->contests[c];

		if (strcmp(contest->id, id) != 0)
			continue;
		for (size_t i = 0; i < contest->options_count; i++)
			if (strcmp(contest->options[i].id, option) == 0) {
				options->decree.contest = (uint16_t)c;
				options->decree.option = (uint16_t)i;
				return TALLY_EXIT_FINE;
			}
		complain("contest '%s' has no option '%s'", id, option);
		return TALLY_EXIT_USAGE;
	}
	complain("the campaign has no contest '%s'", id);
	return TALLY_EXIT_USAGE;
}

static enum tally_exit
read_list(struct options *options, const char *path, const struct manifest *manifest)
{
	enum tally_exit code = taglist_read(path, manifest, &options->decree.tags);

	if (code == TALLY_EXIT_FINE && options->decree.tags.doubles > 0)
		complain("%s: %zu tags are there more than once, and taken once", path,
			 options->decree.tags.doubles);
	return code;
}

/* What only the campaign's manifest, or a file, can tell. */
static enum tally_exit
complete(void *context, const struct manifest *manifest)
{
	struct options *options = context;

	if (options->decree.kind == TALLY_NOTICE_WITHDRAW)
		return find_option(options, manifest);
	return read_list(options, options->wanted[WANTED_ROSTER], manifest);
}

int
notice_run(int argc, char **argv)
{
	const struct argp argp = {
	    option_table,
	    take,
	    "extend --to TIME\npause\nresume\nclose\nunseal [--at TIME]\n"
	    "revoke --frontend KEY | --registrar KEY\nwithdraw --contest ID --option ID\n"
	    "void --tags FILE --again|--barred --reason TEXT\n"
	    "void --signer KEY --from INDEX --to INDEX --again|--barred --reason TEXT\n"
	    "enrol --roster FILE\ndraw TEXT|@FILE\ntext TEXT|@FILE",
	    "Signs an order of the authority and sends it. Prints the verdict"
	    " and, if accepted, the index of its entry; a line for each notice where a set of "
	    "tags"
	    " or indexes takes several. What is in the log already is left out.",
	    peer_argp_children,
	    NULL,
	    NULL};
	struct options options = {0};
	struct dispatch dispatch = {.decree = &options.decree, .context = &options};
	enum tally_exit code;

	command_parse(&argp, argc, argv, &options);
	if (!peer_aim(&dispatch.peer, &options.peer))
		return TALLY_EXIT_USAGE;
	code = keyfile_read(options.key, &dispatch.key);
	if (code == TALLY_EXIT_FINE)
		code = read_text(&options);
	if (code == TALLY_EXIT_FINE)
		code = check_text(&options);
	if (code == TALLY_EXIT_FINE && options.wanted[WANTED_TAGS] != NULL)
		code = read_list(&options, options.wanted[WANTED_TAGS], NULL);
	if (options.decree.kind == TALLY_NOTICE_WITHDRAW ||
	    options.decree.kind == TALLY_NOTICE_ENROL)
		dispatch.complete = complete;
	if (code == TALLY_EXIT_FINE)
		code = dispatch_send(&dispatch);
	decree_free(&options.decree);
	free(options.text_file.data);
	sodium_memzero(&dispatch.key, sizeof dispatch.key);
	return code;
}
