#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/lib/complain.h"
#include "tools/lib/http.h"
#include "tools/lib/keyfile.h"
#include "tools/lib/recount.h"
#include "tools/lib/source.h"
#include "tools/lib/winners.h"
#include "tools/tallyctl/command.h"
#include "tools/tallyctl/logfolder.h"
#include "tools/tallyctl/outcome_csv.h"
#include "tools/tallyctl/outcome_json.h"
#include "tools/tallyctl/outcome_table.h"
#include "tools/tallyctl/show.h"
#include "tools/tallyctl/statement.h"

enum {
	KEY_LOG = 'l',
	KEY_HTTP = 0x100,
	KEY_FORMAT = 'f',
	KEY_LANGUAGE = 0x101,
	KEY_KEY = 'k'
};

struct options {
	const char *log;
	const char *http;
	const char *format;
	const char *language;
	const char *vkey;
	struct note_key key; /* if vkey is given */
};

static const struct argp_option option_table[] = {
    {"log", KEY_LOG, "DIR|URL", 0, "a public log, to be counted again", 0},
    {"http", KEY_HTTP, "URL", 0, "a server, for what it states (URL/results)", 0},
    {"key", KEY_KEY, "VKEY", 0,
     "the log's key (default: the one the log itself states; an address needs it)", 0},
    {"format", KEY_FORMAT, "FORMAT", 0, "table (default), json or csv", 0},
    {"language", KEY_LANGUAGE, "LANG", 0, "of titles, such as ro", 0},
    {0},
};

static void
take_format(struct argp_state *state, const char *format)
{
	if (strcmp(format, "pb") == 0)
		argp_failure(state, TALLY_EXIT_USAGE, 0,
			     "--format pb is not supported in this release: a .pb file must "
			     "state the budget, which no manifest does yet");
	if (strcmp(format, "table") != 0 && strcmp(format, "json") != 0 &&
	    strcmp(format, "csv") != 0)
		argp_error(state, "--format is table, json or csv, not '%s'", format);
}

static void
take_all(struct argp_state *state, const struct options *options)
{
	if ((options->log == NULL) == (options->http == NULL))
		argp_error(state, "either --log or --http is needed");
	if (options->http != NULL && options->vkey != NULL)
		argp_error(state, "--key goes with --log: what a server states is not signed");
	if (options->log != NULL && http_is_url(options->log) && options->vkey == NULL)
		argp_error(state, "a log at an address needs --key");
}

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_LOG:
		options->log = argument;
		return 0;
	case KEY_HTTP:
		options->http = argument;
		return 0;
	case KEY_KEY:
		options->vkey = argument;
		return 0;
	case KEY_FORMAT:
		options->format = argument;
		take_format(state, argument);
		return 0;
	case KEY_LANGUAGE:
		options->language = argument;
		return 0;
	case ARGP_KEY_END:
		take_all(state, options);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Takes the statement. */
static enum tally_exit
print_statement(json_t *statement, const struct options *options)
{
	enum tally_exit code = TALLY_EXIT_FINE;

	if (strcmp(options->format, "json") == 0) {
		show_print(statement, true);
		return code;
	}
	if (strcmp(options->format, "table") == 0) {
		statement_print(statement);
	} else if (statement_sealed(statement)) {
		complain("results are sealed: there are no counts to print");
		code = TALLY_EXIT_FAILED;
	} else {
		outcome_csv_print(statement, NULL, "");
	}
	json_decref(statement);
	return code;
}

static enum tally_exit
print_http(const struct options *options)
{
	json_t *statement;
	enum tally_exit code = statement_fetch(options->http, &statement);

	return code == TALLY_EXIT_FINE ? print_statement(statement, options) : code;
}

static void
print_recount(const struct recount *recount, const struct winners *winners,
	      const struct options *options)
{
	json_t *object = outcome_json(recount, winners);

	if (strcmp(options->format, "json") == 0) {
		show_print(object, true);
		return;
	}
	if (strcmp(options->format, "csv") == 0)
		outcome_csv_print(object, recount->manifest, options->language);
	else
		outcome_table_print(recount, winners, options->language);
	json_decref(object);
}

static enum tally_exit
print_sealed(const struct publiclog *log, const struct options *options)
{
	const char *why;
	struct trouble trouble;
	uint8_t *data = NULL;
	size_t capacity = 0;
	size_t size;
	json_t *statement;
	enum tally_exit code = publiclog_read(log, "results", STATEMENT_SIZE_MAX, &data,
					      &capacity, &size, &trouble);

	if (code != TALLY_EXIT_FINE)
		return logfolder_complain(&trouble);
	statement = statement_parse(bytes_make(data, size), &why);
	free(data);
	if (statement != NULL)
		return print_statement(statement, options);
	complain("%s/results: %s", log->path, why);
	return TALLY_EXIT_FAILED;
}

/* Reads the log's entries once more where rules read ballots. */
static enum tally_exit
print_winners(const struct recount *recount, const struct options *options)
{
	struct winners winners;
	struct trouble trouble;

	if (winners_decide(&recount->scroll, recount, &winners, &trouble) != TALLY_EXIT_FINE)
		return logfolder_complain(&trouble);
	print_recount(recount, &winners, options);
	winners_free(&winners);
	return TALLY_EXIT_FINE;
}

static enum tally_exit
print_log(const struct publiclog *log, const struct options *options)
{
	struct recount recount;
	struct trouble trouble;
	enum tally_exit code;

	if (logfolder_sealed(log))
		return print_sealed(log, options);
	if (recount_run(log, options->vkey ? &options->key : NULL, &recount, &trouble) !=
	    TALLY_EXIT_FINE)
		return logfolder_complain(&trouble);
	code = print_winners(&recount, options);
	recount_free(&recount);
	return code;
}

static enum tally_exit
print_address(const struct options *options)
{
	struct source source;
	struct trouble trouble;
	enum tally_exit code;

	if (source_open(&source, options->log, NULL, &options->key, NULL, NULL, &trouble) !=
	    TALLY_EXIT_FINE)
		return logfolder_complain(&trouble);
	code = source_refresh(&source, &trouble) == TALLY_EXIT_FINE
		   ? print_log(&source.log, options)
		   : logfolder_complain(&trouble);
	source_close(&source);
	return code;
}

static enum tally_exit
print_folder(const struct options *options)
{
	struct publiclog log;
	enum tally_exit code = logfolder_open(&log, options->log);

	if (code != TALLY_EXIT_FINE)
		return code;
	code = print_log(&log, options);
	publiclog_close(&log);
	return code;
}

int
results_run(int argc, char **argv)
{
	const struct argp argp = {
	    option_table,
	    take,
	    NULL,
	    "Prints the results of a campaign at its newest checkpoint: counted again from a "
	    "public"
	    " log, entry by entry (--log), or as a server states them (--http). Signatures of"
	    " ballots are tally-verify's to check.",
	    NULL,
	    NULL,
	    NULL};
	struct options options = {.format = "table", .language = ""};
	enum tally_exit code = TALLY_EXIT_FINE;

	command_parse(&argp, argc, argv, &options);
	if (options.http != NULL)
		return print_http(&options);
	if (options.vkey != NULL)
		code = keyfile_public_read(options.vkey, &options.key);
	if (code != TALLY_EXIT_FINE)
		return code;
	return http_is_url(options.log) ? print_address(&options) : print_folder(&options);
}
