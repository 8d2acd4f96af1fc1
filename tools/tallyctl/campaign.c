#include "tools/tallyctl/commands.h"

int
campaign_run(int argc, char **argv)
{
	static const struct command commands[] = {
	    {"check", campaign_check_run, "is it a manifest? prints the campaign id"},
	    {"from-pb", campaign_from_pb_run, "a test campaign from a Pabulib file"},
	    {"demo", campaign_demo_run, "a test campaign like a city's, with its ballots"},
	    {NULL, NULL, NULL},
	};

	return command_dispatch(commands, argc, argv);
}
