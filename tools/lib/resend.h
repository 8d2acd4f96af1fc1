/* resend: what of a journal is sent again when a server has lost what it had answered.
 *
 * First the ballots that were accepted, in the order of their indexes, so that revisions come
 * back in theirs; then those that nobody answered, as they were submitted. A ballot that was
 * refused stays out: after a loss it could win over the one that it had to give way to. */
#ifndef TALLY_TOOLS_RESEND_H
#define TALLY_TOOLS_RESEND_H

#include "tools/lib/ballotfile.h"

/* As ballotfile_read; a file that is a journal gives the ballots above, and a line on stderr
 * says how many. Damage in it is TALLY_EXIT_USAGE, its offset complained about; a cut end is
 * not. */
MUST_USE enum tally_exit
resend_read(const char *path, struct ballotfile *out);

#endif
