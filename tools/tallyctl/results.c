#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "tools/lib/complain.h"
#include "tools/lib/http.h"
#include "tools/lib/keyfile.h"
#include "tools/lib/recount.h"
#include "tools/lib/source.h"
#include "tools/lib/winners.h"
#include "tools/tallyctl/commands.h"
#include "tools/tallyctl/logfolder.h"
#include "tools/tallyctl/outcome_csv.h"
#include "tools/tallyctl/outcome_json.h"
#include "tools/tallyctl/outcome_table.h"
#include "tools/tallyctl/package.h"
#include "tools/tallyctl/money.h"
#include "tools/tallyctl/results_pb.h"
#include "tools/tallyctl/show.h"
#include "tools/tallyctl/statement.h"

enum {
	KEY_LOG = 'l',
	KEY_HTTP = 0x100,
	KEY_FORMAT = 'f',
	KEY_LANGUAGE = 0x101,
	KEY_KEY = 'k',
	KEY_OUT = 'o',
	KEY_CONTEST = 0x102,
	KEY_COUNTRY,
	KEY_UNIT,
	KEY_INSTANCE,
	KEY_UNITS,
	KEY_SEED,
};

struct options {
	const char *log;
	const char *http;
	const char *format;
	const char *language;
	const char *vkey;
	struct note_key key; /* if vkey is given */
	const char *out;
	const char *contest;
	struct export_wish pb;
};

static const struct argp_option option_table[] = {
    {"log", KEY_LOG, "DIR|URL", 0, "a public log, to be counted again", 0},
    {"http", KEY_HTTP, "URL", 0, "a server, for what it states (URL/results)", 0},
    {"key", KEY_KEY, "VKEY", 0,
     "the log's key (default: the one the log itself states; an address needs it)", 0},
    {"format", KEY_FORMAT, "FORMAT", 0, "table (default), json, csv or pb", 0},
    {"language", KEY_LANGUAGE, "LANG", 0, "of titles, such as ro", 0},
    {"units", KEY_UNITS, "N", 0,
     "minor units in one of the money's: 1, 10, 100 (default) or 1000; json has minor units",
     0},
    {"out", KEY_OUT, "DIR", 0, "of csv: all tables, as a data package in DIR", 0},
    {"contest", KEY_CONTEST, "ID", 0, "of pb: the contest; needed if there are several", 0},
    {"country", KEY_COUNTRY, "TEXT", 0, "of pb: for META (default: unknown)", 0},
    {"unit", KEY_UNIT, "TEXT", 0, "of pb: for META (default: the campaign's title)", 0},
    {"instance", KEY_INSTANCE, "TEXT", 0, "of pb: for META (default: year of opening)", 0},
    {"seed", KEY_SEED, "HEX", OPTION_HIDDEN, "of pb: the order of the votes, for tests", 0},
    {0},
};

static void
take_format(struct argp_state *state, const char *format)
{
	if (strcmp(format, "table") != 0 && strcmp(format, "json") != 0 &&
	    strcmp(format, "csv") != 0 && strcmp(format, "pb") != 0)
		argp_error(state, "--format is table, json, csv or pb, not '%s'", format);
}

/* What --format pb alone asks for. */
static bool
take_pb(int key, const char *argument, struct argp_state *state, struct export_wish *pb)
{
	struct bytes seed = bytes_of_string(argument);

	if (key == KEY_COUNTRY)
		pb->country = argument;
	else if (key == KEY_UNIT)
		pb->unit = argument;
	else if (key == KEY_INSTANCE)
		pb->instance = argument;
	else if (key == KEY_UNITS && !money_units(argument, &pb->units))
		argp_error(state, "--units is 1, 10, 100 or 1000");
	else if (key == KEY_SEED && !text_hex_parse(seed, pb->seed, sizeof pb->seed))
		argp_error(state, "--seed has 64 lower-case hexadecimal digits");
	return key >= KEY_COUNTRY;
}

static void
take_all(struct argp_state *state, const struct options *options)
{
	if ((options->log == NULL) == (options->http == NULL))
		argp_error(state, "either --log or --http is needed");
	if (options->http != NULL && options->vkey != NULL)
		argp_error(state, "--key goes with --log: what a server states is not signed");
	if (options->out != NULL && strcmp(options->format, "csv") != 0)
		argp_error(state, "--out goes with --format csv");
	if (options->http != NULL && strcmp(options->format, "pb") == 0)
		argp_error(state, "--format pb goes with --log: it lists the ballots");
	if (options->log != NULL && http_is_url(options->log) && options->vkey == NULL)
		argp_error(state, "a log at an address needs --key");
}

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	if (argument != NULL && take_pb(key, argument, state, &options->pb))
		return 0;
	switch (key) {
	case KEY_OUT:
		options->out = argument;
		return 0;
	case KEY_CONTEST:
		options->contest = argument;
		return 0;
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
		options->language = options->pb.language = argument;
		return 0;
	case ARGP_KEY_END:
		take_all(state, options);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The tables: one of them on stdout, or all in a folder. */
static enum tally_exit
print_csv(const json_t *results, const struct manifest *manifest, const struct options *options)
{
	const struct package package = {results, manifest, options->language,
					options->pb.units};
	const struct outcome_style style = {options->language, options->pb.units};

	if (options->out != NULL)
		return package_write(&package, options->out);
	outcome_csv_print(results, manifest, &style);
	return TALLY_EXIT_FINE;
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
		code = print_csv(statement, NULL, options);
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

static enum tally_exit
print_recount(const struct recount *recount, const struct winners *winners,
	      const struct options *options)
{
	const struct outcome_style style = {options->language, options->pb.units};
	enum tally_exit code = TALLY_EXIT_FINE;
	json_t *object;

	if (strcmp(options->format, "pb") == 0)
		return results_pb_print(recount, winners, options->contest, &options->pb);
	object = outcome_json(recount, winners);
	if (strcmp(options->format, "json") == 0) {
		show_print(object, true);
		return code;
	}
	if (strcmp(options->format, "csv") == 0)
		code = print_csv(object, recount->manifest, options);
	else
		outcome_table_print(recount, winners, &style);
	json_decref(object);
	return code;
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
	enum tally_exit code;

	if (winners_decide(&recount->scroll, recount, &winners, &trouble) != TALLY_EXIT_FINE)
		return logfolder_complain(&trouble);
	code = print_recount(recount, &winners, options);
	winners_free(&winners);
	return code;
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
	struct options options = {
	    .format = "table", .language = "", .pb = {.language = "", .units = 100}};
	enum tally_exit code = TALLY_EXIT_FINE;

	randombytes_buf(options.pb.seed, sizeof options.pb.seed);

	command_parse(&argp, argc, argv, &options);
	if (options.http != NULL)
		return print_http(&options);
	if (options.vkey != NULL)
		code = keyfile_public_read(options.vkey, &options.key);
	if (code != TALLY_EXIT_FINE)
		return code;
	return http_is_url(options.log) ? print_address(&options) : print_folder(&options);
}
