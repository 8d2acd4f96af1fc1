#include "tools/tallyctl/commands.h"

int
entry_run(int argc, char **argv)
{
	static const struct command commands[] = {
	    {"show", entry_show_run, "kind and fields of one entry"},
	    {"list", entry_list_run, "the entries of a log, by kind, signer or voter tag"},
	    {NULL, NULL, NULL},
	};

	return command_dispatch(commands, argc, argv);
}
