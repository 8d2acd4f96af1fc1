/* annals: a log's law as an authority reads it over the wire (ENTRIES): the manifest, what phases
 * and notices have made of it, and what became of one notice there. Nothing is verified: it
 * explains a refusal. */
#ifndef TALLY_TOOLS_ANNALS_H
#define TALLY_TOOLS_ANNALS_H

#include "campaign/law.h"
#include "tally/client.h"

struct annals {
	/* asked */
	const struct manifest *manifest;
	const struct notice *wanted; /* refused, or NULL */

	/* found */
	struct law law;
	uint64_t same;        /* index of a notice with its body; UINT64_MAX: none */
	size_t ballots_count; /* void by signer: of that signer, in its span */
	bool *tags_seen;      /* void by tags, enrol: of each, a ballot; an enrolment */
	uint64_t enrolled;    /* by all notices */
};

/* Entries 0 to k-1; manifest_free it. TALLY_EXIT_WORLD, or TALLY_EXIT_FAILED if they are
 * none. */
MUST_USE enum tally_exit
annals_manifest(struct tally_connection *connection, struct manifest **out);

/* The indexes from `first` to `last` at which ballots carry that key id; *indexes is the caller's
 * to free. */
MUST_USE enum tally_exit
annals_ballots(struct tally_connection *connection, uint32_t key_id, uint64_t first,
	       uint64_t last, uint64_t **indexes, size_t *count);

/* Reads the whole log. The connection has an authority's key. annals_free is due in any case. */
MUST_USE enum tally_exit
annals_read(struct tally_connection *connection, struct annals *annals);

void
annals_free(struct annals *annals);

#endif
