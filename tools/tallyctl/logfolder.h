/* logfolder: a public log's directory as a user names it. */
#ifndef TALLY_TOOLS_LOGFOLDER_H
#define TALLY_TOOLS_LOGFOLDER_H

#include "base/check.h"
#include "tally/status.h"
#include "tools/lib/publiclog.h"

/* Opens `path`, or `path`/public where only that holds a checkpoint. Complains. */
MUST_USE enum tally_exit
logfolder_open(struct publiclog *log, const char *path);

/* Size of the tree its checkpoint states; the signature is not checked. Complains. */
MUST_USE enum tally_exit
logfolder_size(const struct publiclog *log, uint64_t *size);

/* Entries are not public, the law is. */
bool
logfolder_sealed(const struct publiclog *log);

/* Complains with the trouble's sentence; returns its exit code. */
enum tally_exit
logfolder_complain(const struct trouble *trouble);

#endif
