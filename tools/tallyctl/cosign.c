#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "tools/lib/complain.h"
#include "tools/tallyctl/commands.h"
#include "tools/lib/peer.h"
#include "tools/tallyctl/testimony.h"

enum {
	KEY_SIZE = 's',
	LINE_SIZE_MAX = 4096,
};

struct options {
	struct peer_options peer;
	const char *size_text;
	uint64_t size;
	const char *file;
};

static const struct argp_option option_table[] = {
    {"size", KEY_SIZE, "N", 0,
     "entries of the checkpoint that was cosigned (as the lines before say)", 0},
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
	case KEY_SIZE:
		options->size_text = argument;
		options->size = command_number(state, "--size", argument, 0, UINT64_MAX);
		return 0;
	case ARGP_KEY_ARG:
		if (options->file)
			argp_usage(state);
		options->file = argument;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The next line, its newline included; one that is too long loses its end. False at the end. */
static bool
next_line(FILE *in, char line[LINE_SIZE_MAX + 1], size_t *size)
{
	int c;

	*size = 0;
	while ((c = getc(in)) != EOF && c != '\n')
		if (*size < LINE_SIZE_MAX)
			line[(*size)++] = (char)c;
	if (c == EOF && *size == 0)
		return false;
	line[(*size)++] = '\n';
	return true;
}

/* Every line has a connection of its own: minutes lie between them. */
static enum tally_exit
submit(struct peer *peer, const struct testimony *testimony, struct bytes line)
{
	const struct cosignature *cosignature = &testimony->cosignature;
	struct tally_connection *connection;
	struct tally_client_event answer;
	enum tally_exit code = peer_learn(peer);

	if (code == TALLY_EXIT_FINE)
		code = peer_connect(peer, NULL, &connection);
	if (code != TALLY_EXIT_FINE)
		return code;
	if (tally_cosign(connection, testimony->size, line.data, line.size, &answer) !=
	    TALLY_CLIENT_FINE) {
		complain("%s", tally_trouble(connection));
		code = TALLY_EXIT_WORLD;
	} else {
		printf("%" PRIu64 " %.*s %s\n", testimony->size, (int)cosignature->name.size,
		       (const char *)cosignature->name.data,
		       tally_verdict_text(answer.verdict)->name);
		(void)fflush(stdout);
		code = answer.verdict == TALLY_ACCEPTED ? TALLY_EXIT_FINE : TALLY_EXIT_FAILED;
	}
	if (code == TALLY_EXIT_FAILED)
		complain("the cosignature is refused: %.*s", (int)answer.text_size,
			 answer.text);
	tally_close(connection);
	return code;
}

static enum tally_exit
serve_line(struct peer *peer, const struct options *options, struct testimony *testimony,
	   struct bytes line)
{
	if (!testimony_take(testimony, line)) {
		if (!testimony_begins(line))
			return TALLY_EXIT_FINE;
		complain("this line is no cosignature: %.*s", (int)line.size - 1,
			 (const char *)line.data);
		return TALLY_EXIT_USAGE;
	}
	if (options->size_text)
		testimony->size = options->size;
	else if (!testimony->has_size) {
		complain("of how many entries? no line before the cosignature tells; --size N "
			 "does");
		return TALLY_EXIT_USAGE;
	}
	return submit(peer, testimony, line);
}

/* What fails does not end it: the next checkpoint may find the server back. */
static enum tally_exit
serve(struct peer *peer, const struct options *options, FILE *in)
{
	struct testimony testimony = {0};
	enum tally_exit worst = TALLY_EXIT_FINE;
	char line[LINE_SIZE_MAX + 1];
	bool any = false;
	size_t size;

	while (next_line(in, line, &size)) {
		struct bytes bytes = bytes_make(line, size);
		enum tally_exit code = serve_line(peer, options, &testimony, bytes);

		any |= testimony_begins(bytes);
		worst = code > worst ? code : worst;
	}
	if (ferror(in)) {
		complain("cannot read %s: %s", options->file ? options->file : "stdin",
			 strerror(errno));
		return TALLY_EXIT_WORLD;
	}
	if (any)
		return worst;
	complain("there was no cosignature to send");
	return TALLY_EXIT_FAILED;
}

int
cosign_run(int argc, char **argv)
{
	const struct argp argp = {
	    option_table,
	    take,
	    "[FILE]",
	    "Sends a witness's cosignatures to the log, as tally-verify --cosign writes them to"
	    " FILE or to its standard output, which is our standard input. Prints a line for"
	    " each: size of the tree, the witness, the verdict.",
	    peer_argp_children,
	    NULL,
	    NULL};
	struct options options = {0};
	struct peer peer = {0};
	FILE *in = stdin;
	enum tally_exit code;

	command_parse(&argp, argc, argv, &options);
	if (!peer_aim(&peer, &options.peer))
		return TALLY_EXIT_USAGE;
	if (options.file && strcmp(options.file, "-") != 0)
		in = fopen(options.file, "re");
	if (!in) {
		complain("cannot open %s: %s", options.file, strerror(errno));
		return TALLY_EXIT_USAGE;
	}
	code = serve(&peer, &options, in);
	if (in != stdin)
		(void)fclose(in);
	return code;
}
