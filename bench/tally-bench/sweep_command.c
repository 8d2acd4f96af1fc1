#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/tally-bench/amount.h"
#include "bench/tally-bench/commands.h"
#include "bench/tally-bench/target.h"
#include "tools/lib/complain.h"

enum {
	KEY_RATES = 'r',
	KEY_SECONDS = 's',
	rates_max = 32,
	share_max = 200, /* % of saturation */
};

static const double seconds_default = 10;

struct step {
	double rate; /* ballots a second; if `share`, a part of saturation */
	bool share;
};

struct options {
	struct target target;
	struct step steps[rates_max];
	size_t steps_count;
	double seconds;
};

static const struct argp_option option_table[] = {
    {"rates", KEY_RATES, "20,40,60,80%|R,R,R", 0,
     "offered loads: ballots a second, or parts of saturation (20,40,60,80%)", 0},
    {"seconds", KEY_SECONDS, "S", 0, "of sending in each run (10)", 0},
    {0},
};

/* "20,40,60,80%": the sign at the end is meant for all, and no number has one of its own: in
 * "500,50%" nobody knows what 500 is. */
static bool
steps_parse(struct options *options, const char *text)
{
	char *copy = strdup(text), *rest = copy, *word;
	double most = 0;
	size_t size = strlen(text);
	bool share = size > 0 && text[size - 1] == '%', fine = size > 0;

	CHECK(copy != NULL);
	if (share)
		copy[size - 1] = 0;
	options->steps_count = 0;
	while (fine && (word = strsep(&rest, ",")) != NULL) {
		struct step step = {.share = share};

		fine = options->steps_count < rates_max && amount_number(word, &step.rate) &&
		       step.rate > 0 && step.rate <= SCHEDULE_RATE_MAX;
		most = step.rate > most ? step.rate : most;
		if (fine)
			options->steps[options->steps_count++] = step;
	}
	free(copy);
	return fine && (!share || most <= share_max);
}

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->target;
		return 0;
	case KEY_RATES:
		if (!steps_parse(options, argument))
			argp_error(
			    state,
			    "--rates is a list of at most %d, such as 500,1000, or "
			    "20,40,60%%: all shares, up to %d %%, or up to %d/s; not '%s'",
			    rates_max, share_max, SCHEDULE_RATE_MAX, argument);
		return 0;
	case KEY_SECONDS:
		options->seconds = target_seconds(state, argument);
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
	enum tally_exit code;

	CHECK(schedule != NULL);
	schedule_init(schedule);
	if (step->share)
		snprintf(run->label, sizeof run->label, "%g %% of saturation", step->rate);
	else
		snprintf(run->label, sizeof run->label, "%g/s", rate);
	CHECK(schedule_add(schedule, options->seconds, rate, rate) == NULL);
	load->schedule = schedule;
	code = load_run_once(load, run);
	free(schedule);
	return code;
}

/* Ballots of the first `count` loads. */
static double
needed_by(const struct options *options, size_t count, double saturation)
{
	double rates = 0;

	for (size_t i = 0; i < count; i++)
		rates += options->steps[i].share ? options->steps[i].rate / 100 * saturation
						 : options->steps[i].rate;
	return ceil(rates * options->seconds) + (double)count;
}

/* Before saturation is known: what rates take by themselves. */
static enum tally_exit
ballots_check(const struct options *options)
{
	double needed = needed_by(options, options->steps_count, 0);
	uint64_t left = deck_left(&options->target.deck);

	if (needed <= (double)left)
		return TALLY_EXIT_FINE;
	complain("these loads take %.0f ballots, beside saturation; %s holds %" PRIu64, needed,
		 options->target.ballots, left);
	return TALLY_EXIT_USAGE;
}

/* Only the first loads that there are ballots for; says which are left out. */
static size_t
steps_fitting(const struct options *options, struct run_set *set)
{
	double saturation = run_rate(&set->runs[0].total);
	double left = (double)deck_left(&options->target.deck);
	double all = needed_by(options, options->steps_count, saturation);
	size_t fitting = options->steps_count, size = 0;

	while (fitting > 0 && needed_by(options, fitting, saturation) > left)
		fitting--;
	if (fitting == options->steps_count)
		return fitting;
	for (size_t i = fitting; i < options->steps_count && size < sizeof set->left_out; i++)
		size +=
		    (size_t)snprintf(set->left_out + size, sizeof set->left_out - size,
				     "%s%g%s", i > fitting ? ", " : "", options->steps[i].rate,
				     options->steps[i].share ? " %" : "/s");
	complain(
	    "too few ballots for %s: all loads take %.0f, %.0f are left; a file of %.0f would "
	    "do",
	    set->left_out, all, left, ceil(1.1 * (all + saturation * options->seconds)));
	return fitting;
}

/* Saturation, then each offered load, until one measured nothing. */
static enum tally_exit
sweep(void *context, struct run_set *set)
{
	struct options *options = context;
	struct load_options *load = &options->target.load;
	enum tally_exit code, worst = ballots_check(options);
	size_t count = 0;

	if (worst != TALLY_EXIT_FINE)
		return worst;
	snprintf(set->runs->label, sizeof set->runs->label, "saturation");
	load->seconds = options->seconds;
	set->runs_count = 1;
	worst = load_run_once(load, set->runs);
	if (!is_over(worst))
		count = steps_fitting(options, set);
	for (size_t i = 0; i < count && !is_over(worst); i++) {
		code = step_run(options, &options->steps[i], run_rate(&set->runs[0].total),
				&set->runs[set->runs_count++]);
		worst = code > worst ? code : worst;
	}
	if (worst == TALLY_EXIT_FINE && set->left_out[0] != '\0')
		worst = TALLY_EXIT_USAGE;
	return worst;
}

int
sweep_run(int argc, char **argv)
{
	const struct argp argp = {
	    option_table,
	    take,
	    NULL,
	    "Measures a tallyd's saturation, then its latency under offered loads, one run "
	    "after "
	    "the other, each with ballots of its own."
	    "\vThe file must hold ballots for all of them: saturation for S seconds, and each "
	    "rate for as long. Exit codes are those of `load`.",
	    target_argp_children,
	    NULL,
	    NULL};
	struct run_set set = {.swept = true};
	struct options options = {.target = target_make(), .seconds = seconds_default};

	CHECK(steps_parse(&options, "20,40,60,80%"));
	command_parse(&argp, argc, argv, &options);
	return target_sit(&options.target, &set, rates_max + 1, sweep, &options);
}
