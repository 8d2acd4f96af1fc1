/* inspect: the audit of a log as the options ask for it. */
#ifndef TALLY_VERIFY_INSPECT_H
#define TALLY_VERIFY_INSPECT_H

#include "tools/lib/lastgood.h"
#include "tools/lib/source.h"
#include "tools/tally-verify/cosign.h"
#include "tools/tally-verify/options.h"
#include "tools/tally-verify/show.h"

struct inspection {
	const struct wishes *wishes;
	struct audit_options wanted;
	struct show_progress progress;
	struct source source;
	struct lastgood last;
	struct note_private_key cosigner;
	char cosignature[COSIGNATURE_LINE_MAX + 1]; /* empty: none */
};

/* Audits wishes->log, once or as it grows, and shows the report; the exit code. */
int
inspect_log(const struct wishes *wishes, const struct note_key *key);

/* Chooses the older checkpoint: what we remember, else what was named, else what a mirror had. */
void
inspection_look_back(struct inspection *inspection);

/* Remembers a checkpoint that passed, and only then cosigns it; an exit code. */
int
inspection_remember(struct inspection *inspection, const struct audit *audit);

#endif
