#include <stddef.h>

#include "bench/tally-bench/commands.h"

const char *argp_program_version = "tally-bench " TALLY_VERSION;

static const struct command commands[] = {
    {"make", make_run, "sign ballots beforehand"},
    {"load", load_run, "send them to a live tallyd, and measure"},
    {"sweep", sweep_run, "measure under several offered loads"},
    {"plan", plan_run, "say what a vote needs of this machine"},
    {NULL, NULL, NULL},
};

int
main(int argc, char **argv)
{
	static char name[] = "tally-bench";

	return command_main(commands, name, argc, argv);
}
