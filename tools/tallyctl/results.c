#include <stdio.h>
#include <string.h>

#include "tools/lib/complain.h"
#include "tools/lib/keyfile.h"
#include "tools/lib/recount.h"
#include "tools/tallyctl/command.h"
#include "tools/tallyctl/logfolder.h"
#include "tools/tallyctl/outcome_json.h"
#include "tools/tallyctl/outcome_table.h"

enum {
	KEY_LOG = 'l',
	KEY_HTTP = 0x100,
	KEY_FORMAT = 'f',
	KEY_LANGUAGE = 0x101,
	KEY_KEY = 'k'
};

struct options {
	const char *log;
	const char *format;
	const char *language;
	const char *key;
};

static const struct argp_option option_table[] = {
    {"log", KEY_LOG, "DIR", 0, "directory of the public log", 0},
    {"key", KEY_KEY, "VKEY", 0, "the log's key (default: the one the log itself states)", 0},
    {"format", KEY_FORMAT, "FORMAT", 0, "table (default) or json", 0},
    {"language", KEY_LANGUAGE, "LANG", 0, "of titles in the table, such as ro", 0},
    {"http", KEY_HTTP, "URL", 0, "not supported in this release", 0},
    {0},
};

static error_t
take_format(struct argp_state *state, const char *format)
{
	if (strcmp(format, "csv") == 0 || strcmp(format, "pb") == 0)
		argp_failure(state, TALLY_EXIT_USAGE, 0,
			     "--format %s is not supported in this release", format);
	if (strcmp(format, "table") != 0 && strcmp(format, "json") != 0)
		argp_error(state, "--format is table or json, not '%s'", format);
	return 0;
}

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_LOG:
		options->log = argument;
		return 0;
	case KEY_KEY:
		options->key = argument;
		return 0;
	case KEY_FORMAT:
		options->format = argument;
		return take_format(state, argument);
	case KEY_LANGUAGE:
		options->language = argument;
		return 0;
	case KEY_HTTP:
		argp_failure(state, TALLY_EXIT_USAGE, 0,
			     "--http is not supported in this release; use --log DIR");
		return 0;
	case ARGP_KEY_END:
		command_need(state, options->log, "--log");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static enum tally_exit
print(const struct publiclog *log, const struct options *options)
{
	struct recount recount;
	struct trouble trouble;
	struct note_key key;
	enum tally_exit code = TALLY_EXIT_FINE;

	if (options->key)
		code = keyfile_public_read(options->key, &key);
	if (code != TALLY_EXIT_FINE)
		return code;
	code = recount_run(log, options->key ? &key : NULL, &recount, &trouble);
	if (code != TALLY_EXIT_FINE)
		return logfolder_complain(&trouble);
	if (strcmp(options->format, "json") == 0)
		outcome_json_print(&recount);
	else
		outcome_table_print(&recount, options->language);
	recount_free(&recount);
	return TALLY_EXIT_FINE;
}

int
results_run(int argc, char **argv)
{
	const struct argp argp = {
	    option_table,
	    take,
	    NULL,
	    "Counts a public log again, entry by entry, and prints what its newest checkpoint"
	    " covers. Signatures of ballots are tally-verify's to check.",
	    NULL,
	    NULL,
	    NULL};
	struct options options = {.format = "table", .language = ""};
	struct publiclog log;
	enum tally_exit code;

	command_parse(&argp, argc, argv, &options);
	code = logfolder_open(&log, options.log);
	if (code != TALLY_EXIT_FINE)
		return code;
	code = print(&log, &options);
	publiclog_close(&log);
	return code;
}
