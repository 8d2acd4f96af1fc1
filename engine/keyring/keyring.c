#include "keyring/keyring.h"

#include "verify/trial.h"

#include <errno.h>
#include <sodium.h>
#include <sys/mman.h>

enum {
	HUGE_PAGE = 2 * 1024 * 1024,
};

static void *
map(size_t bytes)
{
	void *memory =
	    mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* Where pages of 2 MiB begin; what stands before is never touched. */
static void *
huge_part(void *mapping, size_t bytes)
{
	uintptr_t at = (uintptr_t)mapping;
	void *part = (uint8_t *)mapping + (HUGE_PAGE - at % HUGE_PAGE) % HUGE_PAGE;

	(void)madvise(part, bytes, MADV_HUGEPAGE); /* a kernel without them is as right */
	return part;
}

enum keyring_state
keyring_make(struct keyring *keyring, const struct manifest *manifest, enum verifier_path path)
{
	size_t bytes = (verifier_memory(manifest) + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;

	*keyring = (struct keyring){.verifier = verifier_plain(manifest),
				    .mapping_bytes = bytes + HUGE_PAGE};
	keyring->mapping = map(keyring->mapping_bytes);
	if (keyring->mapping == NULL) {
		keyring->error = errno;
		return KEYRING_NO_MEMORY;
	}
	keyring->verifier = verifier_make(manifest, path, huge_part(keyring->mapping, bytes));
	return KEYRING_READY;
}

static enum keyring_state
try_tables(struct keyring *keyring)
{
	size_t bytes = trial_memory(&keyring->verifier);
	uint8_t seed[TRIAL_SEED_SIZE];
	void *memory = map(bytes);
	bool passed;

	if (memory == NULL)
		return KEYRING_NO_MEMORY;
	randombytes_buf(seed, sizeof seed);
	passed = trial_tables(&keyring->verifier, seed, memory);
	munmap(memory, bytes);
	if (!passed)
		return KEYRING_UNFIT;
	return mprotect(keyring->mapping, keyring->mapping_bytes, PROT_READ) == 0
		   ? KEYRING_READY
		   : KEYRING_NO_MEMORY;
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
	if (keyring->mapping != NULL)
		munmap(keyring->mapping, keyring->mapping_bytes);
	keyring->mapping = NULL;
}
