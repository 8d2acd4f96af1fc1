#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/tally-bench/amount.h"
#include "bench/tally-bench/commands.h"
#include "bench/tally-bench/profile.h"
#include "bench/tally-bench/target.h"
#include "tools/lib/complain.h"
#include "tools/lib/wholefile.h"

enum {
	KEY_RATE = 'r',
	KEY_SECONDS = 's',
	KEY_RAMP = 0x3000,
	KEY_SPIKE,
	KEY_PROFILE,
	KEY_LAST_EVENING,
	KEY_SPEED,
	KEY_COUNT,
	KEY_SHORT,
	profile_size_max = 1024 * 1024,
};

enum shape {
	SHAPE_CLOSED,
	SHAPE_RATE,
	SHAPE_RAMP,
	SHAPE_SPIKE,
	SHAPE_PROFILE,
	SHAPE_LAST_EVENING,
};

struct options {
	struct target target;
	enum shape shape;
	const char *shape_text;
	double numbers[5];
	double speed;
	double seconds;
	bool is_short; /* go on with too few ballots */
};

static const struct argp_option option_table[] = {
    {0, 0, 0, 0,
     "Closed loop (each connection sends as soon as its window allows), or at times:", 0},
    {"rate", KEY_RATE, "R", 0, "R ballots a second", 0},
    {"ramp", KEY_RAMP, "FROM:TO:SECONDS", 0, "a rate that goes from one to the other", 0},
    {"spike", KEY_SPIKE, "BASE:PEAK:AT:FOR:SECONDS", 0,
     "a rate with a peak, from second AT, FOR seconds", 0},
    {"profile", KEY_PROFILE, "FILE.csv", 0, "seconds,rate: straight between the rows", 0},
    {"last-evening", KEY_LAST_EVENING, "PEAK", 0, "a campaign's last six hours, with that peak",
     0},
    {"speed", KEY_SPEED, "N", 0, "a profile N times as fast, its rates as they are (1)", 0},
    {0, 0, 0, 0, "How long:", 0},
    {"seconds", KEY_SECONDS, "S", 0, "of sending, at most", 0},
    {"count", KEY_COUNT, "N", 0, "ballots, at most; else all of the file", 0},
    {"short", KEY_SHORT, NULL, 0, "begin though the file has too few ballots for these times",
     0},
    {0},
};

static void
take_shape(struct argp_state *state, enum shape shape, const char *name, const char *text,
	   int numbers)
{
	struct options *options = state->input;

	if (options->shape != SHAPE_CLOSED)
		argp_error(state, "%s: there is a rate already", name);
	if (numbers > 0 && !amount_numbers(text, options->numbers, numbers))
		argp_error(state, "%s takes %d number%s, not '%s'", name, numbers,
			   numbers == 1 ? "" : "s with colons between them", text);
	options->shape = shape;
	options->shape_text = text;
}

static error_t
take_times(int key, const char *text, struct argp_state *state, struct options *options)
{
	switch (key) {
	case KEY_SPEED:
		if (!amount_number(text, &options->speed) || options->speed <= 0)
			argp_error(state, "--speed is a number above 0, not '%s'", text);
		return 0;
	case KEY_SECONDS:
		options->seconds = target_seconds(state, text);
		return 0;
	case KEY_COUNT:
		options->target.load.count =
		    command_number(state, "--count", text, 1, UINT64_MAX);
		return 0;
	case KEY_SHORT:
		options->is_short = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->target;
		return 0;
	case ARGP_KEY_END:
		if (options->speed != 1 && options->shape != SHAPE_PROFILE &&
		    options->shape != SHAPE_LAST_EVENING)
			argp_error(state, "--speed is for --profile and --last-evening");
		return 0;
	case KEY_RATE:
		take_shape(state, SHAPE_RATE, "--rate", argument, 1);
		return 0;
	case KEY_RAMP:
		take_shape(state, SHAPE_RAMP, "--ramp", argument, 3);
		return 0;
	case KEY_SPIKE:
		take_shape(state, SHAPE_SPIKE, "--spike", argument, 5);
		return 0;
	case KEY_PROFILE:
		take_shape(state, SHAPE_PROFILE, "--profile", argument, 0);
		return 0;
	case KEY_LAST_EVENING:
		take_shape(state, SHAPE_LAST_EVENING, "--last-evening", argument, 1);
		return 0;
	default:
		return take_times(key, argument, state, options);
	}
}

static enum tally_exit
profile_take(const struct options *options, const char *name, struct bytes text, double scale,
	     struct schedule *schedule)
{
	size_t line;
	const char *wrong = profile_parse(text, scale, options->speed, schedule, &line);

	if (wrong == NULL)
		return TALLY_EXIT_FINE;
	if (line > 0)
		complain("%s: line %zu: %s", name, line, wrong);
	else
		complain("%s: %s", name, wrong);
	return TALLY_EXIT_USAGE;
}

static enum tally_exit
profile_read(const struct options *options, struct schedule *schedule)
{
	struct wholefile file;
	enum tally_exit code = wholefile_read(options->shape_text, profile_size_max, &file);

	if (code != TALLY_EXIT_FINE)
		return code;
	code = profile_take(options, options->shape_text, bytes_make(file.data, file.size), 1,
			    schedule);
	free(file.data);
	return code;
}

/* BASE:PEAK:AT:FOR:SECONDS */
static const char *
spike_add(const double *numbers, struct schedule *schedule)
{
	double base = numbers[0], peak = numbers[1], at = numbers[2], length = numbers[3];
	double rest = numbers[4] - at - length;
	const char *wrong = NULL;

	if (rest < 0)
		return "the peak (AT and FOR) is longer than SECONDS";
	if (at > 0)
		wrong = schedule_add(schedule, at, base, base);
	if (wrong == NULL)
		wrong = schedule_add(schedule, length, peak, peak);
	if (wrong == NULL && rest > 0)
		wrong = schedule_add(schedule, rest, base, base);
	return wrong;
}

static enum tally_exit
schedule_make(const struct options *options, struct schedule *schedule)
{
	const double *numbers = options->numbers;
	const char *wrong = NULL;

	schedule_init(schedule);
	switch (options->shape) {
	case SHAPE_RATE:
		wrong = schedule_add(schedule, SCHEDULE_SECONDS_MAX, numbers[0], numbers[0]);
		break;
	case SHAPE_RAMP:
		wrong = schedule_add(schedule, numbers[2], numbers[0], numbers[1]);
		break;
	case SHAPE_SPIKE:
		wrong = spike_add(numbers, schedule);
		break;
	case SHAPE_PROFILE:
		return profile_read(options, schedule);
	case SHAPE_LAST_EVENING:
		return profile_take(options, "last-evening", profile_last_evening(), numbers[0],
				    schedule);
	case SHAPE_CLOSED:
		return TALLY_EXIT_FINE;
	}
	if (wrong == NULL && schedule_count(schedule) == 0)
		wrong = "nothing is sent in it";
	if (wrong == NULL)
		return TALLY_EXIT_FINE;
	complain("'%s': %s", options->shape_text, wrong);
	return TALLY_EXIT_USAGE;
}

static void
label_make(const struct options *options, char label[RUN_TEXT_MAX])
{
	static const char *const names[] = {
	    [SHAPE_CLOSED] = "closed loop", [SHAPE_RATE] = "rate ",
	    [SHAPE_RAMP] = "ramp ",         [SHAPE_SPIKE] = "spike ",
	    [SHAPE_PROFILE] = "profile ",   [SHAPE_LAST_EVENING] = "last evening, peak "};

	snprintf(label, RUN_TEXT_MAX, "%s%s", names[options->shape],
		 options->shape_text != NULL ? options->shape_text : "");
}

/* A rate alone lasts as long as the ballots do. */
static enum tally_exit
ballots_check(struct options *options)
{
	struct load_options *load = &options->target.load;
	uint64_t left = deck_left(load->deck), needed;

	load->endless = options->shape == SHAPE_RATE && options->seconds == 0;
	if (load->schedule == NULL || load->endless || options->is_short)
		return TALLY_EXIT_FINE;
	needed = schedule_count(load->schedule);
	if (load->count > 0 && load->count < needed)
		needed = load->count;
	if (needed <= left)
		return TALLY_EXIT_FINE;
	complain("this takes %" PRIu64 " ballots, %s holds %" PRIu64
		 ": make more of them, or begin with --short",
		 needed, options->target.ballots, left);
	return TALLY_EXIT_USAGE;
}

static enum tally_exit
load(void *context, struct run_set *set)
{
	struct options *options = context;
	enum tally_exit code = ballots_check(options);

	if (code != TALLY_EXIT_FINE)
		return code;
	label_make(options, set->runs->label);
	set->runs_count = 1;
	return load_run_once(&options->target.load, set->runs);
}

static enum tally_exit
sit(struct options *options, struct schedule *schedule)
{
	struct load_options *load_options = &options->target.load;
	struct run_set set = {0};

	load_options->seconds = options->seconds;
	load_options->schedule = options->shape != SHAPE_CLOSED ? schedule : NULL;
	return target_sit(&options->target, &set, 1, load, options);
}

int
load_run(int argc, char **argv)
{
	const struct argp argp = {
	    option_table,
	    take,
	    NULL,
	    "Sends ballots to a live tallyd and measures its answers: as fast as it takes "
	    "them, "
	    "or at given times, whatever it answers."
	    "\vLatency is counted from the time a ballot was meant to be sent: a server that "
	    "stalls is seen as voters see it. Exit code 1 if a verdict was not the one that "
	    "FILE.kinds foretells.",
	    target_argp_children,
	    NULL,
	    NULL};
	struct options options = {.target = target_make(), .speed = 1};
	struct schedule *schedule = calloc(1, sizeof *schedule);
	enum tally_exit code;

	CHECK(schedule != NULL);
	command_parse(&argp, argc, argv, &options);
	code = schedule_make(&options, schedule);
	if (code == TALLY_EXIT_FINE && options.shape != SHAPE_CLOSED && options.seconds > 0)
		schedule_cut(schedule, options.seconds);
	if (code == TALLY_EXIT_FINE)
		code = sit(&options, schedule);
	free(schedule);
	return code;
}
