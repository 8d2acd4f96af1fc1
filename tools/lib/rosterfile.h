/* rosterfile: a public log's `roster`, who may vote, read through a window and believed in nothing.
 *
 *   offset size
 *   0      32   voter tag
 *   32     2    district: its place in the manifest
 *
 * for every voter. Valid if and only if there are as many records as the manifest says, tags ascend
 * strictly, districts exist, and the RFC 6962 root over the records as leaves is the manifest's. */
#ifndef TALLY_TOOLS_ROSTERFILE_H
#define TALLY_TOOLS_ROSTERFILE_H

#include "campaign/manifest.h"
#include "tools/lib/publiclog.h"

enum {
	ROSTERFILE_RECORD_SIZE = TALLY_TAG_SIZE + 2,
};

/* Called for every record, in order; whether all are the manifest's is known at the end alone. */
typedef void
rosterfile_visit(void *context, const uint8_t *tag, uint16_t district);

/* `manifest` commits to a roster. TALLY_EXIT_FAILED if this file is not it. */
MUST_USE enum tally_exit
rosterfile_read(const struct publiclog *log, const struct manifest *manifest,
		rosterfile_visit *visit, void *context, struct trouble *trouble);

#endif
