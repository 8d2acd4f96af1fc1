#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "ballot/notice.h"
#include "base/text.h"
#include "tools/lib/complain.h"
#include "tools/lib/keyfile.h"
#include "tools/tallyctl/command.h"
#include "tools/tallyctl/peer.h"

enum {
	KEY_TO = 't',
	KEY_AT = 'a',
	KEY_KEY = 'k',
};

struct options {
	const char *kind_text;
	enum tally_notice_kind kind;
	const char *to;
	const char *at;
	int64_t time; /* of extend and unseal */
	const char *key;
	struct peer_options peer;
};

static const struct argp_option option_table[] = {
    {"to", KEY_TO, "TIME", 0, "extend: the new closing time, such as 2026-11-23T20:00:00+02:00",
     0},
    {"at", KEY_AT, "TIME", 0, "unseal: from when on results are public (the present minute)",
     0},
    {"key", KEY_KEY, "FILE", 0, "the authority's private key", 0},
    {0},
};

static error_t
take_kind(struct argp_state *state, struct options *options, const char *kind)
{
	if (options->kind_text)
		argp_usage(state);
	options->kind_text = kind;
	if (strcmp(kind, "close") == 0)
		options->kind = TALLY_NOTICE_CLOSE;
	else if (strcmp(kind, "extend") == 0)
		options->kind = TALLY_NOTICE_EXTEND;
	else if (strcmp(kind, "unseal") == 0)
		options->kind = TALLY_NOTICE_UNSEAL;
	else
		argp_error(state,
			   "notice '%s' is not supported in this release: close, extend and"
			   " unseal are",
			   kind);
	return 0;
}

static void
take_time(struct argp_state *state, const char *text, int64_t *time)
{
	if (!text_time_parse(bytes_of_string(text), time) || *time % 60 != 0)
		argp_error(state, "'%s' is not a whole minute in RFC 3339", text);
}

static error_t
take_end(struct argp_state *state, struct options *options)
{
	command_need(state, options->kind_text, "close, extend or unseal");
	command_need(state, options->key, "--key");
	if (options->to && options->kind != TALLY_NOTICE_EXTEND)
		argp_error(state, "--to goes with extend");
	if (options->at && options->kind != TALLY_NOTICE_UNSEAL)
		argp_error(state, "--at goes with unseal");
	if (options->kind == TALLY_NOTICE_EXTEND) {
		command_need(state, options->to, "--to");
		take_time(state, options->to, &options->time);
	}
	if (options->kind == TALLY_NOTICE_UNSEAL && options->at)
		take_time(state, options->at, &options->time);
	else if (options->kind == TALLY_NOTICE_UNSEAL)
		options->time = time(NULL) / 60 * 60;
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
	case KEY_TO:
		options->to = argument;
		return 0;
	case KEY_AT:
		options->at = argument;
		return 0;
	case KEY_KEY:
		options->key = argument;
		return 0;
	case ARGP_KEY_ARG:
		return take_kind(state, options, argument);
	case ARGP_KEY_END:
		return take_end(state, options);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static struct bytes
make(const struct options *options, const struct peer *peer,
     const struct tally_client_state *state, const struct note_private_key *key,
     struct writer *writer)
{
	const struct notice_head head = {.campaign = peer->campaign,
					 .number = state->notices_count + 1,
					 .previous = state->notice_hash,
					 .kind = options->kind};
	uint8_t time[8];
	bool timed = options->kind != TALLY_NOTICE_CLOSE;

	be64_store(time, (uint64_t)options->time);
	notice_write(writer, &head, bytes_make(time, timed ? sizeof time : 0), key->key.id,
		     key->secret);
	CHECK(!writer->failed);
	return writer_view(writer);
}

static const char *
why_extend_fails(const struct options *options, const struct tally_client_state *state,
		 int64_t now)
{
	if (options->time <= state->closes)
		return "that is not later than the closing time in force";
	if (options->time <= now)
		return "that time is past";
	if (state->phase == TALLY_PHASE_CLOSED && now < state->opens)
		return "the campaign was closed before its opening time, and can be opened "
		       "again from then on only";
	return "results have been unsealed";
}

/* The delay counts from the closing, which the server alone knows. */
static const char *
why_unseal_fails(const struct options *options, const struct tally_client_state *state,
		 struct tally_connection *connection, int64_t now)
{
	struct tally_client_event answer;

	if (state->phase != TALLY_PHASE_CLOSED)
		return "the campaign is not closed";
	if (tally_results(connection, 0, &answer) == TALLY_CLIENT_FINE &&
	    answer.kind == TALLY_CLIENT_EVENT_RESULTS)
		return "results are not sealed";
	if (options->time > now)
		return "that time has not come yet";
	return "the time must be at least the manifest's unseal_delay_s behind the closing, "
	       "and the server's clock must have been steady for a minute";
}

/* What STATE and a question tell of it. */
static const char *
why_impossible(const struct options *options, const struct tally_client_state *state,
	       struct tally_connection *connection)
{
	int64_t now = time(NULL);

	if (options->kind == TALLY_NOTICE_EXTEND)
		return why_extend_fails(options, state, now);
	if (options->kind == TALLY_NOTICE_UNSEAL)
		return why_unseal_fails(options, state, connection, now);
	return "the campaign is closed already";
}

/* Asks for the newest notice, then sends one that follows it. */
static enum tally_exit
serve(const struct options *options, const struct peer *peer,
      const struct note_private_key *key, struct tally_connection *connection)
{
	struct tally_client_event answer;
	struct tally_client_state state = {0};
	uint8_t memory[512];
	struct writer writer = writer_make(memory, sizeof memory);
	const struct tally_verdict_text *text;
	int status = tally_state(connection, &answer);
	struct bytes notice;

	if (status == TALLY_CLIENT_FINE && answer.kind == TALLY_CLIENT_EVENT_STATE) {
		state = answer.state;
		notice = make(options, peer, &state, key, &writer);
		status = tally_notice(connection, notice.data, notice.size, &answer);
	}
	if (status != TALLY_CLIENT_FINE) {
		complain("%s", tally_trouble(connection));
		return TALLY_EXIT_WORLD;
	}
	text = tally_verdict_text(answer.verdict);
	if (answer.verdict == TALLY_ACCEPTED) {
		printf("%s %llu\n", text->name, (unsigned long long)answer.index);
		return TALLY_EXIT_FINE;
	}
	printf("%s\n", text->name);
	if (answer.verdict == TALLY_NOTICE_IMPOSSIBLE)
		complain("the notice is refused: %s: %s", text->sentence,
			 why_impossible(options, &state, connection));
	else
		complain("the notice is refused: %s", text->sentence);
	return TALLY_EXIT_FAILED;
}

/* The connection is anonymous: a notice's own signature is its authority. */
static enum tally_exit
send_notice(const struct options *options, struct peer *peer,
	    const struct note_private_key *key)
{
	struct tally_connection *connection;
	enum tally_exit code = peer_learn(peer);

	if (code == TALLY_EXIT_FINE)
		code = peer_connect(peer, NULL, &connection);
	if (code != TALLY_EXIT_FINE)
		return code;
	code = serve(options, peer, key, connection);
	tally_close(connection);
	return code;
}

int
notice_run(int argc, char **argv)
{
	const struct argp argp = {
	    option_table,
	    take,
	    "close\nextend --to TIME\nunseal [--at TIME]",
	    "Signs an order of the authority and sends it. Prints the verdict"
	    " and, if accepted, the index of its entry.",
	    peer_argp_children,
	    NULL,
	    NULL};
	struct options options = {0};
	struct peer peer = {0};
	struct note_private_key key;
	enum tally_exit code;

	command_parse(&argp, argc, argv, &options);
	if (!peer_aim(&peer, &options.peer))
		return TALLY_EXIT_USAGE;
	code = keyfile_read(options.key, &key);
	if (code != TALLY_EXIT_FINE)
		return code;
	code = send_notice(&options, &peer, &key);
	sodium_memzero(&key, sizeof key);
	return code;
}
