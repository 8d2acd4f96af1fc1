/* vote: choices by chance that the campaign's rules allow, for any manifest and method. */
#ifndef TALLY_BENCH_VOTE_H
#define TALLY_BENCH_VOTE_H

#include "tools/lib/dice.h"
#include "campaign/manifest.h"

/* Writes the choices of every contest of the district, as a ballot has them. Where chance finds
 * none that the limits allow, the contest is abstained from: that is always allowed. The writer has
 * room for TALLY_BALLOT_SIZE_MAX bytes. */
void
vote_write(struct writer *writer, const struct manifest *manifest, uint16_t district,
	   struct dice *dice);

#endif
