/* demo: the manifest of a made-up city's participatory budget (tools/tallyctl/city.h). */
#ifndef TALLY_TOOLS_DEMO_H
#define TALLY_TOOLS_DEMO_H

#include "tools/tallyctl/folder.h"

/* Fills folder->json and folder->manifest, with room for that many ballots' voters. */
MUST_USE enum tally_exit
demo_manifest(struct folder *folder, size_t ballots);

#endif
