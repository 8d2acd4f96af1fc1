#include "tools/tallyctl/commands.h"

int
roster_run(int argc, char **argv)
{
	static const struct command commands[] = {
	    {"build", roster_build_run, "who may vote, from a register of inhabitants"},
	    {NULL, NULL, NULL},
	};

	return command_dispatch(commands, argc, argv);
}
