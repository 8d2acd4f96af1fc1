/* spotcheck: the auditor in haste: ballots' signatures by tables of the listed keys
 * (verify/verifier.h), and a share of them a second time by libsodium itself (signature.h).
 *
 * Who chooses the share is the operating system's randomness, bundle by bundle, when the tables
 * have spoken: nobody can know beforehand which ballots it will be. At least 1 in 100 of every
 * bundle; of a small log more of each, so that a log whose bundles are full of ballots gives
 * SPOTCHECK_LEAST of them, or all. What the tables refuse is always asked again: a refusal is
 * libsodium's own word. One disagreement, in whatever direction, is a finding: then the tables
 * must not be believed on this machine.
 *
 * Before that the tables are put on trial, and locked (keyring/keyring.h). Any thread, but for open
 * and close. */
#ifndef TALLY_TOOLS_SPOTCHECK_H
#define TALLY_TOOLS_SPOTCHECK_H

#include <stdatomic.h>

#include "keyring/keyring.h"
#include "verify/genuine.h"

enum {
	SPOTCHECK_LEAST = 1000,
};

struct spotcheck {
	struct keyring keyring;
	uint64_t share;             /* of every bundle, in ballots */
	_Atomic uint64_t by_tables; /* ballots that the tables have taken */
	_Atomic uint64_t rechecked; /* of those */
};

/* A ballot about which tables and libsodium do not agree. */
struct spotcheck_finding {
	bool found;
	size_t item;
	enum tally_verdict by_tables; /* libsodium's is in the item */
};

/* For a log of so many bundles. If not READY signature.h is there for all of them, and
 * nothing is due. */
MUST_USE enum keyring_state
spotcheck_open(struct spotcheck *spotcheck, const struct manifest *manifest, uint64_t bundles);

void
spotcheck_close(struct spotcheck *spotcheck);

/* The ballots of one bundle: verdicts as signature_ballot's. */
void
spotcheck_ballots(struct spotcheck *spotcheck, struct verify_item *items, size_t count,
		  struct spotcheck_finding *finding);

#endif
