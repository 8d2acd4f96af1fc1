/* portable: the sum of a signature's steps, in plain C for any processor. */
#ifndef TALLY_ED25519_PORTABLE_H
#define TALLY_ED25519_PORTABLE_H

#include "ed25519/point.h"
#include "ed25519/steps.h"

void
portable_sum(struct point *sum, const struct steps *steps);

#endif
