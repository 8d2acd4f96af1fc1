/* rehearsal: `tallyd --test`: a throwaway server for those who write frontends.
 *
 * A real tallyd with a campaign and keys that everybody knows: the manifest is
 * tests/vectors/campaign.json byte for byte, a key's seed one byte repeated. Its folder:
 *
 *   campaign.json log.key frontend.key authority.key (and each .key.pub) tag.secret
 *   data/   the data directory, as `tallyd --init` makes it
 *
 * In it a voter tag may ask for a refusal (station/provoke.h). include/README.md section 20. */
#ifndef TALLY_SHELL_REHEARSAL_H
#define TALLY_SHELL_REHEARSAL_H

#include "base/bytes.h"
#include "shell/server.h"

/* The manifest. */
struct bytes
rehearsal_manifest(void);

/* Runs until SIGTERM or SIGINT; an exit code. options->data names the folder, which must be
 * absent, empty, or one that this made before; it stays. NULL: a new one in $TMPDIR (else /tmp),
 * which is removed at the end, whatever the end is but SIGKILL. When ballots are taken a line
 * "NAME VALUE" for each address and file is written to stdout. */
int
rehearsal_run(const struct server_options *options);

#endif
