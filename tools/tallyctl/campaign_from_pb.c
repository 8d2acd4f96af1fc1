#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/complain.h"
#include "tools/lib/wholefile.h"
#include "tools/tallyctl/commands.h"
#include "tools/tallyctl/convert.h"

enum {
	KEY_OUT = 'o',
	KEY_STRICT = 0x100,
	KEY_AS_PUBLISHED,
	pb_size_max = 1 << 30
};

struct options {
	const char *path;
	const char *out;
	bool strict;
};

static const struct argp_option option_table[] = {
    {"out", KEY_OUT, "DIR", 0, "directory to write to", 0},
    {"as-published", KEY_AS_PUBLISHED, NULL, 0,
     "leave out, and report, limits that ballots in the file break (default)", 0},
    {"strict", KEY_STRICT, NULL, 0, "keep the limits the file states", 0},
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
	case KEY_STRICT:
	case KEY_AS_PUBLISHED:
		options->strict = key == KEY_STRICT;
		return 0;
	case ARGP_KEY_ARG:
		if (options->path)
			argp_usage(state);
		options->path = argument;
		return 0;
	case ARGP_KEY_END:
		command_need(state, options->path, "FILE.pb");
		command_need(state, options->out, "--out");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static struct pb *
load(const char *path, enum tally_exit *code)
{
	struct pb_fault fault = {0};
	struct wholefile file;
	struct pb *pb;

	*code = wholefile_read(path, pb_size_max, &file);
	if (*code != TALLY_EXIT_FINE)
		return NULL;
	pb = pb_parse((const char *)file.data, file.size, &fault);
	free(file.data);
	if (!pb) {
		complain("%s:%zu: %s", path, fault.line, fault.sentence);
		*code = TALLY_EXIT_USAGE;
	}
	return pb;
}

int
campaign_from_pb_run(int argc, char **argv)
{
	const struct argp argp = {
	    option_table,
	    take,
	    "FILE.pb",
	    "Makes a test campaign from a Pabulib file: manifest with the file's limits and "
	    "outcome rule, keys, and each vote as a signed ballot in the file's order. What is "
	    "odd in the file is told on stderr, by name and number.",
	    NULL,
	    NULL,
	    NULL};
	struct options options = {0};
	enum tally_exit code;
	struct pb *pb;

	command_parse(&argp, argc, argv, &options);
	pb = load(options.path, &code);
	if (pb)
		code = convert_pb(pb, options.path, options.strict, options.out);
	pb_free(pb);
	return code;
}
