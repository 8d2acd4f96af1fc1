#include "tools/tallyctl/commands.h"

int
ballot_run(int argc, char **argv)
{
	static const struct command commands[] = {
	    {"make", ballot_make_run, "sign a ballot"},
	    {"show", ballot_show_run, "what ballots say"},
	    {NULL, NULL, NULL},
	};

	return command_dispatch(commands, argc, argv);
}
