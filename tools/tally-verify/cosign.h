/* cosign: may this checkpoint have our cosignature, and the line. */
#ifndef TALLY_VERIFY_COSIGN_H
#define TALLY_VERIFY_COSIGN_H

#include "tools/lib/audit.h"
#include "tree/cosignature.h"

/* True if every check passed but those for which there was nothing to check, or nothing yet because
 * results are sealed (report.h). These, or what stands in the way, are told on stderr. */
MUST_USE bool
cosign_permitted(const struct audit *audit);

/* The line, NUL-terminated, over the audit's checkpoint, made now. */
void
cosign_line(const struct audit *audit, const struct note_key *log,
	    const struct note_private_key *key, char line[COSIGNATURE_LINE_MAX + 1]);

#endif
