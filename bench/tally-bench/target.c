#include "bench/tally-bench/target.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/text.h"
#include "bench/tally-bench/amount.h"
#include "tools/lib/command.h"
#include "tools/lib/complain.h"
#include "tools/lib/keyfile.h"

enum {
	KEY_KEY = 'k',
	KEY_BALLOTS = 'b',
	KEY_CONNECTIONS = 'n',
	KEY_THREADS = 't',
	KEY_WINDOW = 'w',
	KEY_PID = 'p',
	KEY_METRICS = 'm',
	KEY_DATA = 'd',
	KEY_PATIENCE = 0x2000,
	KEY_NO_RESEND,
	connections_default = 16,
	window_default = 256,
	pid_most = 1 << 22,
};

static const struct argp_option option_table[] = {
    {"key", KEY_KEY, "FILE", 0, "a frontend's private key; several take turns", 0},
    {"ballots", KEY_BALLOTS, "FILE", 0,
     "ballots to send, such as `make` makes them; FILE.kinds foretells the verdicts", 0},
    {"connections", KEY_CONNECTIONS, "N", 0, "a multiple of the threads (16)", 0},
    {"threads", KEY_THREADS, "N", 0, "of the load (1)", 0},
    {"window", KEY_WINDOW, "N", 0, "answers owed to a connection, at most (256)", 0},
    {"patience", KEY_PATIENCE, "SECONDS", 0, "without any answer, then it is given up (30)", 0},
    {"no-resend", KEY_NO_RESEND, NULL, 0,
     "slow-down, unavailable and stopping are answers like others", 0},
    {"pid", KEY_PID, "PID", 0, "the server's process: processor time, memory, bytes written",
     0},
    {"metrics", KEY_METRICS, "URL", 0, "the server's metrics door: batches, syncs", 0},
    {"data", KEY_DATA, "DIR", 0, "the server's folder: bytes a ballot", 0},
    {0},
};

static void
take_end(struct argp_state *state, struct target *target)
{
	struct load_options *load = &target->load;

	command_need(state, target->key_paths[0], "--key");
	command_need(state, target->ballots, "--ballots");
	if (load->connections % load->threads != 0)
		argp_error(state, "%u connections are no multiple of %u threads",
			   load->connections, load->threads);
}

static error_t
take_count(int key, const char *text, struct argp_state *state, struct load_options *load)
{
	switch (key) {
	case KEY_CONNECTIONS:
		load->connections = (unsigned)command_number(state, "--connections", text, 1,
							     LOAD_CONNECTIONS_MAX);
		return 0;
	case KEY_THREADS:
		load->threads =
		    (unsigned)command_number(state, "--threads", text, 1, LOAD_THREADS_MAX);
		return 0;
	case KEY_WINDOW:
		load->window =
		    (unsigned)command_number(state, "--window", text, 1, window_requests);
		return 0;
	case KEY_PID:
		load->sources.pid = (pid_t)command_number(state, "--pid", text, 1, pid_most);
		return 0;
	case KEY_PATIENCE:
		if (!amount_number(text, &load->patience_s) || load->patience_s > 86400)
			argp_error(state, "--patience is a number of seconds, not '%s'", text);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct target *target = state->input;
	struct load_options *load = &target->load;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &target->peer_options;
		state->child_inputs[1] = &target->report;
		return 0;
	case KEY_KEY:
		if (load->keys_count == LOAD_KEYS_MAX)
			argp_error(state, "--key is there more than %d times", LOAD_KEYS_MAX);
		target->key_paths[load->keys_count++] = argument;
		return 0;
	case KEY_BALLOTS:
		target->ballots = argument;
		return 0;
	case KEY_NO_RESEND:
		load->resend = false;
		return 0;
	case KEY_METRICS:
		load->sources.metrics = argument;
		return 0;
	case KEY_DATA:
		load->sources.data = argument;
		return 0;
	case ARGP_KEY_END:
		take_end(state, target);
		return 0;
	default:
		return take_count(key, argument, state, load);
	}
}

static const struct argp_child children[] = {
    {&peer_argp, 0, NULL, 0}, {&report_argp, 0, NULL, 0}, {0}};

static const struct argp target_argp = {
    .options = option_table, .parser = take, .children = children};

const struct argp_child target_argp_children[] = {
    {&target_argp, 0, "Where to, and what is looked at:", 0}, {0}};

double
target_seconds(struct argp_state *state, const char *text)
{
	double seconds = 0;

	if (!amount_number(text, &seconds) || seconds <= 0 || seconds > SCHEDULE_SECONDS_MAX)
		argp_error(state, "--seconds is a number above 0 and at most %d, not '%s'",
			   SCHEDULE_SECONDS_MAX, text);
	return seconds;
}

struct target
target_make(void)
{
	return (struct target){.load = {.connections = connections_default,
					.threads = 1,
					.window = window_default,
					.resend = true,
					.patience_s = 30}};
}

static enum tally_exit
open_all(struct target *target)
{
	struct load_options *load = &target->load;
	enum tally_exit code = TALLY_EXIT_FINE;

	load->peer = &target->peer;
	load->keys = target->keys;
	load->deck = &target->deck;
	if (!peer_aim(&target->peer, &target->peer_options))
		return TALLY_EXIT_USAGE;
	for (size_t i = 0; i < load->keys_count && code == TALLY_EXIT_FINE; i++)
		code = keyfile_read(target->key_paths[i], &target->keys[i]);
	if (code == TALLY_EXIT_FINE)
		code = deck_open(&target->deck, target->ballots, load->connections);
	return code == TALLY_EXIT_FINE ? peer_learn(&target->peer) : code;
}

static void
close_all(struct target *target)
{
	deck_close(&target->deck);
	sodium_memzero(target->keys, sizeof target->keys);
}

static void
describe(const struct target *target, struct run_set *set)
{
	struct writer began = writer_make(set->began, sizeof set->began - 1);
	struct writer campaign = writer_make(set->campaign, sizeof set->campaign - 1);

	snprintf(set->server, sizeof set->server, "%.100s port %u", target->peer.host,
		 target->peer.port);
	snprintf(set->ballots, sizeof set->ballots, "%s", target->ballots);
	text_hex_write(&campaign, bytes_make(target->peer.campaign, TALLY_HASH_SIZE));
	text_time_write(&began, time(NULL));
	set->voters_sign = target->deck.voters_sign;
}

enum tally_exit
target_sit(struct target *target, struct run_set *set, size_t runs_max, target_runs *runs,
	   void *context)
{
	enum tally_exit told, code = report_check(&target->report);

	set->runs = calloc(runs_max, sizeof *set->runs);
	CHECK(set->runs != NULL);
	if (code == TALLY_EXIT_FINE)
		code = open_all(target);
	if (code == TALLY_EXIT_FINE) {
		describe(target, set);
		load_arm();
		code = runs(context, set);
		run_set_cut(set);
		told =
		    set->runs_count > 0 ? report_write(set, &target->report) : TALLY_EXIT_FINE;
		code = code == TALLY_EXIT_FINE ? told : code;
	}
	run_set_free(set);
	close_all(target);
	return code;
}
