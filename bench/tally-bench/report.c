#include "bench/tally-bench/report.h"

#include <string.h>

#include "bench/tally-bench/json.h"
#include "bench/tally-bench/page.h"
#include "bench/tally-bench/summary.h"

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

static const struct argp report_argp = {.options = option_table, .parser = take};

const struct argp_child report_argp_children[] = {{&report_argp, 0, NULL, 0}, {0}};

static bool
is_stdout(const char *path)
{
	return path != NULL && strcmp(path, "-") == 0;
}

enum tally_exit
report_write(const struct run_set *set, const struct report_options *options)
{
	FILE *to = is_stdout(options->json) || is_stdout(options->page) ? stderr : stdout;
	enum tally_exit code = TALLY_EXIT_FINE;
	struct machine machine;

	machine_describe(&machine);
	summary_print(to, set, &machine, summary_look(to));
	if (options->json != NULL)
		code = json_put(json_of_set(set, &machine), options->json);
	if (options->page != NULL && code == TALLY_EXIT_FINE)
		code = page_put(set, &machine, options->page);
	return code;
}
