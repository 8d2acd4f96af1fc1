/* manifestfile: a campaign's manifest from its JSON file. */
#ifndef TALLY_TOOLS_MANIFESTFILE_H
#define TALLY_TOOLS_MANIFESTFILE_H

#include "campaign/manifest.h"
#include "tally/status.h"

/* TALLY_EXIT_FINE and *out (manifest_free it); or a complaint and TALLY_EXIT_FAILED if the file
 * is no manifest, or what wholefile_read says. */
MUST_USE enum tally_exit
manifestfile_read(const char *path, struct manifest **out);

#endif
