/* commands: the functions behind tally-bench's words, one file each. */
#ifndef TALLY_BENCH_COMMANDS_H
#define TALLY_BENCH_COMMANDS_H

#include "tools/lib/command.h"

command_run make_run;
command_run load_run;
command_run sweep_run;
command_run plan_run;

#endif
