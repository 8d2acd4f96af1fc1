/* sighting: the ballots of one voter tag in a public log.
 *
 * Found by reading every entry, believing the log: whether it may be believed is tally-verify's
 * question. */
#ifndef TALLY_TOOLS_SIGHTING_H
#define TALLY_TOOLS_SIGHTING_H

#include <jansson.h>

#include "campaign/manifest.h"
#include "tools/lib/publiclog.h"

struct sighting {
	uint64_t size;   /* of the log */
	size_t count;    /* ballots of the tag */
	bool counts;     /* does the last of them? */
	uint64_t index;  /* of it */
	uint32_t key_id; /* its signer's */
	json_t *ballots; /* an array: {"index":N,"revision":N,"district":"..","signer":"..",
			    "counts":B,"voided":"again" or "barred" or null,
			    "contests":[{"id":"..","title":"..","vote":"choices" or "blank" or
			    "abstains","choices":[{"id":"..","title":"..","value":N}]}]};
			    district and signer are null where there are none */
};

/* Reads the log of `manifest`. TALLY_EXIT_FAILED, and the trouble, if it is not that campaign's
 * or its ballots are not public. json_decref(out->ballots) is due where it is FINE. */
MUST_USE enum tally_exit
sighting_make(const struct publiclog *log, const struct manifest *manifest,
	      const uint8_t tag[TALLY_TAG_SIZE], struct sighting *out, struct trouble *trouble);

/* For people, on stdout. */
void
sighting_print(const struct sighting *sighting);

#endif
