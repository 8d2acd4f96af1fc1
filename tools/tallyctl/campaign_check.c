#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "campaign/manifest.h"
#include "tools/lib/complain.h"
#include "tools/lib/wholefile.h"
#include "tools/tallyctl/command.h"

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
	struct manifest_fault fault;
	char hex[2 * TALLY_HASH_SIZE + 1];

	if (!manifest_supported(manifest, &fault))
		complain("warning: this tallyd does not run it yet: %s: %s", fault.path,
			 fault.sentence);
	puts(sodium_bin2hex(hex, sizeof hex, manifest->id, sizeof manifest->id));
}

int
campaign_check_run(int argc, char **argv)
{
	const struct argp argp = {
	    NULL,	 take,
	    "FILE.json", "Prints the campaign id of a manifest, or where it is wrong.",
	    NULL,	 NULL,
	    NULL};
	const char *path = NULL;
	struct wholefile file;
	struct manifest_fault fault;
	struct manifest *manifest;
	enum tally_exit code;

	command_parse(&argp, argc, argv, &path);
	code = wholefile_read(path, TALLY_MANIFEST_SIZE_MAX, &file);
	if (code != TALLY_EXIT_FINE)
		return code;
	manifest = manifest_parse(bytes_make(file.data, file.size), &fault);
	free(file.data);
	if (!manifest) {
		complain("%s: %s: %s", path, fault.path, fault.sentence);
		return TALLY_EXIT_FAILED;
	}
	report(manifest);
	manifest_free(manifest);
	return TALLY_EXIT_FINE;
}
