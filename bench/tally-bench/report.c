#include "bench/tally-bench/report.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/tally-bench/json.h"
#include "bench/tally-bench/page.h"
#include "bench/tally-bench/summary.h"
#include "tools/lib/complain.h"

enum {
	KEY_JSON = 0x5000,
	KEY_REPORT,
};

static const struct argp_option option_table[] = {
    {0, 0, 0, 0, "What is told beside the summary:", 9},
    {"json", KEY_JSON, "FILE", 0, "all figures, for programs (README.md says which)", 9},
    {"report", KEY_REPORT, "FILE.html", 0, "figures and curves as one page", 9},
    {0},
};

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct report_options *options = state->input;

	switch (key) {
	case KEY_JSON:
		options->json = argument;
		return 0;
	case KEY_REPORT:
		options->page = argument;
		return 0;
	case ARGP_KEY_END:
		if (options->json != NULL && options->page != NULL &&
		    strcmp(options->json, options->page) == 0)
			argp_error(state, "--json and --report name the same file");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp report_argp = {.options = option_table, .parser = take};

static bool
is_stdout(const char *path)
{
	return path != NULL && strcmp(path, "-") == 0;
}

/* 0, or an errno. */
static int
fault_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX] = ".";
	struct stat status;

	if (stat(path, &status) == 0) {
		if (S_ISDIR(status.st_mode))
			return EISDIR;
		return access(path, W_OK) == 0 ? 0 : errno;
	}
	if (slash != NULL)
		snprintf(folder, sizeof folder, "%.*s", (int)(slash - path) + 1, path);
	return access(folder, W_OK | X_OK) == 0 ? 0 : errno;
}

enum tally_exit
report_check_path(const char *path)
{
	int fault = path != NULL && !is_stdout(path) ? fault_of(path) : 0;

	if (fault == 0)
		return TALLY_EXIT_FINE;
	complain("%s cannot be written: %s", path, strerror(fault));
	return TALLY_EXIT_USAGE;
}

enum tally_exit
report_check(const struct report_options *options)
{
	enum tally_exit code = report_check_path(options->json);

	return code == TALLY_EXIT_FINE ? report_check_path(options->page) : code;
}

enum tally_exit
report_write(const struct run_set *set, const struct report_options *options)
{
	FILE *to = is_stdout(options->json) || is_stdout(options->page) ? stderr : stdout;
	enum tally_exit page, code = TALLY_EXIT_FINE;
	struct host machine;

	host_describe(&machine);
	summary_print(to, set, &machine, summary_look(to));
	if (options->json != NULL)
		code = json_put(json_of_set(set, &machine), options->json);
	page = options->page != NULL ? page_put(set, &machine, options->page) : TALLY_EXIT_FINE;
	return code == TALLY_EXIT_FINE ? page : code;
}
