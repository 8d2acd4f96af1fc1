#include "tests/lib/verifiers.h"

void *
verifiers_room(size_t bytes)
{
	void *room =
	    aligned_alloc(KEYTABLE_ALIGNMENT, (bytes + KEYTABLE_ALIGNMENT - 1) /
						  KEYTABLE_ALIGNMENT * KEYTABLE_ALIGNMENT);

	assert_non_null(room);
	return room;
}

void
verifiers_make(struct verifiers *verifiers, const struct manifest *manifest)
{
	*verifiers = (struct verifiers){.count = 1, .list = {verifier_plain(manifest)}};
	for (int i = VERIFIER_LIBSODIUM + 1; i < VERIFIER_PATHS_COUNT; i++) {
		enum verifier_path path = (enum verifier_path)i;

		if (!verifier_path_available(path))
			continue;
		verifiers->memory[verifiers->count] = verifiers_room(verifier_memory(manifest));
		verifiers->list[verifiers->count] =
		    verifier_make(manifest, path, verifiers->memory[verifiers->count]);
		verifiers->count++;
	}
}

void
verifiers_free(struct verifiers *verifiers)
{
	for (size_t i = 0; i < verifiers->count; i++)
		free(verifiers->memory[i]);
}
