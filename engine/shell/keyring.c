#include "shell/keyring.h"

#include "shell/line.h"
#include "verify/trial.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
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

bool
keyring_make(struct keyring *keyring, const struct manifest *manifest, enum verifier_path path)
{
	size_t bytes = (verifier_memory(manifest) + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;

	*keyring = (struct keyring){.verifier = verifier_plain(manifest),
				    .mapping_bytes = bytes + HUGE_PAGE};
	keyring->mapping = map(keyring->mapping_bytes);
	if (keyring->mapping == NULL)
		return false;
	keyring->verifier = verifier_make(manifest, path, huge_part(keyring->mapping, bytes));
	return true;
}

/* 0: it passed, and is locked; else errno, or -1: the tables are not what they should be. */
static int
try_tables(struct keyring *keyring)
{
	size_t bytes = trial_memory(&keyring->verifier);
	uint8_t seed[TRIAL_SEED_SIZE];
	void *memory = map(bytes);
	bool passed;

	if (memory == NULL)
		return errno;
	randombytes_buf(seed, sizeof seed);
	passed = trial_tables(&keyring->verifier, seed, memory);
	munmap(memory, bytes);
	if (!passed)
		return -1;
	return mprotect(keyring->mapping, keyring->mapping_bytes, PROT_READ) == 0 ? 0 : errno;
}

static void
warn_of_memory(enum verifier_path path, int error)
{
	line_warn("SIGNATURES: no memory for the tables of the path '%s': libsodium looks at "
		  "every signature: %s",
		  verifier_path_name(path), strerror(error));
}

void
keyring_try(struct keyring *keyring)
{
	enum verifier_path path = keyring->verifier.path;
	int obstacle = try_tables(keyring);

	if (obstacle == 0)
		return;
	if (obstacle > 0)
		warn_of_memory(path, obstacle);
	else
		line_warn("SIGNATURES: the path '%s' does not do here what libsodium does, and "
			  "is not used: every signature is looked at by libsodium, which is "
			  "right and slower; have the processor and the memory of this machine "
			  "checked",
			  verifier_path_name(path));
	keyring->verifier = verifier_plain(keyring->verifier.manifest);
	keyring_close(keyring);
}

void
keyring_open(struct keyring *keyring, const struct manifest *manifest, enum verifier_path path)
{
	*keyring = (struct keyring){.verifier = verifier_plain(manifest)};
	if (path == VERIFIER_LIBSODIUM)
		return;
	if (keyring_make(keyring, manifest, path))
		keyring_try(keyring);
	else
		warn_of_memory(path, errno);
}

void
keyring_close(struct keyring *keyring)
{
	if (keyring->mapping != NULL)
		munmap(keyring->mapping, keyring->mapping_bytes);
	keyring->mapping = NULL;
}
