#include <stdio.h>

#include "tools/lib/ballotfile.h"
#include "tools/lib/complain.h"
#include "tools/tallyctl/commands.h"
#include "tools/lib/manifestfile.h"
#include "tools/tallyctl/show.h"

enum {
	KEY_CAMPAIGN = 'c',
	KEY_JSON = 'j'
};

struct options {
	const char *path;
	const char *campaign;
	bool as_json;
};

static const struct argp_option option_table[] = {
    {"campaign", KEY_CAMPAIGN, "FILE.json", 0, "names things, and tells whether it is genuine",
     0},
    {"json", KEY_JSON, NULL, 0, "one JSON object a line", 0},
    {0},
};

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_CAMPAIGN:
		options->campaign = argument;
		return 0;
	case KEY_JSON:
		options->as_json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (options->path)
			argp_usage(state);
		options->path = argument;
		return 0;
	case ARGP_KEY_END:
		command_need(state, options->path, "FILE");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static enum tally_exit
show_all(const struct ballotfile *file, const struct manifest *manifest, bool as_json)
{
	enum tally_exit code = TALLY_EXIT_FINE;

	for (size_t i = 0; i < file->count; i++) {
		json_t *object = json_pack("{s:I}", "ballot", (json_int_t)i);

		if (show_ballot(object, file->ballots[i], manifest) != TALLY_ACCEPTED)
			code = TALLY_EXIT_FAILED;
		show_print(object, as_json);
		if (!as_json && i + 1 < file->count)
			puts("");
	}
	return code;
}

int
ballot_show_run(int argc, char **argv)
{
	const struct argp argp = {
	    option_table,
	    take,
	    "FILE",
	    "Shows the ballots of a file (u16 size, ballot, repeated)."
	    "\vExit code 1 if one of them is not a ballot, or not genuine.",
	    NULL,
	    NULL,
	    NULL};
	struct options options = {0};
	struct manifest *manifest = NULL;
	struct ballotfile file;
	enum tally_exit code = TALLY_EXIT_FINE;

	command_parse(&argp, argc, argv, &options);
	if (options.campaign)
		code = manifestfile_read(options.campaign, &manifest);
	if (code != TALLY_EXIT_FINE)
		return code;
	code = ballotfile_read(options.path, &file);
	if (code == TALLY_EXIT_FINE) {
		code = show_all(&file, manifest, options.as_json);
		ballotfile_free(&file);
	}
	manifest_free(manifest);
	return code;
}
