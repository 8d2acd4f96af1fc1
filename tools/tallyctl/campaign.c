#include "tools/tallyctl/command.h"

int
campaign_run(int argc, char **argv)
{
	static const struct command commands[] = {
	    {"check", campaign_check_run, "is it a manifest? prints the campaign id"},
	    {NULL, NULL, NULL},
	};

	return command_dispatch(commands, argc, argv);
}
