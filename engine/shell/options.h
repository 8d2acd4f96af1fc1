/* options: what tallyd's command line asks for. */
#ifndef TALLY_SHELL_OPTIONS_H
#define TALLY_SHELL_OPTIONS_H

#include "shell/adopt.h"
#include "shell/founding.h"
#include "shell/server.h"

struct options {
	bool init;
	bool test;
	struct founding founding;
	struct adopt adopt;
	struct server_options server;
};

/* Ends the process with a sentence and TALLY_EXIT_USAGE where it makes no sense, and for --help
 * and --version. */
void
options_parse(struct options *options, int count, char **arguments);

#endif
