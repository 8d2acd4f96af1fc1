/* keyring: the verifier that a process works with, and the memory of its tables.
 *
 * Tables are made once, on pages of 2 MiB where the system gives them, put on trial
 * (verify/trial.h), and can only be read from then on. A path that cannot be had, or does not pass
 * its trial, is not used: libsodium looks at every signature (P1), and the caller says why.
 *
 * A room of its own because it asks the system for memory and randomness, as pure rooms do not, and
 * auditors use it, who see nothing of the shell.
 *
 * Threads: opened and closed by one while no other uses it; the verifier is anybody's. */
#ifndef TALLY_KEYRING_KEYRING_H
#define TALLY_KEYRING_KEYRING_H

#include "keyring/pages.h"
#include "verify/verifier.h"

enum keyring_state {
	KEYRING_READY,
	KEYRING_NO_MEMORY, /* for tables or trial, or they cannot be locked */
	KEYRING_UNFIT,     /* the tables did not pass their trial */
};

struct keyring {
	struct verifier verifier;
	int error;          /* of NO_MEMORY: errno's */
	struct pages pages; /* empty: no tables */
};

/* `path` is available. The manifest outlives the keyring; keyring_close is due. If not READY the
 * verifier is libsodium's. */
MUST_USE enum keyring_state
keyring_open(struct keyring *keyring, const struct manifest *manifest, enum verifier_path path);

void
keyring_close(struct keyring *keyring);

/* The steps of keyring_open, of which a test may spoil the first one's work. */

/* READY, or NO_MEMORY; `path` has tables. */
MUST_USE enum keyring_state
keyring_make(struct keyring *keyring, const struct manifest *manifest, enum verifier_path path);

/* What has been made is put on trial: it is locked, or libsodium takes its place. */
MUST_USE enum keyring_state
keyring_try(struct keyring *keyring);

#endif
