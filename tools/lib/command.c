#include "tools/lib/command.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"
#include "tools/lib/complain.h"

enum {
	name_max = 64
};

static void
list(FILE *to, const struct command *commands, const char *name)
{
	fprintf(to, "Usage: %s COMMAND [OPTION...]\n\n", name);
	for (const struct command *at = commands; at->name; at++)
		fprintf(to, "  %-12s %s\n", at->name, at->sentence);
	fprintf(to,
		"\n'%s COMMAND --help' tells a command's options.\n"
		"Exit codes: 0 fine, 1 the check failed, 2 usage or input, 3 I/O or network,\n"
		"130 interrupted.\n",
		name);
}

static const struct command *
find(const struct command *commands, const char *name)
{
	for (const struct command *at = commands; at->name; at++)
		if (strcmp(at->name, name) == 0)
			return at;
	return NULL;
}

static int
call(const struct command *command, int argc, char **argv)
{
	static char names[4][name_max];
	static int depth;
	char *name;

	CHECK(depth < 4);
	name = names[depth++];
	snprintf(name, name_max, "%s %s", argv[0], command->name);
	argv[1] = name;
	return command->run(argc - 1, argv + 1);
}

int
command_dispatch(const struct command *commands, int argc, char **argv)
{
	const struct command *command = argc > 1 ? find(commands, argv[1]) : NULL;

	if (command)
		return call(command, argc, argv);
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-?") == 0)) {
		list(stdout, commands, argv[0]);
		return TALLY_EXIT_FINE;
	}
	if (argc > 1 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)) {
		puts(argp_program_version);
		return TALLY_EXIT_FINE;
	}
	if (argc > 1)
		complain("there is no command '%s'", argv[1]);
	list(stderr, commands, argv[0]);
	return TALLY_EXIT_USAGE;
}

void
command_parse(const struct argp *argp, int argc, char **argv, void *input)
{
	argp_err_exit_status = TALLY_EXIT_USAGE;
	if (argp_parse(argp, argc, argv, 0, NULL, input) != 0)
		exit(TALLY_EXIT_USAGE);
}

unsigned long
command_number(struct argp_state *state, const char *what, const char *text,
	       unsigned long least, unsigned long most)
{
	uint64_t value;

	if (!text_decimal_parse(bytes_of_string(text), &value) || value < least || value > most)
		argp_error(state, "%s is a number from %lu to %lu, not '%s'", what, least, most,
			   text);
	return (unsigned long)value;
}

void
command_need(struct argp_state *state, const void *value, const char *option)
{
	if (!value)
		argp_error(state, "%s is missing", option);
}

static void
report_check(const char *file, int line, const char *condition)
{
	complain("%s:%d: %s does not hold; this is a bug of %s", file, line, condition,
		 program_invocation_short_name);
}

/* What was printed but never arrived is not fine. */
static int
flush_stdout(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	complain_errno("cannot write stdout");
	return TALLY_EXIT_WORLD;
}

int
command_main(const struct command *commands, char *name, int argc, char **argv)
{
	check_reporter_set(report_check);
	if (sodium_init() < 0) {
		complain("cannot start libsodium");
		return TALLY_EXIT_WORLD;
	}
	argv[0] = name;
	return flush_stdout(command_dispatch(commands, argc, argv));
}
