/* tally-verify: is this public log what its key's owner promised? */
#include <argp.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tools/lib/audit.h"
#include "tools/lib/complain.h"
#include "tools/lib/crew.h"
#include "tools/lib/keyfile.h"
#include "tools/lib/wholefile.h"
#include "tools/tally-verify/receipt.h"
#include "tools/tally-verify/show.h"
#include "verify/genuine.h"

enum {
	PATIENCE_MS = 2000,
	BALLOT_FILE_MAX = 256 * 1024 * 1024,
	OPTION_CAMPAIGN = 256,
	OPTION_OLD,
	OPTION_JSON,
	OPTION_RECEIPT,
	OPTION_BALLOT,
};

const char *argp_program_version = "tally-verify " TALLY_VERSION;

static const struct argp_option options[] = {
    {"key", 'k', "VKEY", 0, "The log's public key, or a file that holds it (required)", 0},
    {"campaign", OPTION_CAMPAIGN, "ID", 0, "The campaign must be this one (64 hex digits)", 0},
    {"old", OPTION_OLD, "FILE", 0, "The log must continue the older signed checkpoint in FILE",
     0},
    {"jobs", 'j', "N", 0, "Use N threads (default: every processor)", 0},
    {"receipt", OPTION_RECEIPT, "FILE", 0, "Check a receipt offline, without a log", 0},
    {"ballot", OPTION_BALLOT, "FILE", 0,
     "The ballot the receipt is for: the first in FILE (u16 length, ballot)", 0},
    {"json", OPTION_JSON, NULL, 0, "Write one JSON object", 0},
    {"quiet", 'q', NULL, 0, "Write only what failed, and the last line", 0},
    {0},
};

static const char doc[] =
    "Check a public log, down to every signature and every count, from its files and its key "
    "alone; or check a receipt."
    "\vLOG is the log's directory (DIR/public of tallyd's data directory DIR, or a copy). "
    "Exit status: 0 all checks passed, 1 a check failed, 2 wrong options or input, 3 the log "
    "could "
    "not be read.";

struct wishes {
	const char *key;
	const char *campaign;
	const char *old;
	const char *receipt;
	const char *ballot;
	const char *log;
	unsigned jobs;
	bool json;
	bool quiet;
};

static unsigned
jobs_parse(const char *text, struct argp_state *state)
{
	uint64_t jobs;

	if (!text_decimal_parse(bytes_of_string(text), &jobs) || jobs < 1 ||
	    jobs > CREW_WORKERS_MAX)
		argp_error(state, "--jobs: from 1 to %d, not %s", CREW_WORKERS_MAX, text);
	return (unsigned)jobs;
}

static void
complete(const struct wishes *wishes, struct argp_state *state)
{
	if (wishes->key == NULL)
		argp_error(state,
			   "--key is missing: without the log's key nothing can be believed");
	if ((wishes->log == NULL) == (wishes->receipt == NULL))
		argp_error(state, "name either a LOG or a --receipt");
	if (wishes->ballot != NULL && wishes->receipt == NULL)
		argp_error(state, "--ballot belongs to --receipt");
	if (wishes->receipt != NULL && (wishes->campaign != NULL || wishes->old != NULL))
		argp_error(state, "--campaign and --old belong to a LOG");
}

static error_t
option_parse(int key, char *argument, struct argp_state *state)
{
	struct wishes *wishes = state->input;

	switch (key) {
	case 'k':
		wishes->key = argument;
		break;
	case OPTION_CAMPAIGN:
		wishes->campaign = argument;
		break;
	case OPTION_OLD:
		wishes->old = argument;
		break;
	case 'j':
		wishes->jobs = jobs_parse(argument, state);
		break;
	case OPTION_RECEIPT:
		wishes->receipt = argument;
		break;
	case OPTION_BALLOT:
		wishes->ballot = argument;
		break;
	case OPTION_JSON:
		wishes->json = true;
		break;
	case 'q':
		wishes->quiet = true;
		break;
	case ARGP_KEY_ARG:
		if (wishes->log != NULL)
			argp_error(state, "one LOG at a time");
		wishes->log = argument;
		break;
	case ARGP_KEY_END:
		complete(wishes, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static int
audit_show(const struct wishes *wishes, const struct publiclog *log,
	   struct audit_options *wanted)
{
	struct show_progress progress = show_progress_make();
	struct audit audit;
	int code;

	wanted->progress = show_progress_line;
	wanted->context = &progress;
	audit_run(log, wanted, &audit);
	show_progress_end(&progress);
	code = report_exit(&audit.report);
	if (!wishes->json) {
		show_audit(&audit, wishes->log, wishes->quiet, stdout);
	} else if (!show_audit_json(&audit, wishes->log, stdout)) {
		complain("cannot write the report as JSON");
		code = TALLY_EXIT_WORLD;
	}
	audit_free(&audit);
	return code;
}

static int
open_and_audit(const struct wishes *wishes, struct audit_options *wanted)
{
	struct publiclog log;
	struct trouble trouble;
	int code;

	code = publiclog_open(&log, wishes->log, &trouble);
	if (code != TALLY_EXIT_FINE) {
		complain("%s", trouble.sentence);
		return code;
	}
	code = audit_show(wishes, &log, wanted);
	publiclog_close(&log);
	return code;
}

static int
log_main(const struct wishes *wishes, const struct note_key *key)
{
	struct audit_options wanted = {
	    .key = *key, .jobs = wishes->jobs, .patience_ms = PATIENCE_MS};
	uint8_t campaign[TALLY_HASH_SIZE];
	struct wholefile old = {0};
	int code = TALLY_EXIT_FINE;

	if (wishes->campaign != NULL) {
		if (!text_hex_parse(bytes_of_string(wishes->campaign), campaign,
				    sizeof campaign)) {
			complain("--campaign: not 64 lower-case hex digits");
			return TALLY_EXIT_USAGE;
		}
		wanted.campaign = campaign;
	}
	if (wishes->old != NULL)
		code = wholefile_read(wishes->old, TALLY_CHECKPOINT_SIZE_MAX, &old);
	wanted.old = bytes_make(old.data, old.size);
	if (code == TALLY_EXIT_FINE)
		code = open_and_audit(wishes, &wanted);
	free(old.data);
	return code;
}

static int
receipt_show(const struct wishes *wishes, const struct note_key *key, struct bytes text,
	     struct bytes ballots)
{
	struct report report;
	uint64_t index;
	uint64_t size;

	receipt_examine(text, ballots, key, &report, &index, &size);
	if (!wishes->json) {
		show_receipt(&report, index, size, wishes->quiet, stdout);
	} else if (!show_receipt_json(&report, index, size, stdout)) {
		complain("cannot write the report as JSON");
		return TALLY_EXIT_WORLD;
	}
	return report_exit(&report);
}

static int
receipt_main(const struct wishes *wishes, const struct note_key *key)
{
	struct wholefile receipt = {0};
	struct wholefile ballots = {0};
	int code = wholefile_read(wishes->receipt, TALLY_RECEIPT_SIZE_MAX, &receipt);

	if (code == TALLY_EXIT_FINE && wishes->ballot != NULL)
		code = wholefile_read(wishes->ballot, BALLOT_FILE_MAX, &ballots);
	if (code == TALLY_EXIT_FINE)
		code = receipt_show(wishes, key, bytes_make(receipt.data, receipt.size),
				    bytes_make(ballots.data, ballots.size));
	free(receipt.data);
	free(ballots.data);
	return code;
}

static void
report_check_failure(const char *file, int line, const char *condition)
{
	complain("%s:%d: it should hold that %s", file, line, condition);
}

int
main(int argc, char **argv)
{
	static const struct argp argp = {
	    options, option_parse, "LOG\n--receipt FILE [--ballot FILE]", doc, NULL,
	    NULL,    NULL};
	struct wishes wishes = {.jobs = crew_size()};
	struct note_key key;
	int code;

	check_reporter_set(report_check_failure);
	argp_err_exit_status = TALLY_EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, &wishes);
	if (sodium_init() < 0 || !verify_self_test()) {
		fprintf(
		    stderr,
		    "tally-verify: libsodium does not check signatures by the log's rule\n");
		return TALLY_EXIT_WORLD;
	}
	code = keyfile_public_read(wishes.key, &key);
	if (code != TALLY_EXIT_FINE)
		return code;
	code = wishes.receipt != NULL ? receipt_main(&wishes, &key) : log_main(&wishes, &key);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		complain("standard output: it could not be written");
		return TALLY_EXIT_WORLD;
	}
	return code;
}
