#include <stdio.h>
#include <stdlib.h>

#include "tools/lib/complain.h"
#include "tools/tallyctl/commands.h"
#include "tools/tallyctl/demo.h"
#include "tools/tallyctl/stream.h"

enum {
	KEY_OUT = 'o',
	KEY_BALLOTS = 'b',
	KEY_SEED = 's',
	ballots_default = 20000,
	ballots_most = 10000000,
	late_count = 200,
};

struct options {
	const char *out;
	size_t ballots;
	uint64_t seed;
};

static const struct argp_option option_table[] = {
    {"out", KEY_OUT, "DIR", 0, "directory to write to", 0},
    {"ballots", KEY_BALLOTS, "N", 0, "ballots in ballots.bin (20000)", 0},
    {"seed", KEY_SEED, "N", 0, "the same seed gives the same votes (1)", 0},
    {0},
};

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_OUT:
		options->out = argument;
		return 0;
	case KEY_BALLOTS:
		options->ballots =
		    command_number(state, "--ballots", argument, 1, ballots_most);
		return 0;
	case KEY_SEED:
		options->seed = command_number(state, "--seed", argument, 0, UINT64_MAX);
		return 0;
	case ARGP_KEY_END:
		command_need(state, options->out, "--out");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static enum tally_exit
save(const struct stream *stream, const struct ballotfile_maker *late, const char *out)
{
	enum tally_exit code = folder_save(stream->folder, out);

	if (code == TALLY_EXIT_FINE)
		code = folder_add(out, "ballots.bin", ballotfile_view(&stream->ballots));
	if (code == TALLY_EXIT_FINE)
		code = folder_add(out, "ballots.expected", ballotfile_view(&stream->verdicts));
	if (code == TALLY_EXIT_FINE)
		code = folder_add(out, "late.bin", ballotfile_view(late));
	return code;
}

/* One line a kind: what was put in, and how a server in the open phase answers. */
static void
print(const struct stream *stream)
{
	for (int i = 0; i < STREAM_KINDS_COUNT; i++) {
		enum stream_kind kind = (enum stream_kind)i;

		printf("%s %zu %s\n", stream_kind_name(kind), stream->counts[kind],
		       tally_verdict_text(stream_kind_verdict(kind))->name);
	}
}

static enum tally_exit
make(struct folder *folder, const struct options *options)
{
	struct ballotfile_maker late = {0};
	struct stream stream;
	enum tally_exit code = demo_manifest(folder, options->ballots);

	if (code != TALLY_EXIT_FINE)
		return code;
	stream_init(&stream, folder, options->seed);
	stream_add(&stream, options->ballots);
	stream_late(&stream, late_count, &late);
	code = save(&stream, &late, options->out);
	if (code == TALLY_EXIT_FINE)
		print(&stream);
	free(late.data);
	stream_free(&stream);
	return code;
}

int
campaign_demo_run(int argc, char **argv)
{
	const struct argp argp = {
	    option_table,
	    take,
	    NULL,
	    "Makes a test campaign like a city's participatory budget: 8 zones, 45 projects, up"
	    " to 5 choices; keys; ballots.bin, an evening's ballots with resends, second votes,"
	    " forgeries and impossible choices among them; ballots.expected, the verdict due to"
	    " each; late.bin, 200 ballots to send after the close."
	    "\vThe same seed gives the same votes in the same order; keys and signatures are "
	    "new.",
	    NULL,
	    NULL,
	    NULL};
	struct options options = {.ballots = ballots_default, .seed = 1};
	struct folder folder;
	enum tally_exit code;

	command_parse(&argp, argc, argv, &options);
	folder_init(&folder, "decide.example/timisoara");
	code = make(&folder, &options);
	folder_free(&folder);
	return code;
}
