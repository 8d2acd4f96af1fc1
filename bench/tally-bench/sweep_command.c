#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/tally-bench/amount.h"
#include "bench/tally-bench/commands.h"
#include "bench/tally-bench/report.h"
#include "bench/tally-bench/target.h"
#include "tools/lib/complain.h"

enum {
	KEY_RATES = 'r',
	KEY_SECONDS = 's',
	rates_max = 32,
};

static const double seconds_default = 10;

struct step {
	double rate; /* ballots a second; if `share`, a part of saturation */
	bool share;
};

struct options {
	struct target target;
	struct report_options report;
	struct step steps[rates_max];
	size_t steps_count;
	double seconds;
};

static const struct argp_option option_table[] = {
    {"rates", KEY_RATES, "20,40,60,80%|R,R,R", 0,
     "offered loads: ballots a second, or parts of saturation (20,40,60,80%)", 0},
    {"seconds", KEY_SECONDS, "S", 0, "of sending in each run (10)", 0},
    {0, 0, 0, 0, "Where to, and what is looked at:", 0},
    {0},
};

/* "20,40,60,80%": the sign at the end is meant for all. */
static bool
steps_parse(struct options *options, const char *text)
{
	char *copy = strdup(text), *rest = copy, *word;
	size_t size = strlen(text);
	bool share = size > 0 && text[size - 1] == '%', fine = size > 0;

	CHECK(copy != NULL);
	if (share)
		copy[size - 1] = 0;
	options->steps_count = 0;
	while (fine && (word = strsep(&rest, ",")) != NULL) {
		struct step step = {.share = share};

		fine = options->steps_count < rates_max && amount_number(word, &step.rate) &&
		       step.rate > 0;
		if (fine)
			options->steps[options->steps_count++] = step;
	}
	free(copy);
	return fine;
}

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->target;
		state->child_inputs[1] = &options->report;
		return 0;
	case KEY_RATES:
		if (!steps_parse(options, argument))
			argp_error(state,
				   "--rates is a list of at most %d, such as 500,1000 "
				   "or 20,40,60%%, not '%s'",
				   rates_max, argument);
		return 0;
	case KEY_SECONDS:
		if (!amount_number(argument, &options->seconds) || options->seconds <= 0)
			argp_error(state, "--seconds is a number above 0, not '%s'", argument);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static bool
is_over(enum tally_exit code)
{
	return code != TALLY_EXIT_FINE && code != TALLY_EXIT_FAILED;
}

static enum tally_exit
step_run(struct options *options, const struct step *step, double saturation, struct run *run)
{
	struct load_options *load = &options->target.load;
	struct schedule *schedule = calloc(1, sizeof *schedule);
	double rate = step->share ? step->rate / 100 * saturation : step->rate;
	enum tally_exit code = TALLY_EXIT_USAGE;

	CHECK(schedule != NULL);
	schedule_init(schedule);
	if (step->share)
		snprintf(run->label, sizeof run->label, "%g %% of saturation", step->rate);
	else
		snprintf(run->label, sizeof run->label, "%g/s", rate);
	if (!schedule_add(schedule, options->seconds, rate, rate) ||
	    schedule_count(schedule) > deck_left(load->deck)) {
		complain("%s takes %" PRIu64 " ballots, %" PRIu64 " are left", run->label,
			 schedule_count(schedule), deck_left(load->deck));
	} else {
		load->schedule = schedule;
		code = load_run_once(load, run);
	}
	free(schedule);
	return code;
}

/* Saturation, then each offered load; a run that measured nothing is not in the set. */
static enum tally_exit
sweep(struct options *options, struct run_set *set)
{
	struct load_options *load = &options->target.load;
	struct run *run = &set->runs[set->runs_count++];
	enum tally_exit code, worst;

	snprintf(run->label, sizeof run->label, "saturation");
	load->seconds = options->seconds;
	worst = load_run_once(load, run);
	for (size_t i = 0; i < options->steps_count && !is_over(worst); i++) {
		run = &set->runs[set->runs_count++];
		code =
		    step_run(options, &options->steps[i], run_rate(&set->runs[0].total), run);
		worst = code > worst ? code : worst;
	}
	if (run->total.length_ns > 0)
		return worst;
	free(run->samples);
	free(run->latency);
	free(run->service);
	set->runs_count--;
	return worst;
}

static enum tally_exit
sit(struct options *options)
{
	struct run_set set = {.swept = true, .runs = calloc(rates_max + 1, sizeof *set.runs)};
	enum tally_exit told, code = target_open(&options->target);

	CHECK(set.runs != NULL);
	if (code == TALLY_EXIT_FINE) {
		target_describe(&options->target, &set);
		load_arm();
		code = sweep(options, &set);
		told =
		    set.runs_count > 0 ? report_write(&set, &options->report) : TALLY_EXIT_FINE;
		code = code == TALLY_EXIT_FINE ? told : code;
	}
	run_set_free(&set);
	target_close(&options->target);
	return code;
}

int
sweep_run(int argc, char **argv)
{
	const struct argp_child children[] = {
	    target_argp_children[0], report_argp_children[0], {0}};
	const struct argp argp = {
	    option_table,
	    take,
	    NULL,
	    "Measures a tallyd's saturation, then its latency under offered loads, one run "
	    "after "
	    "the other, each with ballots of its own."
	    "\vThe file must hold ballots for all of them: saturation for S seconds, and each "
	    "rate for as long. Exit codes are those of `load`.",
	    children,
	    NULL,
	    NULL};
	struct options options = {.target = target_make(), .seconds = seconds_default};

	CHECK(steps_parse(&options, "20,40,60,80%"));
	command_parse(&argp, argc, argv, &options);
	return sit(&options);
}
