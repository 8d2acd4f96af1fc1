/* gathering: reads for a notice void what its gather wants from the ledger.
 *
 * Thread: whoever owns the gather. */
#ifndef TALLY_SHELL_GATHERING_H
#define TALLY_SHELL_GATHERING_H

#include "shell/archive.h"
#include "station/gather.h"

/* As much as there is room for. Any status but DISK_OK: it has taken a part. */
MUST_USE int
gathering_read(struct archive *archive, struct gather *gather);

#endif
