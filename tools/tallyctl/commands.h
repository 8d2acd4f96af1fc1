/* commands: the functions behind tallyctl's words, one file each. */
#ifndef TALLY_TOOLS_COMMANDS_H
#define TALLY_TOOLS_COMMANDS_H

#include "tools/lib/command.h"

command_run keygen_run;
command_run campaign_run;
command_run campaign_check_run;
command_run campaign_from_pb_run;
command_run campaign_demo_run;
command_run ballot_run;
command_run ballot_make_run;
command_run ballot_show_run;
command_run entry_run;
command_run entry_show_run;
command_run entry_list_run;
command_run send_run;
command_run import_paper_run;
command_run lookup_run;
command_run results_run;
command_run receipt_run;
command_run notice_run;
command_run cosign_run;
command_run mirror_run;
command_run roster_run;
command_run roster_build_run;

#endif
