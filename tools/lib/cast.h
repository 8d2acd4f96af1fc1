/* cast: a signed ballot from what a voter chose, in frontend mode.
 *
 * Nothing is checked against the campaign's limits: tests want ballots that break them. */
#ifndef TALLY_TOOLS_CAST_H
#define TALLY_TOOLS_CAST_H

#include "ballot/ballot.h"
#include "base/check.h"
#include "campaign/manifest.h"
#include "tally/tag.h"
#include "tree/key.h"

struct cast_contest {
	bool blank;
	size_t count;                        /* 0: abstains */
	const struct ballot_choice *choices; /* ascending by option */
};

struct cast_vote {
	uint8_t tag[TALLY_TAG_SIZE];
	uint16_t revision;
	uint16_t district;
	const struct cast_contest *contests; /* one for every contest of the manifest */
};

/* Writes and signs the ballot. False if it does not fit TALLY_BALLOT_SIZE_MAX or the writer. */
MUST_USE bool
cast_ballot(struct writer *writer, const struct manifest *manifest,
	    const struct cast_vote *vote, const struct note_private_key *frontend);

/* The tag of an identity as the manifest has it normalised. 0, or a negative
 * tally_identity_error. */
MUST_USE long
cast_tag(const struct manifest *manifest, const uint8_t secret[TALLY_TAG_SECRET_SIZE],
	 struct bytes identity, uint8_t tag[TALLY_TAG_SIZE]);

#endif
