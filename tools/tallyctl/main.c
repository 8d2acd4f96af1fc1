#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "tools/lib/complain.h"
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

static void
report_check(const char *file, int line, const char *condition)
{
	complain("%s:%d: %s does not hold; this is a bug of tallyctl", file, line, condition);
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
main(int argc, char **argv)
{
	static char name[] = "tallyctl";

	check_reporter_set(report_check);
	if (sodium_init() < 0) {
		complain("cannot start libsodium");
		return TALLY_EXIT_WORLD;
	}
	argv[0] = name;
	return flush_stdout(command_dispatch(commands, argc, argv));
}
