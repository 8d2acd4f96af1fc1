
#include "tools/lib/complain.h"
#include "tools/lib/wholefile.h"
#include "tools/tallyctl/commands.h"
#include "tools/tallyctl/fetch.h"
#include "tools/lib/peer.h"

enum {
	KEY_INDEX = 'i',
	KEY_OUT = 'o'
};

struct options {
	struct peer_options peer;
	const char *index_text;
	const char *out;
	uint64_t index;
};

static const struct argp_option option_table[] = {
    {"index", KEY_INDEX, "N", 0, "of the entry", 0},
    {"out", KEY_OUT, "FILE", 0, "where to write it (stdout)", 0},
    {0},
};

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &options->peer;
		return 0;
	case KEY_INDEX:
		options->index_text = argument;
		options->index = command_number(state, "--index", argument, 0, UINT64_MAX);
		return 0;
	case KEY_OUT:
		options->out = argument;
		return 0;
	case ARGP_KEY_END:
		command_need(state, options->index_text, "--index");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static enum tally_exit
fetch_and_print(const struct peer *peer, const struct options *options)
{
	struct tally_connection *connection;
	struct tally_client_event answer;
	enum tally_exit code = peer_connect(peer, NULL, &connection);

	if (code != TALLY_EXIT_FINE)
		return code;
	code = fetch_receipt(connection, options->index, &answer);
	if (code == TALLY_EXIT_FINE)
		code = wholefile_write(options->out, bytes_make(answer.text, answer.text_size));
	tally_close(connection);
	return code;
}

int
receipt_run(int argc, char **argv)
{
	const struct argp argp = {option_table,
				  take,
				  NULL,
				  "Fetches the receipt of an entry: a C2SP tlog-proof.",
				  peer_argp_children,
				  NULL,
				  NULL};
	struct options options = {.out = "-"};
	struct peer peer = {0};
	enum tally_exit code;

	command_parse(&argp, argc, argv, &options);
	if (!peer_aim(&peer, &options.peer))
		return TALLY_EXIT_USAGE;
	code = peer_learn(&peer);
	return code == TALLY_EXIT_FINE ? fetch_and_print(&peer, &options) : code;
}
