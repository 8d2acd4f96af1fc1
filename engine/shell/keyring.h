/* keyring: the verifier that a process works with, and the memory of its tables.
 *
 * Tables are made once, on pages of 2 MiB where the system gives them, put on trial
 * (verify/trial.h), and can only be read from then on. A path that cannot be had, or does not pass
 * its trial, is not used: a warning says so, and libsodium looks at every signature (P1).
 *
 * Threads: opened and closed by one while no other uses it; the verifier is anybody's. */
#ifndef TALLY_SHELL_KEYRING_H
#define TALLY_SHELL_KEYRING_H

#include "verify/verifier.h"

struct keyring {
	struct verifier verifier;
	void *mapping; /* NULL: no tables */
	size_t mapping_bytes;
};

/* `path` is available. The manifest outlives the keyring; keyring_close is due. */
void
keyring_open(struct keyring *keyring, const struct manifest *manifest, enum verifier_path path);

void
keyring_close(struct keyring *keyring);

/* The steps of keyring_open, of which a test may spoil the first one's work. False: no memory. */
MUST_USE bool
keyring_make(struct keyring *keyring, const struct manifest *manifest, enum verifier_path path);

/* What has been made is put on trial: it is locked, or libsodium takes its place. */
void
keyring_try(struct keyring *keyring);

#endif
