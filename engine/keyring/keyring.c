#include "keyring/keyring.h"

#include "verify/trial.h"

#include <errno.h>
#include <sodium.h>

enum keyring_state
keyring_make(struct keyring *keyring, const struct manifest *manifest, enum verifier_path path)
{
	*keyring = (struct keyring){.verifier = verifier_plain(manifest)};
	if (!pages_map(&keyring->pages, verifier_memory(manifest))) {
		keyring->error = errno;
		return KEYRING_NO_MEMORY;
	}
	keyring->verifier = verifier_make(manifest, path, keyring->pages.memory);
	return KEYRING_READY;
}

static enum keyring_state
try_tables(struct keyring *keyring)
{
	uint8_t seed[TRIAL_SEED_SIZE];
	struct pages bench;
	bool passed;

	if (!pages_map(&bench, trial_memory(&keyring->verifier)))
		return KEYRING_NO_MEMORY;
	randombytes_buf(seed, sizeof seed);
	passed = trial_tables(&keyring->verifier, seed, bench.memory);
	pages_unmap(&bench);
	if (!passed)
		return KEYRING_UNFIT;
	return pages_lock(&keyring->pages) ? KEYRING_READY : KEYRING_NO_MEMORY;
}

enum keyring_state
keyring_try(struct keyring *keyring)
{
	enum keyring_state state = try_tables(keyring);

	if (state == KEYRING_READY)
		return state;
	keyring->error = errno;
	keyring->verifier = verifier_plain(keyring->verifier.manifest);
	keyring_close(keyring);
	return state;
}

enum keyring_state
keyring_open(struct keyring *keyring, const struct manifest *manifest, enum verifier_path path)
{
	enum keyring_state state;

	*keyring = (struct keyring){.verifier = verifier_plain(manifest)};
	if (path == VERIFIER_LIBSODIUM)
		return KEYRING_READY;
	state = keyring_make(keyring, manifest, path);
	return state == KEYRING_READY ? keyring_try(keyring) : state;
}

void
keyring_close(struct keyring *keyring)
{
	pages_unmap(&keyring->pages);
}
