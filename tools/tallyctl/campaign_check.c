#include <sodium.h>
#include <stdio.h>

#include "campaign/manifest.h"
#include "tools/tallyctl/commands.h"
#include "tools/lib/manifestfile.h"

static error_t
take(int key, char *argument, struct argp_state *state)
{
	const char **path = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (*path)
			argp_usage(state);
		*path = argument;
		return 0;
	case ARGP_KEY_END:
		command_need(state, *path, "FILE.json");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void
report(const struct manifest *manifest)
{
	char hex[2 * TALLY_HASH_SIZE + 1];

	puts(sodium_bin2hex(hex, sizeof hex, manifest->id, sizeof manifest->id));
}

int
campaign_check_run(int argc, char **argv)
{
	const struct argp argp = {
	    NULL,        take,
	    "FILE.json", "Prints the campaign id of a manifest, or where it is wrong.",
	    NULL,        NULL,
	    NULL};
	const char *path = NULL;
	struct manifest *manifest;
	enum tally_exit code;

	command_parse(&argp, argc, argv, &path);
	code = manifestfile_read(path, &manifest);
	if (code != TALLY_EXIT_FINE)
		return code;
	report(manifest);
	manifest_free(manifest);
	return TALLY_EXIT_FINE;
}
