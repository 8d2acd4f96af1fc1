#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/complain.h"
#include "tools/lib/keyfile.h"
#include "tools/lib/resend.h"
#include "tools/lib/ticks.h"
#include "tools/tallyctl/commands.h"
#include "tools/tallyctl/deliver.h"
#include "tools/tallyctl/diary.h"
#include "tools/tallyctl/harvest.h"
#include "tools/tallyctl/sender.h"

enum {
	KEY_KEY = 'k',
	KEY_BALLOTS = 'b',
	KEY_RECEIPTS = 'r',
	KEY_ANSWERS = 'a',
	KEY_CONNECTIONS = 'n',
	KEY_RETRIES = 0x100,
	KEY_NO_RETRY = 0x101,
	KEY_JOURNAL = 'j',
	KEY_JOURNAL_SYNC = 0x102,
	KEY_SHEETS = 0x103,
	retries_most = 1000,
};

struct options {
	struct peer_options peer;
	const char *key;
	const char *ballots;
	const char *sheets;
	const char *receipts;
	const char *answers;
	unsigned connections;
	unsigned retries;
	bool no_retry;
	const char *journal;
	bool journal_sync;
};

static const struct argp_option option_table[] = {
    {"key", KEY_KEY, "FILE", 0, "the frontend's private key", 0},
    {"ballots", KEY_BALLOTS, "FILE", 0,
     "u16 size, ballot, repeated; or a journal, whose accepted and unanswered ballots are sent "
     "again",
     0},
    {"sheets", KEY_SHEETS, "FILE", 0,
     "in place of --ballots: sheets of paper totals, as 'import-paper --totals' writes them",
     0},
    {"receipts", KEY_RECEIPTS, "DIR", 0, "fetch receipts into DIR/INDEX.tlog-proof", 0},
    {"answers", KEY_ANSWERS, "FILE", 0, "a line a ballot, in the file's order: verdict index",
     0},
    {"journal", KEY_JOURNAL, "FILE", 0,
     "write down there what is sent and answered; continues a journal that is there", 0},
    {"journal-sync", KEY_JOURNAL_SYNC, NULL, 0,
     "let no ballot leave before the journal is on disk", 0},
    {"connections", KEY_CONNECTIONS, "N", 0, "at once (1)", 0},
    {"retries", KEY_RETRIES, "N", 0, "times to connect again after a connection broke (0)", 0},
    {"no-retry", KEY_NO_RETRY, NULL, 0, "take slow-down and unavailable for an answer", 0},
    {0},
};

static error_t
take_number(int key, const char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	if (key == KEY_CONNECTIONS)
		options->connections = (unsigned)command_number(
		    state, "--connections", argument, 1, SENDER_CONNECTIONS_MAX);
	else
		options->retries =
		    (unsigned)command_number(state, "--retries", argument, 0, retries_most);
	return 0;
}

static error_t
take_end(struct argp_state *state, const struct options *options)
{
	if (options->sheets == NULL)
		command_need(state, options->ballots, "--ballots");
	else if (options->ballots != NULL || options->receipts != NULL ||
		 options->answers != NULL || options->journal != NULL)
		argp_error(state, "--sheets goes with --connect and --key alone");
	return 0;
}

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->peer;
		return 0;
	case KEY_KEY:
		options->key = argument;
		return 0;
	case KEY_BALLOTS:
		options->ballots = argument;
		return 0;
	case KEY_SHEETS:
		options->sheets = argument;
		return 0;
	case KEY_RECEIPTS:
		options->receipts = argument;
		return 0;
	case KEY_ANSWERS:
		options->answers = argument;
		return 0;
	case KEY_CONNECTIONS:
	case KEY_RETRIES:
		return take_number(key, argument, state);
	case KEY_NO_RETRY:
		options->no_retry = true;
		return 0;
	case KEY_JOURNAL:
		options->journal = argument;
		return 0;
	case KEY_JOURNAL_SYNC:
		options->journal_sync = true;
		return 0;
	case ARGP_KEY_END:
		command_need(state, options->key, "--key");
		return take_end(state, options);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* One delivery: what is sent, to whom, and what became of it. */
struct delivery {
	const struct options *options;
	struct peer peer;
	struct note_private_key key;
	struct ballotfile file;
	struct sender_answer *answers;
	double seconds;
};

static enum tally_exit
worse(enum tally_exit a, enum tally_exit b)
{
	return a > b ? a : b;
}

static enum tally_exit
deliver(struct delivery *delivery)
{
	const struct options *options = delivery->options;
	const struct sender_options sender = {.peer = &delivery->peer,
					      .key = &delivery->key,
					      .connections = options->connections,
					      .retries = options->retries,
					      .retry_later = !options->no_retry};
	enum tally_exit code = peer_learn(&delivery->peer);
	double begin;

	if (code == TALLY_EXIT_FINE && options->journal)
		code = diary_open(options->journal, options->journal_sync, &delivery->peer,
				  &delivery->key);
	if (code != TALLY_EXIT_FINE)
		return code;
	begin = ticks_s(CLOCK_MONOTONIC);
	code = sender_run(&sender, delivery->file.ballots, delivery->file.count,
			  delivery->answers);
	delivery->seconds = ticks_s(CLOCK_MONOTONIC) - begin;
	return worse(code, diary_close(&delivery->peer));
}

static enum tally_exit
write_answers(const struct delivery *delivery, const char *path)
{
	FILE *file = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
	bool written;

	if (!file)
		return complain_errno("cannot create %s", path);
	for (size_t i = 0; i < delivery->file.count; i++) {
		const struct sender_answer *answer = &delivery->answers[i];

		fputs(answer->answered ? tally_verdict_text(answer->verdict)->name
				       : "unanswered",
		      file);
		if (answer->answered && answer->index != TALLY_CLIENT_NO_INDEX)
			fprintf(file, " %" PRIu64 "\n", answer->index);
		else
			fputs(" -\n", file);
	}
	written = fflush(file) == 0 && !ferror(file);
	if (file != stdout)
		written = fclose(file) == 0 && written;
	return written ? TALLY_EXIT_FINE : complain_errno("cannot write %s", path);
}

/* A line a verdict that was given; TALLY_EXIT_FAILED if one of them refuses. */
static enum tally_exit
print_verdicts(const struct delivery *delivery)
{
	size_t *counts = calloc(UINT16_MAX + 1, sizeof *counts);
	size_t answered = 0, accepted;

	CHECK(counts);
	for (size_t i = 0; i < delivery->file.count; i++)
		if (delivery->answers[i].answered) {
			counts[delivery->answers[i].verdict]++;
			answered++;
		}
	for (unsigned i = 0; i <= UINT16_MAX; i++)
		if (counts[i])
			printf("%s %zu\n", tally_verdict_text(i)->name, counts[i]);
	accepted = counts[TALLY_ACCEPTED];
	free(counts);
	complain("%zu answers in %.2f s, %.0f/s", answered, delivery->seconds,
		 delivery->seconds > 0 ? (double)answered / delivery->seconds : 0.0);
	if (answered < delivery->file.count)
		complain("%zu ballots without an answer: send the same file again",
			 delivery->file.count - answered);
	return accepted == answered ? TALLY_EXIT_FINE : TALLY_EXIT_FAILED;
}

static enum tally_exit
work(struct delivery *delivery)
{
	const struct options *options = delivery->options;
	enum tally_exit code = deliver(delivery);

	if (delivery->seconds > 0)
		code = worse(code, print_verdicts(delivery));
	if (options->answers)
		code = worse(code, write_answers(delivery, options->answers));
	if (options->receipts && code <= TALLY_EXIT_FAILED)
		code = worse(code, harvest_receipts(&delivery->peer, &delivery->key,
						    options->receipts, delivery->file.ballots,
						    delivery->answers, delivery->file.count));
	return code;
}

static enum tally_exit
load(struct delivery *delivery)
{
	const struct options *options = delivery->options;
	enum tally_exit code;

	if (!peer_aim(&delivery->peer, &options->peer))
		return TALLY_EXIT_USAGE;
	code = keyfile_read(options->key, &delivery->key);
	if (code == TALLY_EXIT_FINE && options->sheets != NULL)
		return ballotfile_read(options->sheets, &delivery->file);
	if (code == TALLY_EXIT_FINE)
		code = resend_read(options->ballots, &delivery->file);
	if (code == TALLY_EXIT_FINE) {
		delivery->answers = calloc(delivery->file.count + 1, sizeof *delivery->answers);
		CHECK(delivery->answers);
	}
	return code;
}

static enum tally_exit
send_sheets(struct delivery *delivery)
{
	enum tally_exit code = peer_learn(&delivery->peer);

	return code == TALLY_EXIT_FINE
		   ? deliver_sheets(&delivery->peer, &delivery->key, &delivery->file)
		   : code;
}

int
send_run(int argc, char **argv)
{
	const struct argp argp = {
	    option_table,
	    take,
	    NULL,
	    "Sends ballots to tallyd and prints a line for every verdict: its name and count."
	    "\vExit code 0 if all were accepted, 1 if any was refused, 3 if any has no answer. "
	    "A"
	    " ballot without an answer may be sent again: it is never counted twice.",
	    peer_argp_children,
	    NULL,
	    NULL};
	struct options options = {.connections = 1};
	struct delivery delivery = {.options = &options};
	enum tally_exit code;

	command_parse(&argp, argc, argv, &options);
	code = load(&delivery);
	if (code == TALLY_EXIT_FINE)
		code = options.sheets != NULL ? send_sheets(&delivery) : work(&delivery);
	free(delivery.answers);
	ballotfile_free(&delivery.file);
	sodium_memzero(&delivery.key, sizeof delivery.key);
	return code;
}
