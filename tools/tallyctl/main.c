#include <stddef.h>

#include "tools/tallyctl/commands.h"

const char *argp_program_version = "tallyctl " TALLY_VERSION;

static const struct command commands[] = {
    {"keygen", keygen_run, "make a key"},
    {"campaign", campaign_run, "check a manifest, or make a test campaign"},
    {"ballot", ballot_run, "make or show a ballot"},
    {"entry", entry_run, "show an entry of a public log"},
    {"send", send_run, "send ballots to tallyd"},
    {"import-paper", import_paper_run, "ballots and totals from paper"},
    {"lookup", lookup_run, "find a voter's ballots"},
    {"results", results_run, "count a public log again and print the result"},
    {"receipt", receipt_run, "fetch a receipt"},
    {"mirror", mirror_run, "keep a complete copy of a log"},
    {"roster", roster_run, "make the list of who may vote"},
    {"notice", notice_run, "sign an order of the authority and send it"},
    {"cosign", cosign_run, "send a witness's cosignatures"},
    {NULL, NULL, NULL},
};

int
main(int argc, char **argv)
{
	static char name[] = "tallyctl";

	return command_main(commands, name, argc, argv);
}
