#include "shell/options.h"

#include "base/text.h"
#include "limits.h"
#include "tally/status.h"

#include <argp.h>
#include <string.h>
#include <unistd.h>

enum {
	OPTION_INIT = 256,
	OPTION_DATA,
	OPTION_CAMPAIGN,
	OPTION_LOG_KEY,
	OPTION_ROSTER,
	OPTION_ANCHOR,
	OPTION_ADOPT,
	OPTION_NEWEST,
	OPTION_LISTEN,
	OPTION_HTTP,
	OPTION_METRICS,
	OPTION_PLAIN,
	OPTION_WORKERS,
	OPTION_VERIFY,
	OPTION_TEST,
};

static const struct argp_option table[] = {
    {NULL, 0, NULL, 0, "Making a campaign's data directory:", 1},
    {"init", OPTION_INIT, NULL, 0, "make it and end", 1},
    {"campaign", OPTION_CAMPAIGN, "FILE.json", 0, "the campaign's manifest", 1},
    {"log-key", OPTION_LOG_KEY, "FILE", 0, "the log's private key; copied into DIR, mode 0600",
     1},
    {"roster", OPTION_ROSTER, "FILE", 0,
     "who may vote (needed where the manifest has a roster)", 1},
    {"anchor", OPTION_ANCHOR, "FILE", 0,
     "a second copy of the newest signed checkpoint, on another disk", 1},
    {"adopt", OPTION_ADOPT, "COPY", 0,
     "instead of --campaign: go on from this copy of the log, which must contain what the "
     "anchor or --newest says",
     1},
    {"newest", OPTION_NEWEST, "FILE", 0,
     "with --adopt: the largest checkpoint of the log that any frontend, witness or auditor "
     "has "
     "kept",
     1},
    {NULL, 0, NULL, 0, "Running it:", 2},
    {"data", OPTION_DATA, "DIR", 0, "the data directory", 2},
    {"listen", OPTION_LISTEN, "HOST:PORT", 0, "where frontends connect (127.0.0.1:7300)", 2},
    {"http", OPTION_HTTP, "HOST:PORT", 0, "where the log is shown (127.0.0.1:7380)", 2},
    {"metrics", OPTION_METRICS, "HOST:PORT", 0,
     "where http://HOST:PORT/metrics shows counts to Prometheus; off without it", 2},
    {"plain", OPTION_PLAIN, NULL, 0, "listen, and show metrics, beyond loopback without TLS",
     2},
    {"workers", OPTION_WORKERS, "N", 0, "verifying threads (one per core)", 2},
    {"verify", OPTION_VERIFY, "PATH", 0,
     "how signatures are looked at: libsodium, portable, ifma or auto (the fastest this "
     "processor has)",
     2},
    {NULL, 0, NULL, 0, "Trying a frontend against it:", 3},
    {"test", OPTION_TEST, NULL, 0,
     "a throwaway server, its keys known to all; its folder is removed at the end, or is DIR",
     3},
    {0}};

static void
say_version(FILE *out, struct argp_state *state)
{
	const enum verifier_path path = verifier_path_best();
	const char *sums = verifier_path_sums(path);

	(void)state;
	fprintf(out, "tallyd %s\nsignatures by %s%s%s\n", TALLY_VERSION,
		verifier_path_name(path), *sums != '\0' ? ", sums by " : "", sums);
}

static void
check_init(const struct argp_state *state, const struct options *options)
{
	bool made = options->founding.campaign != NULL;
	bool adopted = options->adopt.copy != NULL;

	if (!options->init &&
	    (made || adopted || options->founding.log_key != NULL ||
	     options->founding.anchor != NULL || options->founding.roster != NULL ||
	     options->adopt.newest != NULL))
		argp_error(state, "--campaign, --adopt, --newest, --log-key, --roster and "
				  "--anchor go with --init");
	if (options->init && (made == adopted || options->founding.log_key == NULL))
		argp_error(state,
			   "--init needs --log-key FILE and either --campaign FILE.json or "
			   "--adopt COPY");
	if (options->adopt.newest != NULL && !adopted)
		argp_error(state, "--newest goes with --adopt");
}

static void
check(const struct argp_state *state, const struct options *options)
{
	if (options->server.data == NULL && !options->test)
		argp_error(state, "--data DIR is missing");
	if (options->init && options->test)
		argp_error(state, "--init and --test are two things");
	check_init(state, options);
}

static bool
set_workers(struct options *options, const char *text)
{
	uint64_t count;

	if (!text_decimal_parse(bytes_of_string(text), &count) || count < 1 ||
	    count > workers_max)
		return false;
	options->server.workers_count = (unsigned)count;
	options->adopt.workers_count = (unsigned)count;
	return true;
}

static void
set_verify(struct options *options, const char *text, const struct argp_state *state)
{
	enum verifier_path path = verifier_path_best();

	if (strcmp(text, "auto") != 0 && !verifier_path_parse(bytes_of_string(text), &path))
		argp_error(state, "--verify takes libsodium, portable, ifma or auto, not '%s'",
			   text);
	if (!verifier_path_available(path))
		argp_error(state,
			   "--verify=%s: this processor has no AVX-512 IFMA; portable "
			   "runs everywhere",
			   text);
	options->server.verify = path;
	options->adopt.verify = path;
}

static unsigned
cores(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count < 1 ? 1 : count > workers_max ? workers_max : (unsigned)count;
}

static error_t
parse(int key, char *value, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case OPTION_INIT:
		options->init = true;
		break;
	case OPTION_DATA:
		options->founding.data = value;
		options->adopt.data = value;
		options->server.data = value;
		break;
	case OPTION_CAMPAIGN:
		options->founding.campaign = value;
		break;
	case OPTION_LOG_KEY:
		options->founding.log_key = value;
		options->adopt.log_key = value;
		break;
	case OPTION_ROSTER:
		options->founding.roster = value;
		options->adopt.roster = value;
		break;
	case OPTION_ANCHOR:
		options->founding.anchor = value;
		options->adopt.anchor = value;
		break;
	case OPTION_ADOPT:
		options->adopt.copy = value;
		break;
	case OPTION_NEWEST:
		options->adopt.newest = value;
		break;
	case OPTION_LISTEN:
		options->server.listen = value;
		break;
	case OPTION_HTTP:
		options->server.http = value;
		break;
	case OPTION_METRICS:
		options->server.metrics = value;
		break;
	case OPTION_PLAIN:
		options->server.plain = true;
		break;
	case OPTION_WORKERS:
		if (!set_workers(options, value))
			argp_error(state, "--workers takes a number from 1 to %d", workers_max);
		break;
	case OPTION_VERIFY:
		set_verify(options, value, state);
		break;
	case OPTION_TEST:
		options->test = true;
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument '%s'", value);
		break;
	case ARGP_KEY_END:
		check(state, options);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

void
options_parse(struct options *options, int count, char **arguments)
{
	struct argp argp = {
	    table,
	    parse,
	    NULL,
	    "Take signed ballots over TCP, count them, publish a log that anyone can "
	    "verify.",
	    NULL,
	    NULL,
	    NULL};

	*options = (struct options){
	    .server = {.listen = "127.0.0.1:7300",
		       .http = "127.0.0.1:7380",
		       .workers_count = cores(),
		       .verify = verifier_path_best()},
	    .adopt = {.workers_count = cores(), .verify = verifier_path_best()},
	};
	argp_program_version_hook = say_version;
	argp_err_exit_status = TALLY_EXIT_USAGE;
	argp_parse(&argp, count, arguments, 0, NULL, options);
}
