/* source: where a public log is read: a directory, or an address through a local mirror.
 *
 * An address is never read twice for the same bytes: source_refresh brings the mirror up to
 * the newest checkpoint, and everything else reads the mirror's directory. Without a folder of
 * the caller's the mirror is a temporary one. */
#ifndef TALLY_TOOLS_SOURCE_H
#define TALLY_TOOLS_SOURCE_H

#include "tools/lib/mirror.h"
#include "tools/lib/shelter.h"

struct source {
	struct publiclog log; /* what to read */
	bool remote;
	bool sheltered;
	struct shelter shelter;
	struct mirror mirror;
};

/* `mirror` (made if it is not there) belongs to an address; or NULL. `name` and `mirror` are
 * held until source_close. TALLY_EXIT_USAGE for what cannot be a log. */
MUST_USE enum tally_exit
source_open(struct source *source, const char *name, const char *mirror,
	    const struct note_key *key, audit_progress *progress, void *context,
	    struct trouble *trouble);

/* As mirror_update; a directory needs nothing. */
MUST_USE enum tally_exit
source_refresh(struct source *source, struct trouble *trouble);

/* The first `size` entries have passed the audit: all of their files are there, but for bundles and
 * texts where these are sealed. */
void
source_complete(struct source *source, uint64_t size, bool sealed);

/* What was read failed its audit: as mirror_take_back. Complains if it cannot. */
void
source_take_back(struct source *source);

void
source_close(struct source *source);

#endif
