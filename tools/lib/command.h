/* command: the table of a tool's sub-commands, and how a word becomes a call.
 *
 * Every command has its file; it parses its own options with argp, prints data on stdout and
 * messages on stderr, and returns a number of enum tally_exit. argv[0] is the whole name
 * ("tallyctl campaign check"), so that usage messages name what was called. The tool itself says
 * its version, in argp_program_version. */
#ifndef TALLY_TOOLS_COMMAND_H
#define TALLY_TOOLS_COMMAND_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

#include "tally/status.h"

typedef int
command_run(int argc, char **argv);

struct command {
	const char *name;
	command_run *run;
	const char *sentence;
};

/* Calls the command that argv[1] names, or prints the help, the version, or what is there. The
 * table ends with a row of NULL. */
int
command_dispatch(const struct command *commands, int argc, char **argv);

/* main() of a tool of that name: libsodium, command_dispatch, and stdout flushed. */
int
command_main(const struct command *commands, char *name, int argc, char **argv);

/* argp_parse, with --help and --version. Options and arguments may be mixed. */
void
command_parse(const struct argp *argp, int argc, char **argv, void *input);

/* A whole decimal number from `least` to `most`, or the end of the program with a usage
 * message. */
unsigned long
command_number(struct argp_state *state, const char *what, const char *text,
	       unsigned long least, unsigned long most);

/* Ends the program with a usage message if `value` is NULL. */
void
command_need(struct argp_state *state, const void *value, const char *option);

#endif
