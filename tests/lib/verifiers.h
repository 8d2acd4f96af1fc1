/* verifiers: a campaign's verifier on every path that this processor has. */
#ifndef TALLY_TESTS_VERIFIERS_H
#define TALLY_TESTS_VERIFIERS_H

#include "tests/lib/test.h"
#include "verify/verifier.h"

struct verifiers {
	size_t count; /* libsodium first */
	struct verifier list[VERIFIER_PATHS_COUNT];
	void *memory[VERIFIER_PATHS_COUNT];
};

/* The manifest must not be moved. */
void
verifiers_make(struct verifiers *verifiers, const struct manifest *manifest);

void
verifiers_free(struct verifiers *verifiers);

/* Aligned as tables must be; free() gives it back. */
void *
verifiers_room(size_t bytes);

#endif
