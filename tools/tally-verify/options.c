#include "tools/tally-verify/options.h"

#include <argp.h>
#include <string.h>

#include "base/text.h"
#include "tally/status.h"
#include "tools/lib/crew.h"

enum {
	OPTION_CAMPAIGN = 256,
	OPTION_OLD,
	OPTION_JSON,
	OPTION_RECEIPT,
	OPTION_RECEIPTS,
	OPTION_PRIVATE,
	OPTION_BALLOT,
	OPTION_MIRROR,
	OPTION_STATE,
	OPTION_COSIGN,
	OPTION_MEMORY,
	OPTION_FOLLOW,
	OPTION_NEXT,
	OPTION_INTERVAL,
	OPTION_UNTIL,
	OPTION_FAST,
	OPTION_JOURNAL,
	OPTION_SOME_JOURNALS,
	INTERVAL_S = 10,
};

const char *argp_program_version = "tally-verify " TALLY_VERSION;

static const struct argp_option options[] = {
    {"key", 'k', "VKEY", 0, "The log's public key, or a file that holds it (required)", 0},
    {"campaign", OPTION_CAMPAIGN, "ID", 0, "The campaign must be this one (64 hex digits)", 0},
    {"old", OPTION_OLD, "FILE", 0, "The log must continue the older signed checkpoint in FILE",
     0},
    {"mirror", OPTION_MIRROR, "DIR", 0,
     "Keep the files of an address in DIR, and fetch only what is not there yet", 0},
    {"state", OPTION_STATE, "FILE", 0,
     "Remember the last good checkpoint in FILE: the log must continue it", 0},
    {"cosign", OPTION_COSIGN, "KEY", 0,
     "If every check passes, write a cosignature line by this key; needs --state", 0},
    {"journal", OPTION_JOURNAL, "FILE", 0,
     "Compare the log with a frontend's journal; once for each journal", 0},
    {"some-journals", OPTION_SOME_JOURNALS, NULL, 0,
     "The frontends have further journals: ballots in none of these are no finding", 0},
    {"follow", OPTION_FOLLOW, NULL, 0,
     "Go on checking as the log grows; an ALERT line and exit status 1 at the first trouble",
     0},
    {"next", OPTION_NEXT, NULL, 0,
     "Look at the checkpoint that waits for cosignatures, if one does", 0},
    {"interval", OPTION_INTERVAL, "S", 0, "Seconds between two looks (default 10)", 0},
    {"until", OPTION_UNTIL, "SIZE", 0, "Follow until so many entries have been checked", 0},
    {"receipts", OPTION_RECEIPTS, "DIR", 0,
     "The log must keep every receipt *.tlog-proof in DIR", 0},
    {"private", OPTION_PRIVATE, NULL, 0,
     "This copy is not published: ballots may be in it while results are sealed", 0},
    {"memory", OPTION_MEMORY, "MB", 0,
     "Sort ballots in so much memory, then in temporary files (default 1024)", 0},
    {"fast", OPTION_FAST, NULL, 0,
     "Ballots' signatures by tables of the listed keys, 1 in 100 again by libsodium", 0},
    {"jobs", 'j', "N", 0, "Use N threads (default: every processor)", 0},
    {"receipt", OPTION_RECEIPT, "FILE", 0, "Check a receipt offline, without a log", 0},
    {"ballot", OPTION_BALLOT, "FILE", 0,
     "The ballot the receipt is for: FILE, or the first in FILE (u16 length, ballot)", 0},
    {"json", OPTION_JSON, NULL, 0, "Write one JSON object", 0},
    {"quiet", 'q', NULL, 0, "Write only what failed, and the last line", 0},
    {0},
};

static const char doc[] =
    "Check a public log, down to every signature and every count, from its files and its key "
    "alone; or check a receipt."
    "\vLOG is the log's directory (DIR/public of tallyd's data directory DIR, or a copy), or "
    "its http:// or https:// address. "
    "Exit status: 0 all checks passed, 1 a check failed, 2 wrong options or input, 3 the log "
    "could "
    "not be read.";

static uint64_t
number(const char *option, const char *text, uint64_t least, uint64_t most,
       struct argp_state *state)
{
	uint64_t value;

	if (!text_decimal_parse(bytes_of_string(text), &value) || value < least || value > most)
		argp_error(state, "%s: from %llu to %llu, not %s", option,
			   (unsigned long long)least, (unsigned long long)most, text);
	return value;
}

static void
complete_journals(const struct wishes *wishes, struct argp_state *state)
{
	if (wishes->some_journals && wishes->journals_count == 0)
		argp_error(state, "--some-journals belongs to --journal");
	if (wishes->journals_count > 0 && (wishes->receipt != NULL || wishes->follow))
		argp_error(state, "--journal belongs to one audit of a LOG");
}

static void
take_journal(struct wishes *wishes, const char *path, struct argp_state *state)
{
	if (wishes->journals_count == WISHES_JOURNALS_MAX)
		argp_error(state, "more than %d journals", WISHES_JOURNALS_MAX);
	wishes->journals[wishes->journals_count++] = path;
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
	if (wishes->receipt != NULL &&
	    (wishes->campaign != NULL || wishes->old != NULL || wishes->mirror != NULL ||
	     wishes->state != NULL || wishes->cosign != NULL || wishes->receipts != NULL ||
	     wishes->private_copy || wishes->next || wishes->fast))
		argp_error(state, "--campaign, --old, --mirror, --state, --cosign, --receipts, "
				  "--private, --next and --fast belong to a LOG");
	if (!wishes->follow && (wishes->until > 0 || wishes->interval_s != INTERVAL_S))
		argp_error(state, "--interval and --until belong to --follow");
	if (wishes->follow && (wishes->json || wishes->receipt != NULL))
		argp_error(state, "--follow writes lines about a LOG");
	if (wishes->cosign != NULL && wishes->state == NULL)
		argp_error(state, "--cosign needs --state: who cosigns must remember what");
	if (wishes->fast && (wishes->follow || wishes->cosign != NULL))
		argp_error(state,
			   "--fast belongs to one audit, upon which no cosignature rests");
	complete_journals(wishes, state);
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
	case OPTION_MIRROR:
		wishes->mirror = argument;
		break;
	case OPTION_FOLLOW:
		wishes->follow = true;
		break;
	case OPTION_NEXT:
		wishes->next = true;
		break;
	case OPTION_INTERVAL:
		wishes->interval_s = number("--interval", argument, 1, 86400, state);
		break;
	case OPTION_UNTIL:
		wishes->until = number("--until", argument, 1, INT64_MAX, state);
		break;
	case OPTION_MEMORY:
		wishes->memory_mb = number("--memory", argument, 1, 1 << 24, state);
		break;
	case OPTION_JOURNAL:
		take_journal(wishes, argument, state);
		break;
	case OPTION_SOME_JOURNALS:
		wishes->some_journals = true;
		break;
	case OPTION_STATE:
		wishes->state = argument;
		break;
	case OPTION_COSIGN:
		wishes->cosign = argument;
		break;
	case 'j':
		wishes->jobs = (unsigned)number("--jobs", argument, 1, CREW_WORKERS_MAX, state);
		break;
	case OPTION_RECEIPT:
		wishes->receipt = argument;
		break;
	case OPTION_RECEIPTS:
		wishes->receipts = argument;
		break;
	case OPTION_FAST:
		wishes->fast = true;
		break;
	case OPTION_PRIVATE:
		wishes->private_copy = true;
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

void
wishes_parse(int argc, char **argv, struct wishes *wishes)
{
	static const struct argp argp = {
	    options, option_parse, "LOG\n--receipt FILE [--ballot FILE]", doc, NULL,
	    NULL,    NULL};

	*wishes = (struct wishes){.jobs = crew_size(), .interval_s = INTERVAL_S};
	argp_err_exit_status = TALLY_EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, wishes);
}
