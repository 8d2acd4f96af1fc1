/* results_pb: one contest of a recounted log to stdout, as a .pb file (export.h). */
#ifndef TALLY_TOOLS_RESULTS_PB_H
#define TALLY_TOOLS_RESULTS_PB_H

#include "tools/lib/winners.h"
#include "tools/tallyctl/export.h"

/* `contest`: its id; NULL where the campaign has one alone. Complains about what goes wrong. */
MUST_USE enum tally_exit
results_pb_print(const struct recount *recount, const struct winners *winners,
		 const char *contest, const struct export_wish *wish);

#endif
